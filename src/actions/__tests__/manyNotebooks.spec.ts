import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import { FakeClient } from '../../__tests__/fakeServer';
import { lineWith, turn } from '../../__tests__/support';
import { CacheError } from '../../contract';
import type { NotebookLine } from '../../contract';
import type { ICacheActions } from '../../tokens';
import { ManyNotebooks } from '../manyNotebooks';
import { selectedNotebooks } from '../selectedNotebooks';
import type { ISelection } from '../selectedNotebooks';

const trans = nullTranslator.load('jupyterlab_cache');
const OPEN = {} as NotebookPanel;
const FOLDER: ISelection = { path: 'f', kind: 'folder' };

/** A client that knows these folders and texts, and refuses others. */
function clientWith(lists: Record<string, NotebookLine[]>): FakeClient {
  const client = new FakeClient();
  client.notebooks = (folder = '') => {
    const notebooks = lists[folder];
    return notebooks
      ? Promise.resolve({ notebooks, total: notebooks.length, unreadable: [] })
      : Promise.reject(new CacheError(`${folder} is no notebook.`, 400));
  };
  return client;
}

describe('selectedNotebooks', () => {
  it('finds each notebook once, and passes over what is none', async () => {
    const client = clientWith({
      f: [lineWith({ path: 'f/a.ipynb' }), lineWith({ path: 'f/g/b.ipynb' })],
      'f/g': [lineWith({ path: 'f/g/b.ipynb' })],
      'text.py': [lineWith({ path: 'text.py' })]
    });
    const found = await selectedNotebooks(
      [
        { path: 'f/a.ipynb', kind: 'notebook' },
        FOLDER,
        { path: 'f/g', kind: 'folder' },
        { path: 'text.py', kind: 'text' },
        { path: 'module.py', kind: 'text' }
      ],
      client
    );
    expect(found.named).toEqual(['f/a.ipynb', 'text.py']);
    expect(found.below.map(({ path }) => path)).toEqual(['f/g/b.ipynb']);
    expect(found.unlisted).toBe(0);
  });

  it('does not hide that a folder cannot be looked through', async () => {
    const client = clientWith({});
    await expect(selectedNotebooks([FOLDER], client)).rejects.toThrow(
      'f is no notebook.'
    );
    client.notebooks = () => Promise.reject(new CacheError('away'));
    await expect(
      selectedNotebooks([{ path: 'a.py', kind: 'text' }], client)
    ).rejects.toThrow('away');
  });
});

describe('ManyNotebooks', () => {
  const actions = {
    cache: jest.fn(() => Promise.resolve()),
    cachePath: jest.fn(() => Promise.resolve()),
    cachePaths: jest.fn(() => Promise.resolve()),
    restorePaths: jest.fn(() => Promise.resolve()),
    invalidatePaths: jest.fn(() => Promise.resolve())
  };
  const manyWith = (client: FakeClient): ManyNotebooks =>
    new ManyNotebooks(
      {
        actions: actions as unknown as ICacheActions,
        client,
        openAt: path => (path === 'f/open.ipynb' ? OPEN : null)
      },
      trans
    );
  const LINES = [
    lineWith({ path: 'f/fresh.ipynb' }),
    lineWith({ path: 'f/open.ipynb' }),
    lineWith({ path: 'f/stale.ipynb', verdict: 'stale' }),
    lineWith({ path: 'f/new.ipynb', verdict: 'uncached', entry: null }),
    lineWith({ path: 'f/failed.ipynb', verdict: 'failed' })
  ];
  const messages = () =>
    Notification.manager.notifications.map(({ message }) => message);

  beforeEach(() => {
    jest.clearAllMocks();
    Notification.dismiss();
  });

  it('does with each what makes sense', async () => {
    const many = manyWith(clientWith({ f: LINES }));
    await many.cache([FOLDER]);
    expect(actions.cachePaths).toHaveBeenCalledWith([
      'f/open.ipynb',
      'f/stale.ipynb',
      'f/new.ipynb'
    ]);
    await many.restore([FOLDER]);
    expect(actions.restorePaths).toHaveBeenCalledWith([
      'f/fresh.ipynb',
      'f/open.ipynb',
      'f/failed.ipynb'
    ]);
    await many.invalidate([FOLDER]);
    expect(actions.invalidatePaths).toHaveBeenCalledWith([
      'f/fresh.ipynb',
      'f/open.ipynb',
      'f/stale.ipynb',
      'f/failed.ipynb'
    ]);
  });

  it('takes one notebook as a click on it, not as a batch', async () => {
    const many = manyWith(clientWith({}));
    await many.cache([{ path: 'a.ipynb', kind: 'notebook' }]);
    expect(actions.cachePath).toHaveBeenCalledWith('a.ipynb');
    await many.cache([{ path: 'f/open.ipynb', kind: 'notebook' }]);
    expect(actions.cache).toHaveBeenCalledWith(OPEN);
    expect(actions.cachePaths).not.toHaveBeenCalled();
  });

  it('says when there is nothing to do', async () => {
    await manyWith(clientWith({ f: [lineWith()] })).cache([FOLDER]);
    expect(messages()).toEqual(['No notebook there has to be executed.']);
    expect(actions.cachePaths).not.toHaveBeenCalled();
  });

  it.each([
    ['.jp-mod-accept', 1],
    ['.jp-mod-reject', 0]
  ])('asks before it executes many: %s', async (button, calls) => {
    const lines = Array.from({ length: 21 }, (_, index) =>
      lineWith({ path: `f/${index}.ipynb`, verdict: 'stale' })
    );
    const done = manyWith(clientWith({ f: lines })).cache([FOLDER]);
    let dialog: HTMLElement | null = null;
    while (!dialog?.textContent?.includes('21 notebooks are not fresh')) {
      await turn(10);
      dialog = document.querySelector<HTMLElement>('.jp-Dialog');
    }
    dialog.querySelector<HTMLElement>(button)?.click();
    await done;
    expect(actions.cachePaths).toHaveBeenCalledTimes(calls);
  });

  it('tells what went wrong, and tries again', async () => {
    const client = clientWith({});
    await manyWith(client).restore([FOLDER]);
    expect(messages()[0]).toMatch(/could not be restored: f is no notebook/);
    client.notebooks = clientWith({ f: [lineWith()] }).notebooks;
    Notification.manager.notifications[0]?.options.actions?.[0]?.callback(
      new MouseEvent('click')
    );
    await turn();
    expect(actions.restorePaths).toHaveBeenCalledWith(['a.ipynb']);
  });

  it('tells of notebooks that the server does not list', async () => {
    const client = new FakeClient();
    client.notebooks = () =>
      Promise.resolve({ notebooks: LINES, total: 10_007, unreadable: [] });
    await manyWith(client).restore([FOLDER]);
    expect(messages()[0]).toMatch(/^10002 notebooks are left out/);
  });
});
