import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { CacheError } from '../contract';
import type {
  ICacheClient,
  ICacheEvents,
  IJobEvent,
  Job,
  JobKind
} from '../contract';
import type { ICacheOptions, IJobs } from '../tokens';

const POLL_MS = 2000;
const MAX_POLL_MS = 60_000;

const RANK = { queued: 0, running: 1, done: 2, failed: 2, cancelled: 2 };

/** Whether a job still waits or runs. */
export function isActive(job: Pick<Job, 'state'>): boolean {
  return RANK[job.state] < 2;
}

/**
 * The jobs of the server, kept up to date while any is active.
 *
 * Word of a job comes on several ways (answers, events, a poll) that may overtake one another, so a
 * job only ever moves on: what is older than what is known is dropped.
 */
export class Jobs implements IJobs, IDisposable {
  /**
   * @param client - The server.
   * @param events - Its hints.
   */
  constructor(client: ICacheClient, events: ICacheEvents) {
    this._client = client;
    events.jobChanged.connect(this._onEvent, this);
    // Events bring news at once; the poll covers those that get lost.
    this._poll = new Poll<void>({
      auto: false,
      factory: () => this._fetch(),
      frequency: { interval: POLL_MS, backoff: true, max: MAX_POLL_MS },
      name: 'jupyterlab-cache:jobs',
      standby: 'when-hidden'
    });
  }

  get jobs(): readonly Job[] {
    return this._jobs;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get ended(): ISignal<this, Job> {
    return this._ended;
  }

  activeJob(path: string): Job | null {
    const jobs = this._jobs.filter(job => job.path === path && isActive(job));
    return jobs.find(job => job.state === 'running') ?? jobs[0] ?? null;
  }

  isMine(id: string): boolean {
    return this._mine.has(id);
  }

  async submit(
    path: string,
    options: ICacheOptions & { batch?: boolean; kind?: JobKind } = {}
  ): Promise<Job> {
    return this._takeMine(
      await this._client.submit({ path, force: false, ...options })
    );
  }

  async retry(id: string): Promise<Job> {
    return this._takeMine(await this._client.retry(id));
  }

  async cancel(id: string): Promise<void> {
    const known = this._find(id);
    const job = await this._client.cancel(id);
    if (known && !isActive(known)) {
      this._drop(id);
    } else {
      this._take([job]);
    }
  }

  async cancelAll(): Promise<void> {
    this._take(await this._client.cancelAll());
  }

  async refresh(): Promise<void> {
    await this._fetch();
  }

  /** Take in a job that the server told of beside something else. */
  note(job: Job): void {
    this._take([job]);
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

  private _takeMine(job: Job): Job {
    this._mine.add(job.id);
    // Events may have told of its end before this answer came.
    const known = this._find(job.id);
    this._take([job]);
    if (known && !isActive(known)) {
      this._announce(known);
    }
    return this._find(job.id) ?? job;
  }

  private _find(id: string): Job | undefined {
    return this._jobs.find(job => job.id === id);
  }

  private _onEvent(_: unknown, event: IJobEvent): void {
    const known = this._find(event.job);
    if (known && isActive(event) && known.state === event.state) {
      // Progress by cell needs no question.
      const { cells_done, cells_total } = event;
      this._take([{ ...known, cells_done, cells_total }]);
      return;
    }
    if (!isActive(event) || !this._fetching.has(event.job)) {
      void this._fetchOne(event);
    }
  }

  private async _fetchOne(event: IJobEvent): Promise<void> {
    this._fetching.add(event.job);
    try {
      const job = await this._client.job(event.job);
      if (!this.isDisposed) {
        this._take([job]);
        if (!isActive(event) && !isActive(job)) {
          this._announce(job);
        }
      }
    } catch (error) {
      if (error instanceof CacheError && error.status === 404) {
        this._drop(event.job);
      }
      // Otherwise the poll tries again.
    } finally {
      this._fetching.delete(event.job);
    }
  }

  private async _fetch(): Promise<void> {
    const asked = new Set(this._jobs.map(job => job.id));
    const jobs = await this._client.jobs();
    if (this.isDisposed) {
      return;
    }
    const listed = new Set(jobs.map(job => job.id));
    // Those that came up meanwhile are not in an answer to an older question.
    this._jobs = this._jobs.filter(
      job => listed.has(job.id) || !asked.has(job.id)
    );
    this._take(jobs);
  }

  private _take(jobs: readonly Job[]): void {
    const ended: Job[] = [];
    const merged = new Map(this._jobs.map(job => [job.id, job]));
    for (const job of jobs) {
      const known = merged.get(job.id);
      if (known && isOlder(job, known)) {
        continue;
      }
      merged.set(job.id, job);
      if (known && isActive(known) && !isActive(job)) {
        ended.push(job);
      }
    }
    this._jobs = [...merged.values()].sort((a, b) => b.created - a.created);
    this._changed.emit();
    ended.forEach(job => this._announce(job));
    this._pollWhileActive();
  }

  private _pollWhileActive(): void {
    const isNeeded = this._jobs.some(isActive);
    if (isNeeded !== this._isPolling && !this.isDisposed) {
      this._isPolling = isNeeded;
      void (isNeeded ? this._poll.start() : this._poll.stop());
    }
  }

  private _announce(job: Job): void {
    if (!this._announced.has(job.id)) {
      this._announced.add(job.id);
      this._ended.emit(job);
    }
  }

  private _drop(id: string): void {
    this._jobs = this._jobs.filter(job => job.id !== id);
    this._changed.emit();
    this._pollWhileActive();
  }

  private _jobs: Job[] = [];
  private _isPolling = false;
  private readonly _fetching = new Set<string>();
  private readonly _mine = new Set<string>();
  private readonly _announced = new Set<string>();
  private readonly _client: ICacheClient;
  private readonly _poll: Poll<void>;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _ended = new Signal<this, Job>(this);
}

function isOlder(job: Job, known: Job): boolean {
  const rank = RANK[job.state];
  const knownRank = RANK[known.state];
  return (
    rank < knownRank ||
    (rank === knownRank && rank < 2 && job.cells_done < known.cells_done)
  );
}
