import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { messageOf } from '../contract';
import type { Job, NotebookLine, NotebookList } from '../contract';
import type { INotebookCache } from '../tokens';

/** Nobody tells of files that are changed by other programs. */
const POLL_MS = 30_000;
const MAX_POLL_MS = 300_000;

/** Many jobs may end within a moment. */
const SETTLE_MS = 300;

const NONE: NotebookList = { notebooks: [], total: 0, unreadable: [] };

/** All notebooks below the server's root with their verdicts; rests while nobody looks. */
export class ProjectNotebooks implements IDisposable {
  /**
   * @param cache - Asks the server, and tells of jobs and entries.
   */
  constructor(
    cache: Pick<INotebookCache, 'client' | 'entriesChanged' | 'jobs'>
  ) {
    this._cache = cache;
    cache.entriesChanged.connect(this._onNews, this);
    cache.jobs.ended.connect(this._onNews, this);
    cache.jobs.changed.connect(this._onJobs, this);
    this._poll = new Poll<void>({
      auto: false,
      factory: () => this._fetch(),
      frequency: { interval: POLL_MS, backoff: true, max: MAX_POLL_MS },
      name: 'jupyterlab-cache:notebooks',
      standby: 'when-hidden'
    });
  }

  /** Those that can be read, by path. */
  get notebooks(): readonly NotebookLine[] {
    return this._list.notebooks;
  }

  /** How many there are, also those that are not listed. */
  get total(): number {
    return this._list.total;
  }

  /** What is wrong with those that cannot be read. */
  get unreadable(): readonly string[] {
    return this._list.unreadable;
  }

  /** Why they could not be fetched; null when they were. */
  get error(): string | null {
    return this._error;
  }

  /** Whether there has been an answer yet. */
  get isKnown(): boolean {
    return this._isKnown;
  }

  /** They changed, or a job of one of them. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The job that waits or runs for a notebook. */
  jobOf(path: string): Job | null {
    return this._cache.jobs.activeJob(path);
  }

  /** Whether somebody looks: they are kept up to date only then. */
  get isActive(): boolean {
    return this._isActive;
  }
  set isActive(isActive: boolean) {
    if (isActive === this._isActive || this.isDisposed) {
      return;
    }
    this._isActive = isActive;
    if (isActive) {
      void this._poll.start();
      void this._poll.refresh();
    } else {
      void this._poll.stop();
    }
  }

  /** Ask the server again. */
  async refresh(): Promise<void> {
    await this._fetch().catch(() => {
      // The section shows the error.
    });
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  dispose(): void {
    if (!this.isDisposed) {
      clearTimeout(this._timer);
      this._poll.dispose();
      Signal.disconnectReceiver(this);
      Signal.clearData(this);
    }
  }

  private _onJobs(): void {
    if (this._isActive) {
      this._changed.emit();
    }
  }

  private _onNews(): void {
    if (this._isActive) {
      clearTimeout(this._timer);
      this._timer = setTimeout(() => void this._poll.refresh(), SETTLE_MS);
    }
  }

  private async _fetch(): Promise<void> {
    const turn = ++this._turn;
    let list = this._list;
    let error: string | null = null;
    try {
      list = await this._cache.client.notebooks();
    } catch (reason) {
      error = messageOf(reason);
    }
    if (turn !== this._turn || this.isDisposed) {
      return;
    }
    this._list = list;
    this._error = error;
    this._isKnown = true;
    this._changed.emit();
    if (error !== null) {
      throw new Error(error); // so that the poll asks less often
    }
  }

  private _list: NotebookList = NONE;
  private _error: string | null = null;
  private _isKnown = false;
  private _isActive = false;
  private _turn = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _cache: Pick<
    INotebookCache,
    'client' | 'entriesChanged' | 'jobs'
  >;
  private readonly _poll: Poll<void>;
  private readonly _changed = new Signal<this, void>(this);
}
