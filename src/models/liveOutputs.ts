import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { CacheError, messageOf } from '../contract';
import type { Job, JobOutputs, LiveCell } from '../contract';
import type { INotebookCache } from '../tokens';
import { isActive } from './jobs';

const POLL_MS = 1000;
const MAX_POLL_MS = 30_000;

/** What the server answers where nothing is to be had, now or later. */
const GONE = [404, 409];

/** The outputs of a running job so far, followed while somebody looks. */
export class LiveOutputs implements IDisposable {
  /**
   * @param job - Whose outputs.
   * @param cache - Asks the server, and knows when the job advances.
   */
  constructor(job: Job, cache: Pick<INotebookCache, 'client' | 'jobs'>) {
    this._job = job;
    this._cache = cache;
    this._isOver = !isActive(job);
    this._poll = new Poll<void>({
      auto: false,
      factory: () => this._fetch(),
      frequency: { interval: POLL_MS, backoff: true, max: MAX_POLL_MS },
      name: 'jupyterlab-cache:outputs',
      standby: 'when-hidden'
    });
    cache.jobs.changed.connect(this._onJobs, this);
  }

  /** The cells that have begun, in order; all but the changed ones are the same objects as before. */
  get cells(): readonly LiveCell[] {
    return this._cells;
  }

  /** Ordinal of the first cell that the server tells of. */
  get firstCell(): number {
    return this._firstCell;
  }

  /** Ordinal of the cell that runs now. */
  get running(): number | null {
    return this._isOver ? null : this._running;
  }

  /** Whether the job has ended; what was seen last stays. */
  get isOver(): boolean {
    return this._isOver;
  }

  /** Why the outputs could not be fetched; null when they were. */
  get error(): string | null {
    return this._error;
  }

  /** Something of all that changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether somebody looks: the server is asked only then. */
  get isActive(): boolean {
    return this._isActive;
  }
  set isActive(isActive: boolean) {
    if (isActive !== this._isActive && !this.isDisposed) {
      this._isActive = isActive;
      this._pollWhileNeeded();
    }
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._poll.dispose();
      Signal.disconnectReceiver(this);
      Signal.clearData(this);
    }
  }

  private _onJobs(): void {
    const job = this._cache.jobs.jobs.find(({ id }) => id === this._job.id);
    if (!job || this._isOver) {
      return;
    }
    const hasAdvanced = job.cells_done > this._job.cells_done;
    this._job = job;
    if (!isActive(job)) {
      this._end();
    } else if (hasAdvanced && this._isActive) {
      void this._poll.refresh();
    }
  }

  private async _fetch(): Promise<void> {
    const turn = ++this._turn;
    try {
      const { client } = this._cache;
      const answer = await client.jobOutputs(this._job.id, this._revision);
      // A later question has the same revision in it, so its answer holds all of this one.
      if (turn === this._turn && !this.isDisposed) {
        this._take(answer);
      }
    } catch (reason) {
      if (turn !== this._turn || this.isDisposed) {
        return;
      }
      if (reason instanceof CacheError && GONE.includes(reason.status ?? 0)) {
        this._end(reason.status === 404 ? reason.message : null);
        return;
      }
      this._error = messageOf(reason);
      this._changed.emit();
      // The poll takes its time then.
      throw reason;
    }
  }

  private _take(answer: JobOutputs): void {
    const { first_cell: firstCell, revision, running, whole } = answer;
    const held = new Map(
      whole ? [] : this._cells.map(cell => [cell.cell, cell])
    );
    answer.cells.forEach(cell => held.set(cell.cell, cell));
    const hasNews =
      whole ||
      answer.cells.length > 0 ||
      running !== this._running ||
      this._error !== null;
    this._cells = [...held.values()]
      .filter(({ cell }) => cell >= firstCell)
      .sort((a, b) => a.cell - b.cell);
    this._firstCell = firstCell;
    this._revision = revision;
    this._running = running;
    this._error = null;
    if (hasNews) {
      this._changed.emit();
    }
  }

  private _end(error: string | null = null): void {
    this._isOver = true;
    this._error = error;
    // What is still on its way is nobody's any more.
    this._turn++;
    this._pollWhileNeeded();
    this._changed.emit();
  }

  private _pollWhileNeeded(): void {
    const isNeeded = this._isActive && !this._isOver;
    if (isNeeded !== this._isPolling) {
      this._isPolling = isNeeded;
      void (isNeeded ? this._poll.start() : this._poll.stop());
    }
  }

  private _job: Job;
  private _cells: readonly LiveCell[] = [];
  private _firstCell = 0;
  private _running: number | null = null;
  private _revision = 0;
  private _error: string | null = null;
  private _isOver: boolean;
  private _isActive = false;
  private _isPolling = false;
  private _turn = 0;
  private readonly _cache: Pick<INotebookCache, 'client' | 'jobs'>;
  private readonly _poll: Poll<void>;
  private readonly _changed = new Signal<this, void>(this);
}
