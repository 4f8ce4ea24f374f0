import { Notification } from '@jupyterlab/apputils';
import type { NotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import type { FakeClient } from '../../__tests__/fakeServer';
import {
  jobWith,
  outputsOf,
  reasonWith,
  stream,
  turn
} from '../../__tests__/support';
import type { Job } from '../../contract';
import type { NotebookCache } from '../../models/notebookCache';
import { JobNotices } from '../jobNotices';
import { JobResults } from '../jobResults';
import {
  ENTRY,
  OpenNotebook,
  click,
  notifications,
  trans
} from './openNotebook';

describe('The result of a job', () => {
  let notebook: OpenNotebook;
  let model: NotebookModel;
  let panel: NotebookPanel;
  let client: FakeClient;
  let cache: NotebookCache;

  beforeEach(async () => {
    notebook = await OpenNotebook.open();
    ({ model, panel, client, cache } = notebook);
  });

  afterEach(() => cache.dispose());

  const shown = jest.fn(() => Promise.resolve());
  const finish = async (
    fields: Partial<Job>,
    options: { isOpen?: boolean; isAutomatic?: boolean } = {}
  ) => {
    const { isAutomatic = true, isOpen = true } = options;
    const results = new JobResults({
      cache,
      find: () => (isOpen ? panel : null),
      notices: new JobNotices({
        actions: cache.actions,
        jobs: cache.jobs,
        longAfter: () => 60_000,
        trans
      }),
      showReasons: shown,
      show: shown,
      isAutomatic,
      trans
    });
    await results.finish(
      jobWith({ entry: ENTRY, code_key: executed, ...fields })
    );
  };
  const done = { state: 'done', result: 'executed' } as const;
  const failure = {
    name: 'ValueError',
    message: 'no',
    cell: 1,
    traceback: []
  };

  let executed: string | null;

  beforeEach(() => {
    shown.mockClear();
    executed = cache.statusOf(panel).codeKey();
  });

  it('shows the outputs, without a word', async () => {
    await finish(done);
    expect(client.hits).toHaveLength(0);
    expect(outputsOf(model)).toEqual([[stream('one')], [stream('two')]]);
    expect(notifications()).toHaveLength(0);
  });

  it('shows nothing when the code changed during the job', async () => {
    model.cells.get(1).sharedModel.setSource('other');
    await finish(done);
    expect(outputsOf(model)).toEqual([[], []]);
    expect(notifications()[0]).toMatchObject({
      type: 'warning',
      message: expect.stringContaining('changed while') as string,
      labels: ['Cache Again']
    });
  });

  it('only offers the outputs when that is what the person wants', async () => {
    await finish(done, { isAutomatic: false });
    expect(outputsOf(model)).toEqual([[], []]);
    expect(notifications()[0]?.labels).toEqual(['Show Them']);
    click('Show Them');
    await turn(5);
    expect(outputsOf(model)).toEqual([[stream('one')], [stream('two')]]);
  });

  it('shows how far a failed execution came, and where it failed', async () => {
    await finish({ state: 'failed', result: 'failed', failure });
    expect(outputsOf(model)).toEqual([[stream('one')], [stream('two')]]);
    expect(notifications()[0]).toEqual({
      message: 'a.ipynb failed. ValueError: no',
      type: 'error',
      labels: ['Show', 'Retry']
    });
    click('Show');
    expect(shown).toHaveBeenCalledWith('a.ipynb', 1);
    click('Retry');
    await turn();
    expect(client.retried).toEqual(['a'.repeat(32)]);
  });

  it('offers what was made with parameters, and does not put it in', async () => {
    await finish({ ...done, parameters: { alpha: 2, city: 'Bonn' } });
    expect(outputsOf(model)).toEqual([[], []]);
    expect(notifications()[0]).toMatchObject({
      message:
        'There are new outputs for a.ipynb with alpha = 2, city = "Bonn".',
      labels: ['Show Them']
    });
  });

  describe('that took long', () => {
    beforeEach(() => {
      jest.spyOn(JobNotices.prototype, 'isLong').mockReturnValue(true);
    });
    afterEach(() => jest.restoreAllMocks());

    it('stays in sight, also where its outputs are seen', async () => {
      notebook.verdict = { verdict: 'fresh' };
      await finish(done);
      expect(outputsOf(model)).toEqual([[stream('one')], [stream('two')]]);
      expect(notifications()).toEqual([
        { message: 'a.ipynb is cached.', type: 'success', labels: ['Open'] }
      ]);
      click('Open');
      expect(shown).toHaveBeenCalledWith('a.ipynb', null);
    });

    it.each([true, false])(
      'leads to the reasons when it was in vain, open or not: %s',
      async isOpen => {
        notebook.verdict = {
          verdict: 'stale',
          reasons: [reasonWith('%1 changed.', { values: ['x'] })]
        };
        await cache.jobs.submit('a.ipynb');
        await finish(done, { isOpen });
        expect(notifications()).toEqual([
          {
            message: 'a.ipynb was executed, but is not fresh. x changed.',
            type: 'warning',
            labels: ['Show Reasons', 'Open']
          }
        ]);
        click('Show Reasons');
        expect(shown).toHaveBeenCalledWith('a.ipynb');
      }
    );

    it('says once what is in the way of its outputs', async () => {
      model.cells.get(1).sharedModel.setSource('other');
      await finish(done);
      expect(notifications().map(({ labels }) => labels)).toEqual([
        ['Cache Again']
      ]);
    });
  });

  it('tells of a cancelled job', async () => {
    await finish({ state: 'cancelled', result: 'cancelled' });
    expect(outputsOf(model)).toEqual([[], []]);
    expect(notifications()[0]?.message).toBe('a.ipynb was cancelled.');
  });

  it('tells of notebooks that are not open only if they were asked for here', async () => {
    await finish(done, { isOpen: false });
    expect(notifications()).toHaveLength(0);
    await cache.jobs.submit('a.ipynb');
    await finish(done, { isOpen: false });
    expect(notifications()[0]?.message).toBe('a.ipynb is cached.');
  });

  it('leaves a shared document to the browser that asked', async () => {
    Object.defineProperty(model, 'collaborative', { value: true });
    notebook.verdict = { outputs: 'none' };
    void finish(done);
    await turn(5);
    expect(outputsOf(model)).toEqual([[], []]);
    await cache.jobs.submit('a.ipynb');
    await finish(done);
    expect(outputsOf(model)).toEqual([[stream('one')], [stream('two')]]);
    // What waits for the other browser ends with this test.
    Object.assign(panel, { isDisposed: true });
  });

  it('offers the outputs of a shared document that nobody else puts in', async () => {
    jest.useFakeTimers();
    try {
      Object.defineProperty(model, 'collaborative', { value: true });
      notebook.verdict = { outputs: 'none', code_key: executed ?? '' };
      const offered = finish(done);
      await jest.advanceTimersByTimeAsync(1000);
      expect(notifications()).toHaveLength(0);
      await jest.advanceTimersByTimeAsync(10_000);
      await offered;
      expect(notifications()[0]?.labels).toEqual(['Show Them']);
      Notification.dismiss();
      notebook.verdict = { outputs: 'same', code_key: executed ?? '' };
      const silent = finish(done);
      await jest.advanceTimersByTimeAsync(10_000);
      await silent;
      expect(notifications()).toHaveLength(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('says why outputs cannot be shown', async () => {
    client.outputsById.clear();
    await finish(done);
    expect(notifications()[0]).toMatchObject({
      type: 'error',
      message: expect.stringContaining('There is no entry') as string
    });
  });
});
