import { Notification } from '@jupyterlab/apputils';
import type { NotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { FakeClient, FakeEvents } from '../../__tests__/fakeServer';
import {
  FakeContext,
  codeCell,
  documentWith,
  entryFor,
  jobWith,
  outputsOf,
  statusWith,
  stream,
  turn
} from '../../__tests__/support';
import { codeKey } from '../../codeKey';
import { CacheError } from '../../contract';
import type { Job, Status } from '../../contract';
import { NotebookCache } from '../../models/notebookCache';
import { JobNotices } from '../jobNotices';
import { JobResults } from '../jobResults';

const trans = nullTranslator.load('jupyterlab_cache');
const ENTRY = 'e'.repeat(32);

class FakePanel {
  constructor(readonly context: FakeContext) {}
  readonly id = 'panel';
  readonly disposed = new Signal<this, void>(this);
  isDisposed = false;
  isVisible = true;
}

describe('What people do', () => {
  let model: NotebookModel;
  let context: FakeContext;
  let panel: NotebookPanel;
  let client: FakeClient;
  let events: FakeEvents;
  let cache: NotebookCache;
  let verdict: Partial<Status>;

  const notifications = () =>
    Notification.manager.notifications.map(({ message, type, options }) => ({
      message,
      type,
      labels: (options.actions ?? []).map(({ label }) => label)
    }));
  const click = (label: string) => {
    for (const { options } of Notification.manager.notifications) {
      options.actions
        ?.find(action => action.label === label)
        ?.callback(new MouseEvent('click'));
    }
  };

  beforeEach(async () => {
    Notification.dismiss();
    model = documentWith([codeCell('a'), codeCell('b')]);
    context = new FakeContext(model);
    panel = new FakePanel(context) as unknown as NotebookPanel;
    client = new FakeClient();
    client.outputsById.set(
      ENTRY,
      entryFor(model, [[stream('one')], [stream('two')]])
    );
    verdict = { verdict: 'uncached', entry: null, provenance: null };
    client.answer = query =>
      Promise.resolve(
        statusWith({
          code_key: codeKey(
            'python3',
            (query.document?.cells ?? []).map(({ digest }) => digest)
          ),
          ...verdict
        })
      );
    events = new FakeEvents();
    cache = new NotebookCache({
      client,
      events,
      tracker: {
        currentChanged: new Signal(client as never),
        find: () => undefined,
        currentWidget: panel
      },
      trans,
      pollInterval: 60_000
    });
    await cache.statusOf(panel).refresh();
  });

  afterEach(() => cache.dispose());

  describe('cache', () => {
    it('saves first, then asks for the execution', async () => {
      model.dirty = true;
      await cache.actions.cache(panel);
      expect(context.saves).toBe(1);
      expect(client.submitted).toEqual([{ path: 'a.ipynb', force: false }]);
      await cache.actions.cache(panel);
      expect(context.saves).toBe(1);
    });

    it('executes nothing when the outputs are still true', async () => {
      verdict = { verdict: 'fresh', outputs: 'none' };
      await cache.actions.cache(panel);
      expect(client.submitted).toHaveLength(0);
      expect(outputsOf(model)).toEqual([[stream('one')], [stream('two')]]);
      expect(notifications()[0]?.message).toMatch(/nothing was executed/);
      expect(client.hits).toHaveLength(1);
      Notification.dismiss();
      await cache.actions.cache(panel);
      expect(notifications()[0]?.message).toMatch(/nothing had to be executed/);
    });

    it.each([
      ['failed', { verdict: 'failed' }, {}, true],
      ['stale', { verdict: 'stale' }, {}, false],
      ['unobserved', { provenance: 'captured' }, {}, false],
      ['forced', { verdict: 'fresh' }, { force: true }, true]
    ] as const)('executes: %s', async (_, status, options, force) => {
      verdict = status;
      await cache.actions.cache(panel, options);
      expect(client.submitted).toEqual([{ path: 'a.ipynb', force }]);
    });

    it('asks for another variant though this one is fresh', async () => {
      verdict = { verdict: 'fresh' };
      await cache.actions.cache(panel, { words: { alpha: '2' } });
      expect(client.submitted).toEqual([
        { path: 'a.ipynb', force: false, words: { alpha: '2' } }
      ]);
    });

    it('says what is wrong and offers another try', async () => {
      jest
        .spyOn(client, 'submit')
        .mockRejectedValueOnce(new CacheError('There is no kernel "x".', 400));
      await cache.actions.cache(panel);
      expect(notifications()).toEqual([
        {
          message: expect.stringContaining('There is no kernel "x".') as string,
          type: 'error',
          labels: ['Try Again']
        }
      ]);
      click('Try Again');
      await turn(5);
      expect(client.submitted).toHaveLength(1);
    });

    it('does nothing when the person cancels saving', async () => {
      model.dirty = true;
      const cancelled = new Error('Cancel');
      cancelled.name = 'ModalCancelError';
      jest.spyOn(context, 'save').mockRejectedValue(cancelled);
      await cache.actions.cache(panel);
      expect(client.submitted).toHaveLength(0);
      expect(notifications()).toHaveLength(0);
    });
  });

  describe('restore', () => {
    it('puts the outputs of the matching entry into the document', async () => {
      verdict = { verdict: 'fresh', outputs: 'none' };
      await cache.actions.restore(panel);
      expect(outputsOf(model)).toEqual([[stream('one')], [stream('two')]]);
      expect(client.hits).toHaveLength(1);
      expect(context.saves).toBe(0);
    });

    it('refuses what is not of this code', async () => {
      model.cells.get(0).sharedModel.setSource('other');
      await cache.actions.restore(panel, ENTRY);
      expect(outputsOf(model)).toEqual([[], []]);
      expect(notifications()[0]).toMatchObject({ type: 'error', labels: [] });
    });

    it('offers to cache when there is nothing to restore', async () => {
      verdict = { verdict: 'stale' };
      await cache.statusOf(panel).refresh();
      await cache.actions.restore(panel);
      expect(outputsOf(model)).toEqual([[], []]);
      expect(notifications()[0]?.labels).toEqual(['Cache this notebook']);
    });

    it('looks again when the known verdict is on older code', async () => {
      verdict = { verdict: 'fresh' };
      await cache.statusOf(panel).refresh();
      verdict = { verdict: 'stale' };
      model.cells.get(0).sharedModel.setSource('other');
      await cache.actions.restore(panel);
      expect(notifications()[0]?.type).toBe('warning');
    });
  });

  it('captures the saved outputs', async () => {
    model.dirty = true;
    await cache.actions.capture(panel);
    expect(context.saves).toBe(1);
    expect(client.captured).toEqual(['a.ipynb']);
  });

  it('invalidates several notebooks, and after an error only the rest', async () => {
    const invalidate = jest
      .spyOn(client, 'invalidate')
      .mockResolvedValueOnce()
      .mockRejectedValueOnce(new CacheError('busy'));
    await cache.actions.invalidatePaths(['a.ipynb', 'b.ipynb', 'c.ipynb']);
    const [notification] = Notification.manager.notifications.slice(-1);
    expect(notification?.message).toContain('busy');
    invalidate.mockRestore();
    notification?.options.actions?.[0]?.callback(new MouseEvent('click'));
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(client.invalidated).toEqual(['b.ipynb', 'c.ipynb']);
  });

  it('invalidates what is cached and asks again', async () => {
    const before = client.asked.length;
    await cache.actions.invalidate(panel);
    expect(client.invalidated).toEqual(['a.ipynb']);
    expect(notifications()[0]?.type).toBe('success');
    await cache.statusOf(panel).refresh();
    expect(client.asked.length).toBeGreaterThan(before);
  });

  describe('with the result of a job', () => {
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
        verdict = { verdict: 'fresh' };
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
          verdict = {
            verdict: 'stale',
            reasons: [
              { code: 'file-changed', subject: 'x', message: 'x changed.' }
            ]
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
      verdict = { outputs: 'none' };
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
        verdict = { outputs: 'none', code_key: executed ?? '' };
        const offered = finish(done);
        await jest.advanceTimersByTimeAsync(1000);
        expect(notifications()).toHaveLength(0);
        await jest.advanceTimersByTimeAsync(10_000);
        await offered;
        expect(notifications()[0]?.labels).toEqual(['Show Them']);
        Notification.dismiss();
        verdict = { outputs: 'same', code_key: executed ?? '' };
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
});
