import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { messageOf } from '../contract';
import type { EntryOutputs, Job } from '../contract';
import { isRestorable } from '../models/verdict';
import {
  CodeChanged,
  ForeignInShared,
  isRestored,
  restoreOutputs
} from '../restore/restoreOutputs';
import { inTurn } from '../restore/turns';
import type { ICacheActions, ICacheOptions, INotebookCache } from '../tokens';
import { restoreFiles } from './restoreFiles';
import { restoreEach, tellRestored } from './restoreEach';
import { save } from './saving';
import { SHORT_MS } from './shortMessage';

/** What people do with notebooks, and what they are told of it. */
export class CacheActions implements ICacheActions {
  /**
   * @param cache - The statuses and jobs of notebooks.
   * @param trans - For what people are told.
   */
  constructor(
    cache: Pick<INotebookCache, 'client' | 'jobs' | 'openAt' | 'statusOf'>,
    trans: TranslationBundle
  ) {
    this._cache = cache;
    this._trans = trans;
  }

  get restored(): ISignal<this, NotebookPanel> {
    return this._restored;
  }

  async cache(
    panel: NotebookPanel,
    options: ICacheOptions = {}
  ): Promise<void> {
    const { force = false } = options;
    const trans = this._trans;
    await this._guarded(
      trans.__('The notebook could not be cached'),
      () => this.cache(panel, options),
      async () => {
        await save(panel, this._cache, trans);
        const model = this._cache.statusOf(panel);
        const status = await model.refresh();
        // Outputs that nobody observed do not keep a person who asks from an execution.
        // Neither does what somebody else says of how they came to be.
        const isFresh =
          status?.verdict === 'fresh' &&
          status.provenance === 'executed' &&
          status.trusted;
        const isItself = Object.keys(options.words ?? {}).length === 0;
        if (isFresh && isItself && status.entry !== null && !force) {
          const changed = await this.put(panel, status.entry, true);
          Notification.info(
            changed > 0
              ? trans.__(
                  'The notebook is fresh: nothing was executed, its cached outputs are shown.'
                )
              : trans.__('The notebook is fresh: nothing had to be executed.'),
            { autoClose: SHORT_MS }
          );
          return;
        }
        // A person who asks for a failed notebook wants another try.
        const again = force || status?.verdict === 'failed';
        await this._cache.jobs.submit(model.path, { ...options, force: again });
      }
    );
  }

  async cachePath(path: string, options: ICacheOptions = {}): Promise<void> {
    await this._guarded(
      this._trans.__('%1 could not be cached', path),
      () => this.cachePath(path, options),
      async () => void (await this._cache.jobs.submit(path, options))
    );
  }

  async retry(job: Job): Promise<void> {
    await this._guarded(
      this._trans.__('%1 could not be tried again', job.path),
      () => this.retry(job),
      async () => void (await this._cache.jobs.retry(job.id))
    );
  }

  async cachePaths(paths: readonly string[]): Promise<void> {
    const left = [...paths];
    await this._guarded(
      this._trans.__('The notebooks could not be cached'),
      // What was asked for before an error need not be asked for again.
      () => this.cachePaths(left),
      async () => {
        for (const path of paths) {
          const open = this._cache.openAt(path);
          if (open) {
            await save(open, this._cache, this._trans);
          }
          await this._cache.jobs.submit(path, { batch: true });
          left.shift();
        }
      }
    );
  }

  async restorePaths(paths: readonly string[]): Promise<void> {
    const trans = this._trans;
    await this._guarded(
      trans.__('The cached outputs could not be restored'),
      () => this.restorePaths(paths),
      async () =>
        tellRestored(await restoreEach(paths, this._cache, this), trans)
    );
  }

  async check(panel: NotebookPanel): Promise<void> {
    await this._guarded(
      this._trans.__('The notebook could not be checked'),
      () => this.check(panel),
      async () => {
        await save(panel, this._cache, this._trans);
        const { path } = this._cache.statusOf(panel);
        await this._cache.jobs.submit(path, { kind: 'check' });
      }
    );
  }

  async checkPath(path: string): Promise<void> {
    await this._guarded(
      this._trans.__('%1 could not be checked', path),
      () => this.checkPath(path),
      async () => void (await this._cache.jobs.submit(path, { kind: 'check' }))
    );
  }

  async restore(panel: NotebookPanel, entry?: string): Promise<void> {
    const trans = this._trans;
    await this._guarded(
      trans.__('The cached outputs could not be restored'),
      () => this.restore(panel, entry),
      async () => {
        const chosen = entry ?? (await this._entryToRestore(panel));
        if (chosen === null) {
          Notification.warning(
            trans.__(
              'There are no cached outputs for this code. Cache the notebook first.'
            ),
            { autoClose: SHORT_MS, actions: [this._cacheAction(panel)] }
          );
          return;
        }
        const changed = await this.put(panel, chosen, true);
        if (changed > 0) {
          this._restored.emit(panel);
        } else {
          Notification.info(trans.__('The cached outputs are shown already.'), {
            autoClose: SHORT_MS
          });
        }
      }
    );
  }

  async restoreFiles(panel: NotebookPanel, entry: string): Promise<void> {
    const trans = this._trans;
    await this._guarded(
      trans.__('The files could not be restored'),
      () => this.restoreFiles(panel, entry),
      async () => {
        const path = panel.context.localPath;
        await restoreFiles(this._cache.client, { path, entry }, trans);
        void this._cache.statusOf(panel).refresh();
      }
    );
  }

  async capture(panel: NotebookPanel): Promise<void> {
    const trans = this._trans;
    await this._guarded(
      trans.__('The outputs could not be stored'),
      () => this.capture(panel),
      async () => {
        await save(panel, this._cache, trans);
        await this._cache.client.capture(panel.context.localPath);
        void this._cache.statusOf(panel).refresh();
        Notification.success(trans.__('The outputs are stored.'), {
          autoClose: SHORT_MS
        });
      }
    );
  }

  async invalidate(panel: NotebookPanel): Promise<void> {
    const trans = this._trans;
    await this._guarded(
      trans.__('The cached outputs could not be invalidated'),
      () => this.invalidate(panel),
      async () => {
        await this._cache.client.invalidate(panel.context.localPath);
        void this._cache.statusOf(panel).refresh();
        Notification.success(
          trans.__(
            'The cached outputs will not be used again; the next caching executes the notebook.'
          ),
          { autoClose: SHORT_MS }
        );
      }
    );
  }

  async invalidatePaths(paths: readonly string[]): Promise<void> {
    const trans = this._trans;
    const left = [...paths];
    await this._guarded(
      trans.__('The cached outputs could not be invalidated'),
      // What was done before an error need not be done again.
      () => this.invalidatePaths(left),
      async () => {
        for (const path of paths) {
          await this._cache.client.invalidate(path);
          left.shift();
        }
        Notification.success(
          trans._n(
            'The cached outputs of %1 notebook will not be used again.',
            'The cached outputs of %1 notebooks will not be used again.',
            paths.length
          ),
          { autoClose: SHORT_MS }
        );
      }
    );
  }

  async cancel(job: Job): Promise<void> {
    await this._guarded(
      this._trans.__('The job could not be cancelled'),
      () => this.cancel(job),
      () => this._cache.jobs.cancel(job.id)
    );
  }

  async cancelAll(): Promise<void> {
    await this._guarded(
      this._trans.__('The jobs could not be cancelled'),
      () => this.cancelAll(),
      () => this._cache.jobs.cancelAll()
    );
  }

  /**
   * Put the outputs of an entry into an open document, and fetch its status anew.
   *
   * @returns How many cells were changed.
   *
   * @throws CodeChanged, as an error for a person, when the document's code is not that of the entry.
   */
  async put(
    panel: NotebookPanel,
    entry: string,
    isHit = false
  ): Promise<number> {
    const model = this._cache.statusOf(panel);
    // Which kernel a document gets that names none is for the server to say.
    const status = model.status ?? (await model.refresh());
    const outputs = await this._cache.client.outputs(entry, model.path, isHit);
    const kernel = status?.kernel_name ?? '';
    const document = panel.context.model;
    const changed = await inTurn(
      document,
      model.path,
      this._cache.client,
      () => panel.isDisposed || isRestored(document, outputs, kernel),
      () => this._put(panel, outputs, kernel)
    );
    if (changed > 0) {
      void model.refresh();
    }
    return changed;
  }

  private _put(
    panel: NotebookPanel,
    outputs: EntryOutputs,
    kernel: string
  ): number {
    if (panel.isDisposed) {
      return 0;
    }
    try {
      const changed = restoreOutputs(panel.context.model, outputs, kernel);
      if (changed > 0 && !outputs.trusted) {
        Notification.info(
          this._trans.__(
            'These outputs are from elsewhere: nothing in them runs as long as you do not trust their entry.'
          ),
          { autoClose: SHORT_MS }
        );
      }
      return changed;
    } catch (error) {
      if (error instanceof ForeignInShared) {
        throw new ForeignInShared(
          this._trans.__(
            'they are from elsewhere, and what they hold could run in the browsers of others who have this notebook open. Trust the entry first.'
          )
        );
      }
      if (!(error instanceof CodeChanged)) {
        throw error;
      }
      throw new CodeChanged(
        this._trans.__('the code of the notebook is not what made them.')
      );
    }
  }

  private async _entryToRestore(panel: NotebookPanel): Promise<string | null> {
    const model = this._cache.statusOf(panel);
    const known = model.status;
    const isSettled =
      isRestorable(known?.verdict) && known?.code_key === model.codeKey();
    const status = isSettled ? known : await model.refresh();
    if (model.error) {
      throw model.error;
    }
    return isRestorable(status?.verdict) ? (status?.entry ?? null) : null;
  }

  private _cacheAction(panel: NotebookPanel): Notification.IAction {
    return {
      label: this._trans.__('Cache this notebook'),
      callback: () => void this.cache(panel)
    };
  }

  private async _guarded(
    what: string,
    again: () => Promise<void>,
    action: () => Promise<void>
  ): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (isCancelled(error)) {
        return;
      }
      Notification.error(`${what}: ${messageOf(error)}`, {
        autoClose: false,
        actions:
          error instanceof CodeChanged || error instanceof ForeignInShared
            ? []
            : [
                {
                  label: this._trans.__('Try Again'),
                  callback: () => void again()
                }
              ]
      });
    }
  }

  private readonly _cache: Pick<
    INotebookCache,
    'client' | 'jobs' | 'openAt' | 'statusOf'
  >;
  private readonly _trans: TranslationBundle;
  private readonly _restored = new Signal<this, NotebookPanel>(this);
}

/** Whether the person answered *Cancel* to a question of JupyterLab's while saving. */
function isCancelled(error: unknown): boolean {
  return (
    error instanceof Error && /^Modal(Cancel|Duplicate)Error$/.test(error.name)
  );
}
