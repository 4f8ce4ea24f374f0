import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { FakeClient, FakeEvents } from '../../__tests__/fakeServer';
import {
  FakeContext,
  checkWith,
  codeCell,
  detailWith,
  documentWith,
  jobWith,
  outputsOf,
  turn
} from '../../__tests__/support';
import { CacheError } from '../../contract';
import type { Job } from '../../contract';
import { NotebookCache } from '../../models/notebookCache';
import { JobNotices } from '../jobNotices';
import { JobResults } from '../jobResults';

const trans = nullTranslator.load('jupyterlab_cache');
const ENTRY = 'e'.repeat(32);

describe('A check of repeatability', () => {
  let client: FakeClient;
  let cache: NotebookCache;
  let context: FakeContext;
  let panel: NotebookPanel;
  const shown = jest.fn(() => Promise.resolve());

  const notifications = () =>
    Notification.manager.notifications.map(({ message, type, options }) => ({
      message,
      type,
      labels: (options.actions ?? []).map(({ label }) => label)
    }));
  const click = async (label: string) => {
    const [{ options } = { options: null }] =
      Notification.manager.notifications;
    Notification.dismiss();
    options?.actions
      ?.find(action => action.label === label)
      ?.callback(new MouseEvent('click'));
    await turn();
  };
  const finish = (fields: Partial<Job>) =>
    new JobResults({
      cache,
      find: () => panel,
      notices: new JobNotices({
        actions: cache.actions,
        jobs: cache.jobs,
        longAfter: () => 60_000,
        trans
      }),
      showReasons: shown,
      show: shown,
      isAutomatic: true,
      trans
    }).finish(jobWith({ kind: 'check', entry: ENTRY, ...fields }));

  beforeEach(() => {
    Notification.dismiss();
    shown.mockClear();
    context = new FakeContext(documentWith([codeCell('a')]));
    panel = {
      context,
      disposed: new Signal(context),
      isDisposed: false,
      isVisible: true
    } as unknown as NotebookPanel;
    client = new FakeClient();
    cache = new NotebookCache({
      client,
      events: new FakeEvents(),
      tracker: {
        currentChanged: new Signal(client as never),
        find: () => undefined,
        currentWidget: panel
      },
      trans,
      pollInterval: 60_000
    });
  });

  afterEach(() => cache.dispose());

  it('is asked for after the notebook is saved', async () => {
    context.model.dirty = true;
    await cache.actions.check(panel);
    await cache.actions.checkPath('b.ipynb');
    expect(context.saves).toBe(1);
    expect(client.submitted.map(({ path, kind }) => [path, kind])).toEqual([
      ['a.ipynb', 'check'],
      ['b.ipynb', 'check']
    ]);
  });

  it('can be asked for again after an error', async () => {
    const submit = jest
      .spyOn(client, 'submit')
      .mockRejectedValueOnce(new CacheError('There is no a.ipynb.', 404));
    await cache.actions.checkPath('a.ipynb');
    expect(notifications()).toEqual([
      {
        message: 'a.ipynb could not be checked: There is no a.ipynb.',
        type: 'error',
        labels: ['Try Again']
      }
    ]);
    await click('Try Again');
    expect(submit).toHaveBeenCalledTimes(2);
  });

  it('tells that all is the same, and leaves the document alone', async () => {
    client.detailsById.set(ENTRY, detailWith({ check: checkWith() }));
    await finish({ state: 'done', result: 'executed', check: 'repeatable' });
    expect(notifications()).toEqual([
      {
        message: 'a.ipynb: All 2 cells gave the same twice.',
        type: 'success',
        labels: []
      }
    ]);
    expect(outputsOf(context.model)).toEqual([[]]);
  });

  it('names the cells that differ, and leads to the first', async () => {
    const cells = [1, 4].map(cell => ({
      cell,
      outcome: 'different' as const,
      rules: [],
      changes: []
    }));
    const check = checkWith({ outcome: 'different', cells });
    client.detailsById.set(ENTRY, detailWith({ cells: 12, check }));
    await finish({ state: 'done', result: 'executed', check: 'different' });
    expect(notifications()).toEqual([
      {
        message: 'a.ipynb: 2 of 12 cells gave something else: cell 2, cell 5.',
        type: 'warning',
        labels: ['Go to Cell 2']
      }
    ]);
    await click('Go to Cell 2');
    expect(shown).toHaveBeenCalledWith('a.ipynb', 1);
  });

  it('tells what failed, and can be repeated', async () => {
    const failure = { name: 'KeyError', message: 'x', cell: 3, traceback: [] };
    const failed = {
      state: 'failed',
      result: 'failed',
      check: 'failed',
      failure
    } as const;
    await finish(failed);
    expect(notifications()).toEqual([
      {
        message: 'The check of a.ipynb failed. KeyError: x',
        type: 'error',
        labels: ['Show', 'Check Again']
      }
    ]);
    await click('Show');
    expect(shown).toHaveBeenCalledWith('a.ipynb', 3);
    await finish(failed);
    await click('Check Again');
    expect(client.retried).toEqual([jobWith({}).id]);
  });

  it('tells of its cancellation', async () => {
    await finish({ state: 'cancelled', result: 'cancelled' });
    expect(notifications()[0]?.message).toBe(
      'The check of a.ipynb was cancelled.'
    );
  });

  it('asks once more for what could not be fetched', async () => {
    await finish({ state: 'done', result: 'executed', check: 'repeatable' });
    expect(notifications()[0]).toMatchObject({
      type: 'error',
      labels: ['Try Again']
    });
    client.detailsById.set(ENTRY, detailWith());
    await click('Try Again');
    expect(notifications()[0]?.message).toContain('not in the store any more');
    client.detailsById.set(ENTRY, detailWith({ check: checkWith() }));
    await click('Try Again');
    expect(notifications()[0]?.type).toBe('success');
  });
});
