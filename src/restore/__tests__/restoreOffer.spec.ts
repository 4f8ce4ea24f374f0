import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { jobWith, statusWith } from '../../__tests__/support';
import type { Job, Status } from '../../contract';
import type { ICacheActions, INotebookStatus } from '../../tokens';
import { RestoreOffer, onOpeningFrom } from '../restoreOffer';
import type { OnOpening } from '../restoreOffer';
import { VariablesNote } from '../variablesNote';

const trans = nullTranslator.load('jupyterlab_cache');

class FakePanel {
  readonly context = { ready: Promise.resolve() };
  readonly disposed = new Signal<this, void>(this);
  isDisposed = false;

  dispose(): void {
    this.isDisposed = true;
    this.disposed.emit();
  }
}

function panelOf(fake: FakePanel): NotebookPanel {
  return fake as unknown as NotebookPanel;
}

const shown = () => Notification.manager.notifications;

afterEach(() => Notification.dismiss());

describe('RestoreOffer', () => {
  let panel: FakePanel;
  let status: Status | null;
  let job: Job | null;
  let restored: NotebookPanel[];
  let onOpening: OnOpening;
  let offer: RestoreOffer;
  const changed = new Signal<object, void>({});

  beforeEach(() => {
    panel = new FakePanel();
    status = statusWith({ outputs: 'none' });
    job = null;
    let isAsked = false;
    restored = [];
    onOpening = 'ask';
    const restore = (restoring: NotebookPanel) => {
      restored.push(restoring);
      return Promise.resolve();
    };
    offer = new RestoreOffer(
      {
        actions: { restore } as unknown as ICacheActions,
        statusOf: () =>
          ({
            path: 'sub/a.ipynb',
            get status() {
              return isAsked ? status : null;
            },
            job,
            changed,
            refresh: () => {
              isAsked = true;
              return Promise.resolve(status);
            }
          }) as unknown as INotebookStatus
      },
      trans,
      () => onOpening
    );
  });

  it('asks, and restores after a yes', async () => {
    await offer.noteOpened(panelOf(panel));
    expect(shown()[0]?.message).toContain('a.ipynb shows no outputs');
    expect(restored).toEqual([]);
    shown()[0]?.options.actions?.[0]?.callback(new MouseEvent('click'));
    expect(restored).toEqual([panel]);
  });

  it('takes the question back when the notebook is closed', async () => {
    await offer.noteOpened(panelOf(panel));
    panel.dispose();
    expect(shown()).toHaveLength(0);
  });

  it('takes the question back when outputs come from elsewhere', async () => {
    await offer.noteOpened(panelOf(panel));
    changed.emit();
    expect(shown()).toHaveLength(1);
    status = statusWith({ outputs: 'same' });
    changed.emit();
    expect(shown()).toHaveLength(0);
  });

  it('restores without asking, where that is wanted', async () => {
    onOpening = 'always';
    await offer.noteOpened(panelOf(panel));
    expect(restored).toEqual([panel]);
    expect(shown()).toHaveLength(0);
  });

  it.each([
    ['never wanted', () => (onOpening = 'never')],
    ['outputs are shown', () => (status = statusWith({ outputs: 'same' }))],
    ['stale', () => (status = statusWith({ verdict: 'stale' }))],
    ['the server cannot be reached', () => (status = null)],
    ['a job is under way', () => (job = jobWith())],
    ['it was closed meanwhile', () => panel.dispose()]
  ])('offers nothing: %s', async (_, change) => {
    change();
    await offer.noteOpened(panelOf(panel));
    expect(shown()).toHaveLength(0);
    expect(restored).toEqual([]);
  });
});

describe('RestoreOffer of what is from elsewhere', () => {
  it('asks, also where restoring needs no question otherwise', async () => {
    const status = statusWith({
      outputs: 'none',
      origin: 'elsewhere',
      trusted: false
    });
    const restore = jest.fn(() => Promise.resolve());
    const changed = new Signal<object, void>({});
    const offer = new RestoreOffer(
      {
        actions: { restore } as unknown as ICacheActions,
        statusOf: () =>
          ({ path: 'a.ipynb', status, changed }) as unknown as INotebookStatus
      },
      trans,
      () => 'always'
    );
    await offer.noteOpened(panelOf(new FakePanel()));
    expect(restore).not.toHaveBeenCalled();
    expect(shown()[0]?.message).toContain('Outputs from elsewhere');
  });
});

describe('onOpeningFrom', () => {
  it.each([
    ['always', 'always'],
    ['never', 'never'],
    ['ask', 'ask'],
    ['sometimes', 'ask'],
    [undefined, 'ask']
  ])('makes of %p %p', (value, expected) => {
    expect(onOpeningFrom(value)).toBe(expected);
  });
});

describe('VariablesNote', () => {
  it('is said once, with a way to get the variables', () => {
    const ran: NotebookPanel[] = [];
    const note = new VariablesNote(panel => ran.push(panel), trans);
    const panel = panelOf(new FakePanel());
    note.noteRestored(panel);
    note.noteRestored(panel);
    expect(shown()).toHaveLength(1);
    shown()[0]?.options.actions?.[0]?.callback(new MouseEvent('click'));
    expect(ran).toEqual([panel]);
  });
});
