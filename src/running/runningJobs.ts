import type { IRunningSessions } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { jobText } from '../details/words';
import { isActive } from '../models/jobs';
import { cacheIcon } from '../toolbar/icons';
import type { INotebookCache, Job } from '../tokens';

/** The jobs that wait or run, as a section of JupyterLab's panel *Running Terminals and Kernels*. */
export class RunningJobs implements IRunningSessions.IManager, IDisposable {
  /**
   * @param cache - The jobs, and what people do with them.
   * @param open - Opens a notebook.
   * @param trans - For the words.
   */
  constructor(
    cache: Pick<INotebookCache, 'actions' | 'jobs'>,
    open: (path: string) => void,
    trans: TranslationBundle
  ) {
    this._cache = cache;
    this._open = open;
    this._trans = trans;
    this.name = trans.__('Notebook Cache Jobs');
    this.shutdownLabel = trans.__('Cancel');
    this.shutdownAllLabel = trans.__('Cancel All');
    cache.jobs.changed.connect(this._onJobs, this);
  }

  readonly name: string;
  readonly shutdownLabel: string;
  readonly shutdownAllLabel: string;

  get runningChanged(): ISignal<this, void> {
    return this._runningChanged;
  }

  /** What is asked before all are cancelled. */
  readonly shutdownAllConfirmationText = (): string =>
    this._trans._n(
      'The execution of %1 notebook is cancelled; what is cached already stays.',
      'The execution of %1 notebooks is cancelled; what is cached already stays.',
      this._active().length
    );

  running(): IRunningSessions.IRunningItem[] {
    // Those that run come first, then those that wait, as they are going to run.
    return this._active()
      .reverse()
      .sort((a, b) => rankOf(a) - rankOf(b))
      .map(job => this._item(job));
  }

  shutdownAll(): void {
    void this._cache.actions.cancelAll();
  }

  refreshRunning(): void {
    this._cache.jobs.refresh().catch(() => {
      // What is known stays; the chip of a notebook says that the server cannot be reached.
    });
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._cache.jobs.changed.disconnect(this._onJobs, this);
      Signal.clearData(this);
    }
  }

  private _active(): Job[] {
    return this._cache.jobs.jobs.filter(isActive);
  }

  private _item(job: Job): IRunningSessions.IRunningItem {
    const trans = this._trans;
    return {
      context: 'notebook-cache-job',
      icon: () => cacheIcon,
      label: () => job.path.split('/').pop() ?? job.path,
      labelTitle: () => `${job.path}\n${jobText(job, trans)}`,
      detail: () => jobText(job, trans),
      open: () => this._open(job.path),
      shutdown: () => void this._cache.actions.cancel(job)
    };
  }

  private _onJobs(): void {
    this._runningChanged.emit();
  }

  private _isDisposed = false;
  private readonly _cache: Pick<INotebookCache, 'actions' | 'jobs'>;
  private readonly _open: (path: string) => void;
  private readonly _trans: TranslationBundle;
  private readonly _runningChanged = new Signal<this, void>(this);
}

function rankOf(job: Job): number {
  return job.state === 'running' ? 0 : job.batch ? 2 : 1;
}
