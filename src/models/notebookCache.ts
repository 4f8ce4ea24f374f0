import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import { CacheActions } from '../actions/cacheActions';
import type { CacheClient } from '../contract/client';
import type { CacheEvents } from '../contract/events';
import type { INotebookCache } from '../tokens';
import { JobsModel } from './jobs';
import { NotebookStatus } from './notebookStatus';

/** The statuses of all open notebooks, and the jobs. */
export class NotebookCache implements INotebookCache, IDisposable {
  constructor(options: NotebookCache.IOptions) {
    this.client = options.client;
    this._events = options.events;
    this._tracker = options.tracker;
    this._options = options;
    this.jobs = new JobsModel(options.client, options.events);
    this.actions = new CacheActions({
      client: options.client,
      jobs: this.jobs,
      statusOf: panel => this.statusOf(panel),
      trans: options.trans
    });
    this._tracker.currentChanged.connect(this._onCurrent, this);
  }

  readonly client: CacheClient;
  readonly jobs: JobsModel;
  readonly actions: CacheActions;

  get current(): NotebookStatus | null {
    const panel = this._tracker.currentWidget;
    return panel && !panel.isDisposed ? this.statusOf(panel) : null;
  }

  get currentChanged(): ISignal<INotebookCache, void> {
    return this._currentChanged;
  }

  statusOf(panel: NotebookPanel): NotebookStatus {
    let status = this._statuses.get(panel);
    if (!status) {
      status = new NotebookStatus({
        panel,
        client: this.client,
        events: this._events,
        jobs: this.jobs,
        pollInterval: this._options.pollInterval()
      });
      this._statuses.set(panel, status);
    }
    return status;
  }

  get isDisposed(): boolean {
    return this.jobs.isDisposed;
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._tracker.currentChanged.disconnect(this._onCurrent, this);
      this.jobs.dispose();
      this._events.dispose();
      Signal.clearData(this);
    }
  }

  private _onCurrent(): void {
    this._currentChanged.emit();
  }

  private readonly _events: CacheEvents;
  private readonly _tracker: INotebookTracker;
  private readonly _options: NotebookCache.IOptions;
  private readonly _statuses = new WeakMap<NotebookPanel, NotebookStatus>();
  private readonly _currentChanged = new Signal<INotebookCache, void>(this);
}

/** A namespace for `NotebookCache` statics. */
export namespace NotebookCache {
  /** What the cache is made of. */
  export interface IOptions {
    /** The server. */
    client: CacheClient;

    /** Its hints. */
    events: CacheEvents;

    /** The open notebooks. */
    tracker: INotebookTracker;

    /** For what people are told. */
    trans: TranslationBundle;

    /** Milliseconds between questions about a visible notebook. */
    pollInterval: () => number;
  }
}
