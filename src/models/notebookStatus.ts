import type { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import { JSONExt } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Debouncer, Poll } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';
import type { CacheClient } from '../contract/client';
import type { CacheEvents } from '../contract/events';
import type { DocumentDigests, Job, Status } from '../contract/types';
import { DigestsOfDocument } from './documentDigests';
import type { JobsModel } from './jobs';

const SETTLE_MS = 100;

/**
 * What the server says of one open document, followed while a person edits it.
 *
 * The verdict is the server's alone; this sends it the document's digests.
 */
export class NotebookStatus implements IDisposable {
  constructor(options: NotebookStatus.IOptions) {
    this._panel = options.panel;
    this._client = options.client;
    this._events = options.events;
    this._jobs = options.jobs;
    this._settle = new Debouncer(() => this._ask(false), SETTLE_MS);
    this._poll = new Poll<void>({
      auto: false,
      factory: () => this._ask(true),
      frequency: { interval: options.pollInterval, backoff: true, max: 60000 },
      name: 'jupyterlab-cache:status',
      standby: () => !this._panel.isVisible || 'when-hidden'
    });
    this._events.storeChanged.connect(this._onStoreChanged, this);
    this._jobs.changed.connect(this._onJobs, this);
    this._panel.disposed.connect(this.dispose, this);
    this._panel.context.pathChanged.connect(this.refresh, this);
    void this._panel.context.ready.then(() => this._begin());
  }

  /** The server's latest word; null until there is one. */
  get status(): Status | null {
    return this._status;
  }

  /** Why there is no status, in the server's words; null when there is one. */
  get error(): string | null {
    return this._error;
  }

  /** The job that waits or runs for this notebook. */
  get job(): Job | null {
    return this._jobs.activeJob(this.path);
  }

  /** Path of the notebook, relative to the server's root. */
  get path(): string {
    return this._panel.context.localPath;
  }

  /** The document. */
  get panel(): NotebookPanel {
    return this._panel;
  }

  /** The document's own digests; null before it is loaded. */
  get digests(): DigestsOfDocument | null {
    return this._digests;
  }

  /** The status, the job or the error changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Ask the server again, whatever is known. */
  refresh(): void {
    if (!this._isDisposed && this._digests) {
      void this._ask(true).catch(() => {
        // Said in `error`; the poll tries again.
      });
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._settle.dispose();
    this._poll.dispose();
    this._model?.contentChanged.disconnect(this._onContent, this);
    this._events.storeChanged.disconnect(this._onStoreChanged, this);
    this._jobs.changed.disconnect(this._onJobs, this);
    Signal.clearData(this);
  }

  private async _begin(): Promise<void> {
    const model = this._panel.context.model;
    if (this._isDisposed) {
      return;
    }
    this._model = model;
    this._digests = new DigestsOfDocument(model);
    model.contentChanged.connect(this._onContent, this);
    this.refresh();
    await this._poll.start();
  }

  private _onContent(): void {
    void this._settle.invoke().catch(() => {
      // Disposed meanwhile, or said in `error`.
    });
  }

  private _onStoreChanged(_: CacheEvents, path: string): void {
    if (path === this.path) {
      this.refresh();
    }
  }

  private _onJobs(): void {
    const job = this.job;
    if (!JSONExt.deepEqual(job, this._lastJob)) {
      this._lastJob = job;
      this._changed.emit();
    }
  }

  private async _ask(always: boolean): Promise<void> {
    if (this._isDisposed || !this._digests) {
      return;
    }
    const document: DocumentDigests = this._digests.compute();
    if (!always && JSONExt.deepEqual(document, this._asked)) {
      return;
    }
    this._asked = document;
    const turn = ++this._turn;
    try {
      const status = await this._client.status({ path: this.path, document });
      // Answers to older questions would make the verdict jump back and forth.
      if (turn === this._turn && !this._isDisposed) {
        this._take(status, null);
      }
    } catch (error) {
      if (turn === this._turn && !this._isDisposed) {
        this._asked = null;
        this._take(null, error instanceof Error ? error.message : `${error}`);
      }
      throw error;
    }
  }

  private _take(status: Status | null, error: string | null): void {
    const same =
      error === this._error && JSONExt.deepEqual(status, this._status);
    this._status = status;
    this._error = error;
    if (status?.job) {
      this._jobs.note(status.job);
    }
    if (!same) {
      this._changed.emit();
    }
  }

  private _status: Status | null = null;
  private _error: string | null = null;
  private _lastJob: Job | null = null;
  private _asked: DocumentDigests | null = null;
  private _turn = 0;
  private _isDisposed = false;
  private _model: INotebookModel | null = null;
  private _digests: DigestsOfDocument | null = null;
  private readonly _panel: NotebookPanel;
  private readonly _client: CacheClient;
  private readonly _events: CacheEvents;
  private readonly _jobs: JobsModel;
  private readonly _settle: Debouncer<void>;
  private readonly _poll: Poll<void>;
  private readonly _changed = new Signal<this, void>(this);
}

/** A namespace for `NotebookStatus` statics. */
export namespace NotebookStatus {
  /** What a status is made of. */
  export interface IOptions {
    /** The open document. */
    panel: NotebookPanel;

    /** The server. */
    client: CacheClient;

    /** Its hints. */
    events: CacheEvents;

    /** Its jobs. */
    jobs: JobsModel;

    /** Milliseconds between questions while the document is visible and nothing happens. */
    pollInterval: number;
  }
}
