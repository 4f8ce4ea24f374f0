import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { isActive } from '../models/jobs';
import type { ICacheActions, IJobs, Job } from '../tokens';

/** What a message is made of besides its words. */
type Options = Pick<Notification.IOptions<null>, 'actions' | 'autoClose'>;

/** What the messages are about, and how. */
export interface IJobNoticesOptions {
  /** Cancels. */
  readonly actions: Pick<ICacheActions, 'cancel'>;

  /** The server's jobs. */
  readonly jobs: IJobs;

  /** Milliseconds after which a job counts as long. */
  readonly longAfter: () => number;

  /** For the words. */
  readonly trans: TranslationBundle;
}

/**
 * What this page says of the jobs that it asked for, one message for each. Of a job that takes long,
 * the list of notifications tells meanwhile how far it is; that does not pop up.
 */
export class JobNotices implements IDisposable {
  constructor(options: IJobNoticesOptions) {
    this._options = options;
    options.jobs.changed.connect(this._onJobs, this);
    this._onJobs();
  }

  /** Whether a job takes, or took, long. Those of a batch never do: nobody waits for each of them. */
  isLong(job: Job): boolean {
    return this._long.has(job.id);
  }

  /**
   * Say how a job ended, in place of what was said of it while it ran.
   *
   * @param job - The job.
   * @param type - How it looks.
   * @param message - The words.
   * @param options - What can be done about it, and how long it stays.
   */
  tell(
    job: Job,
    type: Notification.TypeOptions,
    message: string,
    options: Options
  ): void {
    const id = this._shown.get(job.id);
    this._shown.delete(job.id);
    const isReplaced =
      id !== undefined &&
      Notification.update({ id, type, message, actions: [], ...options });
    if (!isReplaced) {
      Notification.emit(message, type, options);
    }
  }

  /** Say no more of a job that has ended. */
  forget(job: Job): void {
    const id = this._shown.get(job.id);
    if (id !== undefined) {
      Notification.dismiss(id);
    }
    this._shown.delete(job.id);
    this._messages.delete(job.id);
    this._long.delete(job.id);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._options.jobs.changed.disconnect(this._onJobs, this);
      this._timers.forEach(timer => clearTimeout(timer));
      this._shown.forEach(id => Notification.dismiss(id));
    }
  }

  private _onJobs(): void {
    const { jobs, longAfter } = this._options;
    const running = new Map(
      jobs.jobs
        .filter(job => job.state === 'running' && this._isAwaited(job))
        .map(job => [job.id, job])
    );
    for (const [id, timer] of this._timers) {
      if (!running.has(id)) {
        clearTimeout(timer);
        this._timers.delete(id);
      }
    }
    for (const job of running.values()) {
      if (this._long.has(job.id)) {
        this._update(job);
      } else if (!this._timers.has(job.id)) {
        const timer = setTimeout(() => this._onLong(job.id), longAfter());
        this._timers.set(job.id, timer);
      }
    }
  }

  private _isAwaited(job: Job): boolean {
    return !job.batch && this._options.jobs.isMine(job.id);
  }

  private _onLong(id: string): void {
    const { actions, jobs } = this._options;
    this._timers.delete(id);
    const find = (): Job | undefined =>
      jobs.jobs.find(job => job.id === id && isActive(job));
    const job = find();
    if (!job) {
      return;
    }
    this._long.add(id);
    const message = this._progress(job);
    const cancel = (): void => {
      const latest = find();
      if (latest) {
        void actions.cancel(latest);
      }
    };
    this._messages.set(id, message);
    this._shown.set(
      id,
      Notification.emit(message, 'in-progress', {
        // It is in the list of notifications only.
        autoClose: 0,
        actions: [{ label: this._options.trans.__('Cancel'), callback: cancel }]
      })
    );
  }

  private _update(job: Job): void {
    const id = this._shown.get(job.id);
    const message = this._progress(job);
    if (id !== undefined && message !== this._messages.get(job.id)) {
      this._messages.set(job.id, message);
      Notification.update({ id, message });
    }
  }

  private _progress(job: Job): string {
    const { trans } = this._options;
    const { cells_done: done, cells_total: total } = job;
    const name = nameOf(job);
    return job.kind === 'check'
      ? trans.__('%1 is being checked: %2 of %3 cells', name, done, total)
      : trans.__('%1 is being executed: %2 of %3 cells', name, done, total);
  }

  private _isDisposed = false;
  private readonly _options: IJobNoticesOptions;
  private readonly _long = new Set<string>();
  private readonly _messages = new Map<string, string>();
  private readonly _shown = new Map<string, string>();
  private readonly _timers = new Map<string, ReturnType<typeof setTimeout>>();
}

/** The name of a job's notebook, without its folders. */
export function nameOf(job: Pick<Job, 'path'>): string {
  return job.path.split('/').pop() ?? job.path;
}
