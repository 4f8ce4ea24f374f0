import { Notification } from '@jupyterlab/apputils';
import type { NotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import type { FakeClient } from '../../__tests__/fakeServer';
import { outputsOf, stream, turn } from '../../__tests__/support';
import { CacheError } from '../../contract';
import type { NotebookCache } from '../../models/notebookCache';
import { ENTRY, OpenNotebook, click, notifications } from './openNotebook';

describe('What people do', () => {
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

  describe('cache', () => {
    it('saves first, then asks for the execution', async () => {
      model.dirty = true;
      await cache.actions.cache(panel);
      expect(notebook.context.saves).toBe(1);
      expect(client.submitted).toEqual([{ path: 'a.ipynb', force: false }]);
      await cache.actions.cache(panel);
      expect(notebook.context.saves).toBe(1);
    });

    it('executes nothing when the outputs are still true', async () => {
      notebook.verdict = { verdict: 'fresh', outputs: 'none' };
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
      notebook.verdict = status;
      await cache.actions.cache(panel, options);
      expect(client.submitted).toEqual([{ path: 'a.ipynb', force }]);
    });

    it('asks for another variant though this one is fresh', async () => {
      notebook.verdict = { verdict: 'fresh' };
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
      jest.spyOn(notebook.context, 'save').mockRejectedValue(cancelled);
      await cache.actions.cache(panel);
      expect(client.submitted).toHaveLength(0);
      expect(notifications()).toHaveLength(0);
    });
  });

  describe('restore', () => {
    it('puts the outputs of the matching entry into the document', async () => {
      notebook.verdict = { verdict: 'fresh', outputs: 'none' };
      await cache.actions.restore(panel);
      expect(outputsOf(model)).toEqual([[stream('one')], [stream('two')]]);
      expect(client.hits).toHaveLength(1);
      expect(notebook.context.saves).toBe(0);
    });

    it('refuses what is not of this code', async () => {
      model.cells.get(0).sharedModel.setSource('other');
      await cache.actions.restore(panel, ENTRY);
      expect(outputsOf(model)).toEqual([[], []]);
      expect(notifications()[0]).toMatchObject({ type: 'error', labels: [] });
    });

    it('offers to cache when there is nothing to restore', async () => {
      notebook.verdict = { verdict: 'stale' };
      await cache.statusOf(panel).refresh();
      await cache.actions.restore(panel);
      expect(outputsOf(model)).toEqual([[], []]);
      expect(notifications()[0]?.labels).toEqual(['Cache this notebook']);
    });

    it('looks again when the known verdict is on older code', async () => {
      notebook.verdict = { verdict: 'fresh' };
      await cache.statusOf(panel).refresh();
      notebook.verdict = { verdict: 'stale' };
      model.cells.get(0).sharedModel.setSource('other');
      await cache.actions.restore(panel);
      expect(notifications()[0]?.type).toBe('warning');
    });
  });

  it('captures the saved outputs', async () => {
    model.dirty = true;
    await cache.actions.capture(panel);
    expect(notebook.context.saves).toBe(1);
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
});
