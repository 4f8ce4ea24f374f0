import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { CacheActions } from '../actions/cacheActions';
import type { ICacheClient, ICacheEvents, IStoreEvent } from '../contract';
import type {
  ICacheActions,
  IJobs,
  INotebookCache,
  INotebookStatus,
  INotebookContext
} from '../tokens';
import { Jobs } from './jobs';
import { NotebookStatus } from './notebookStatus';

/** What the cache is made of. */
export interface INotebookCacheOptions {
  /** The server. */
  readonly client: ICacheClient;

  /** Its hints. */
  readonly events: ICacheEvents;

  /** The open notebooks. */
  readonly tracker: Pick<
    INotebookTracker,
    'currentChanged' | 'currentWidget' | 'find'
  >;

  /** For what people are told. */
  readonly trans: TranslationBundle;

  /** Milliseconds between two looks at a notebook that is shown and does not change. */
  readonly pollInterval: number;
}

/** The statuses of all open notebooks, the jobs, and what people do with them. */
export class NotebookCache implements INotebookCache, IDisposable {
  constructor(options: INotebookCacheOptions) {
    this.client = options.client;
    this._events = options.events;
    this._tracker = options.tracker;
    this._pollInterval = options.pollInterval;
    this._jobs = new Jobs(options.client, options.events);
    this.actions = new CacheActions(this, options.trans);
    this._tracker.currentChanged.connect(this._onCurrent, this);
    this._events.storeChanged.connect(this._onStore, this);
  }

  readonly client: ICacheClient;
  readonly actions: ICacheActions;

  get jobs(): IJobs {
    return this._jobs;
  }

  get current(): NotebookPanel | null {
    const panel = this._tracker.currentWidget;
    return panel && !panel.isDisposed ? panel : null;
  }

  openAt(path: string): NotebookPanel | null {
    const isAt = (panel: NotebookPanel): boolean =>
      !panel.isDisposed && panel.context.localPath === path;
    return this._tracker.find(isAt) ?? null;
  }

  get currentChanged(): ISignal<this, void> {
    return this._currentChanged;
  }

  get entriesChanged(): ISignal<this, string> {
    return this._entriesChanged;
  }

  /** Milliseconds between two looks at a notebook that is shown and does not change. */
  get pollInterval(): number {
    return this._pollInterval;
  }
  set pollInterval(interval: number) {
    this._pollInterval = interval;
    for (const status of this._statuses.values()) {
      status.pollInterval = interval;
    }
  }

  statusOf(panel: NotebookPanel): INotebookStatus {
    const { context } = panel;
    let status = this._statuses.get(context);
    if (!status) {
      status = new NotebookStatus({
        context,
        client: this.client,
        events: this._events,
        jobs: this._jobs,
        pollInterval: this._pollInterval
      });
      this._statuses.set(context, status);
      context.disposed.connect(() => this._statuses.delete(context));
    }
    if (!this._watched.has(panel)) {
      this._watched.add(panel);
      const viewer = status.watch(() => panel.isVisible);
      panel.disposed.connect(() => viewer.dispose());
    }
    return status;
  }

  get isDisposed(): boolean {
    return this._jobs.isDisposed;
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._statuses.forEach(status => status.dispose());
    this._statuses.clear();
    this._jobs.dispose();
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private _onCurrent(): void {
    if (this.current) {
      this.statusOf(this.current).resume();
    }
    this._currentChanged.emit();
  }

  private _onStore(_: unknown, event: IStoreEvent): void {
    this._entriesChanged.emit(event.path);
  }

  private _pollInterval: number;
  private readonly _jobs: Jobs;
  private readonly _events: ICacheEvents;
  private readonly _tracker: INotebookCacheOptions['tracker'];
  private readonly _statuses = new Map<INotebookContext, NotebookStatus>();
  private readonly _watched = new WeakSet<NotebookPanel>();
  private readonly _currentChanged = new Signal<this, void>(this);
  private readonly _entriesChanged = new Signal<this, string>(this);
}
