import { JSONExt } from '@lumino/coreutils';
import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { CacheError, messageOf } from '../contract';
import type {
  DocumentDigests,
  ICacheClient,
  ICacheEvents,
  Job,
  Status
} from '../contract';
import type { INotebookStatus, INotebookContext } from '../tokens';
import { DigestsOfDocument } from './documentDigests';
import type { Jobs } from './jobs';

/** After the last change, wait so long for another one, … */
const SETTLE_MS = 100;

/** … but never longer than this after the first. */
const LONGEST_WAIT_MS = 300;

/** Hashing takes at most one part in so many of the time in which a document keeps changing. */
const HASHING_SHARE = 5;

const MAX_POLL_MS = 60_000;

/** What a status is made of. */
export interface INotebookStatusOptions {
  /** The open document. */
  readonly context: INotebookContext;

  /** The server. */
  readonly client: ICacheClient;

  /** Its hints. */
  readonly events: ICacheEvents;

  /** Its jobs. */
  readonly jobs: Jobs;

  /** Milliseconds between two looks at a document that is shown and does not change. */
  readonly pollInterval: number;
}

/**
 * The status of one open document.
 *
 * The verdict is the server's alone: this sends it the document's digests and shows the answer. While
 * a new answer is on its way the old one stays, so nothing flickers.
 */
export class NotebookStatus implements INotebookStatus, IDisposable {
  constructor(options: INotebookStatusOptions) {
    this.context = options.context;
    this._client = options.client;
    this._jobs = options.jobs;
    this._poll = new Poll<void>({
      auto: false,
      factory: async () => {
        await this.refresh();
        if (this._error) {
          throw this._error;
        }
      },
      frequency: {
        interval: options.pollInterval,
        backoff: true,
        max: MAX_POLL_MS
      },
      name: 'jupyterlab-cache:status',
      standby: () => (this._isShown() ? 'when-hidden' : true)
    });
    options.events.storeChanged.connect(this._onChange, this);
    options.events.inputsChanged.connect(this._onChange, this);
    options.jobs.changed.connect(this._onJobs, this);
    this.context.pathChanged.connect(this._onPath, this);
    this.context.disposed.connect(this.dispose, this);
    void this.context.ready.then(() => this._begin());
  }

  readonly context: INotebookContext;

  get path(): string {
    return this.context.localPath;
  }

  get status(): Status | null {
    return this._status;
  }

  get error(): CacheError | null {
    return this._error;
  }

  get job(): Job | null {
    return this._jobs.activeJob(this.path);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Milliseconds between two looks at a document that is shown and does not change. */
  set pollInterval(interval: number) {
    if (!this._isDisposed) {
      this._poll.frequency = { ...this._poll.frequency, interval };
    }
  }

  codeKey(): string | null {
    // The server knows which kernel a document without a name gets.
    return this._digests?.codeKey(this._status?.kernel_name ?? '') ?? null;
  }

  async digests(): Promise<DocumentDigests> {
    await this.context.ready;
    return this._digests?.read() ?? { kernel_name: null, cells: [] };
  }

  refresh(): Promise<Status | null> {
    // Whoever waits for an answer gets that to the latest question.
    this._answer = this._ask(++this._turn);
    return this._answer;
  }

  resume(): void {
    if (this._isBehind) {
      void this.refresh();
    }
  }

  watch(isShown: () => boolean): IDisposable {
    this._viewers.add(isShown);
    return new DisposableDelegate(() => this._viewers.delete(isShown));
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    clearTimeout(this._timer);
    this._poll.dispose();
    this._digests?.dispose();
    this._viewers.clear();
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private _begin(): void {
    if (this._isDisposed) {
      return;
    }
    this._digests = new DigestsOfDocument(this.context.model);
    this._digests.changed.connect(this._onDigests, this);
    // The poll's first look comes at once; a document that is not shown waits for `resume`.
    void this._poll.start();
  }

  private _isShown(): boolean {
    return [...this._viewers].some(isShown => isShown());
  }

  private _onDigests(): void {
    this._isBehind = true;
    if (!this._isShown()) {
      return;
    }
    const now = Date.now();
    this._firstChange ??= now;
    clearTimeout(this._timer);
    const wait = Math.max(SETTLE_MS, this._hashing * HASHING_SHARE);
    const longest = Math.max(LONGEST_WAIT_MS, wait);
    this._timer = setTimeout(
      () => {
        this._firstChange = null;
        void this.refresh();
      },
      Math.max(0, Math.min(wait, this._firstChange + longest - now))
    );
  }

  private _onChange(_: unknown, event: { readonly path: string }): void {
    if (event.path === this.path) {
      this._catchUp();
    }
  }

  private _onPath(): void {
    this._catchUp();
  }

  private _onJobs(): void {
    const { job } = this;
    if (!JSONExt.deepEqual(job, this._shownJob)) {
      const ended = this._shownJob !== null && job === null;
      this._shownJob = job;
      this._changed.emit();
      if (ended) {
        this._catchUp();
      }
    }
  }

  private _catchUp(): void {
    this._isBehind = true;
    if (this._isShown()) {
      void this.refresh();
    }
  }

  private async _ask(turn: number): Promise<Status | null> {
    await this.context.ready;
    if (this._isDisposed || !this._digests) {
      return null;
    }
    this._isBehind = false;
    const begun = performance.now();
    const document = await this._digests.read();
    this._hashing = performance.now() - begun;
    let status: Status | null = null;
    let error: CacheError | null = null;
    if (turn === this._turn && !this._isDisposed) {
      try {
        const query = { path: this.path, document };
        [status = null] = await this._client.statuses([query]);
      } catch (reason) {
        error =
          reason instanceof CacheError
            ? reason
            : new CacheError(messageOf(reason));
      }
    }
    // Answers to older questions would make the verdict jump back and forth.
    if (turn !== this._turn && this._answer) {
      return this._answer;
    }
    if (!this._isDisposed) {
      this._isBehind ||= error !== null;
      this._take(status, error);
    }
    return status;
  }

  private _take(status: Status | null, error: CacheError | null): void {
    const same =
      error?.message === this._error?.message &&
      JSONExt.deepEqual(status, this._status);
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
  private _error: CacheError | null = null;
  private _shownJob: Job | null = null;
  private _answer: Promise<Status | null> | null = null;
  private _turn = 0;
  private _hashing = 0;
  private _firstChange: number | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isBehind = true;
  private _isDisposed = false;
  private _digests: DigestsOfDocument | null = null;
  private readonly _client: ICacheClient;
  private readonly _jobs: Jobs;
  private readonly _poll: Poll<void>;
  private readonly _viewers = new Set<() => boolean>();
  private readonly _changed = new Signal<this, void>(this);
}
