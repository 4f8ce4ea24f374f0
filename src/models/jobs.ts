import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';
import type { CacheClient } from '../contract/client';
import type { CacheEvents } from '../contract/events';
import type { Job } from '../contract/types';

const ACTIVE = new Set(['queued', 'running']);

/** Whether a job still waits or runs. */
export function isActive(job: Job): boolean {
  return ACTIVE.has(job.state);
}

/** The jobs of the server, kept up to date while any is active. */
export class JobsModel implements IDisposable {
  /**
   * @param client - The server.
   * @param events - Its hints.
   */
  constructor(client: CacheClient, events: CacheEvents) {
    this._client = client;
    this._events = events;
    // Events bring news at once; the poll covers those that get lost.
    this._poll = new Poll<void>({
      factory: () => this._fetch(),
      frequency: { interval: 2000, backoff: true, max: 60000 },
      name: 'jupyterlab-cache:jobs',
      standby: () => !this.jobs.some(isActive) || 'when-hidden'
    });
    this._events.jobChanged.connect(this._onHint, this);
  }

  /** All jobs that the server knows, newest first. */
  get jobs(): readonly Job[] {
    return this._jobs;
  }

  /** Something about the jobs changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** A job that was active has ended. */
  get ended(): ISignal<this, Job> {
    return this._ended;
  }

  /** The job that runs or waits for a notebook. */
  activeJob(path: string): Job | null {
    const jobs = this._jobs.filter(job => job.path === path && isActive(job));
    return jobs.find(job => job.state === 'running') ?? jobs[0] ?? null;
  }

  /** Take in a job that the server has just told of. */
  note(job: Job): void {
    const others = this._jobs.filter(other => other.id !== job.id);
    this._update([job, ...others]);
    // One that ended before we saw it running counts as seen.
    if (!isActive(job)) {
      this._ended.emit(job);
    }
    void this._poll.refresh();
  }

  /** Ask the server again. */
  async refresh(): Promise<void> {
    await this._poll.refresh();
    await this._poll.tick;
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._events.jobChanged.disconnect(this._onHint, this);
      this._poll.dispose();
      Signal.clearData(this);
    }
  }

  private _onHint(): void {
    if (this._fetching) {
      this._again = true;
      return;
    }
    this._fetch().catch(() => {
      // The poll tries again.
    });
  }

  private async _fetch(): Promise<void> {
    this._fetching = true;
    try {
      do {
        this._again = false;
        const jobs = await this._client.jobs();
        if (!this.isDisposed) {
          this._update(jobs);
        }
      } while (this._again && !this.isDisposed);
    } finally {
      this._fetching = false;
    }
  }

  private _update(jobs: Job[]): void {
    const before = new Map(this._jobs.map(job => [job.id, job]));
    this._jobs = jobs;
    this._changed.emit();
    for (const job of jobs) {
      const old = before.get(job.id);
      if (old && isActive(old) && !isActive(job)) {
        this._ended.emit(job);
      }
    }
  }

  private _jobs: Job[] = [];
  private _fetching = false;
  private _again = false;
  private readonly _client: CacheClient;
  private readonly _events: CacheEvents;
  private readonly _poll: Poll<void>;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _ended = new Signal<this, Job>(this);
}
