import type { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { messageOf } from '../contract';
import type { Job, Status } from '../contract';
import { sentenceText } from '../models/sentence';
import type { INotebookCache } from '../tokens';
import { tellOfCheck } from './checkResults';
import { nameOf } from './jobNotices';
import type { JobNotices } from './jobNotices';
import { SHORT_MS } from './shortMessage';

/** As long as another browser may take to put outputs into a document that people share. */
const OTHERS_MS = 5000;

/** What the results of jobs are brought into, and how. */
export interface IJobResultsOptions {
  /** The statuses and jobs of notebooks. */
  readonly cache: INotebookCache;

  /** The open view of a notebook; null when it is not open. */
  readonly find: (path: string) => NotebookPanel | null;

  /** What is said of jobs. */
  readonly notices: JobNotices;

  /** Bring a notebook, and a cell of it, before the person's eyes. */
  readonly show: (path: string, cell: number | null) => Promise<void>;

  /** Bring a notebook before the person's eyes, and the reasons for its verdict. */
  readonly showReasons: (path: string) => Promise<void>;

  /** Whether outputs are put into open notebooks without being asked for. */
  readonly isAutomatic: boolean;

  /** For what people are told. */
  readonly trans: TranslationBundle;
}

/** Whether the person sees the new outputs, was told why not, or neither. */
type Sight = 'seen' | 'told' | 'unseen';

/**
 * Brings the outputs of finished jobs into open notebooks, if their code is still what was executed,
 * and tells what became of jobs.
 */
export class JobResults {
  constructor(options: IJobResultsOptions) {
    this._options = options;
  }

  /**
   * Deal with a job that has ended.
   *
   * @returns When its outputs are shown, if they are.
   */
  async finish(job: Job): Promise<void> {
    const panel = this._options.find(job.path);
    const isMine = this._options.cache.jobs.isMine(job.id);
    if (!panel && !isMine) {
      return;
    }
    try {
      if (job.kind === 'check') {
        await tellOfCheck(job, this._options);
        return;
      }
      if (panel?.context.model.collaborative && !isMine) {
        await this._offerLater(panel, job);
        return;
      }
      const sight = panel ? await this._show(panel, job) : 'unseen';
      await this._tell(job, sight);
    } finally {
      this._options.notices.forget(job);
    }
  }

  /** Put the job's outputs into the document, and say so where something is in the way. */
  private async _show(panel: NotebookPanel, job: Job): Promise<Sight> {
    const { cache, isAutomatic, trans } = this._options;
    const { entry } = job;
    if (entry === null || job.result === 'cancelled') {
      return 'unseen';
    }
    const model = cache.statusOf(panel);
    if (!model.status) {
      await model.refresh();
    }
    if (model.codeKey() !== job.code_key) {
      this._say(
        job,
        'warning',
        trans.__(
          'The code of %1 changed while it was executed: the outputs are in the cache, but not shown.',
          nameOf(job)
        ),
        {
          label: trans.__('Cache Again'),
          callback: () => void cache.actions.cache(panel)
        }
      );
      return 'told';
    }
    // What was made with parameters is not what the document as it stands would put out.
    if (!isAutomatic || givenTo(job)) {
      this._offer(panel, entry, job);
      return 'told';
    }
    try {
      await cache.actions.put(panel, entry);
      return panel.isVisible ? 'seen' : 'unseen';
    } catch (error) {
      this._say(
        job,
        'error',
        trans.__('The new outputs cannot be shown: %1', messageOf(error))
      );
      return 'told';
    }
  }

  /**
   * In a document that people share, the browser that asked puts the outputs in and tells its person;
   * the others see them. Where that does not happen, it has gone away.
   */
  private async _offerLater(panel: NotebookPanel, job: Job): Promise<void> {
    const { entry } = job;
    await new Promise(resolve => setTimeout(resolve, OTHERS_MS));
    if (entry === null || panel.isDisposed) {
      return;
    }
    const status = await this._options.cache.statusOf(panel).refresh();
    const isMissing = status?.entry === entry && status.outputs !== 'same';
    if (isMissing && !panel.isDisposed) {
      this._offer(panel, entry, job);
    }
  }

  private _offer(panel: NotebookPanel, entry: string, job: Job): void {
    const { cache, trans } = this._options;
    const given = givenTo(job);
    this._say(
      job,
      'info',
      given
        ? trans.__('There are new outputs for %1 with %2.', nameOf(job), given)
        : trans.__('There are new outputs for %1.', nameOf(job)),
      {
        label: trans.__('Show Them'),
        callback: () => void cache.actions.restore(panel, entry)
      }
    );
  }

  private async _tell(job: Job, sight: Sight): Promise<void> {
    const { cache, notices, trans } = this._options;
    const name = nameOf(job);
    if (job.result === 'failed') {
      const what = job.failure
        ? `${job.failure.name}: ${job.failure.message}`
        : trans.__('no reason is known');
      this._say(
        job,
        'error',
        trans.__('%1 failed. %2', name, what),
        this._open(job, trans.__('Show')),
        {
          label: trans.__('Retry'),
          callback: () => void cache.actions.retry(job)
        }
      );
    } else if (job.result === 'cancelled') {
      notices.tell(job, 'info', trans.__('%1 was cancelled.', name), {
        autoClose: SHORT_MS
      });
    } else if (sight !== 'told' && notices.isLong(job)) {
      await this._tellLong(job);
    } else if (sight === 'unseen') {
      notices.tell(job, 'success', this._doneText(job), {
        autoClose: SHORT_MS,
        actions: [this._open(job, trans.__('Show'))]
      });
    }
  }

  /** Who waited long has turned to something else: it stays until it is seen, and tells if it was in vain. */
  private async _tellLong(job: Job): Promise<void> {
    const { showReasons, trans } = this._options;
    const open = this._open(job, trans.__('Open'));
    const status = await this._statusOf(job);
    if (status?.verdict !== 'stale') {
      this._say(job, 'success', this._doneText(job), open);
      return;
    }
    const [reason] = status.reasons;
    this._say(
      job,
      'warning',
      trans.__(
        '%1 was executed, but is not fresh. %2',
        nameOf(job),
        reason ? sentenceText(reason, trans) : ''
      ),
      {
        label: trans.__('Show Reasons'),
        callback: () => void showReasons(job.path)
      },
      open
    );
  }

  /** The verdict now; null when there is none to be had, which is told elsewhere. */
  private async _statusOf({ path }: Job): Promise<Status | null> {
    const { cache, find } = this._options;
    const panel = find(path);
    if (panel) {
      return cache.statusOf(panel).refresh();
    }
    const [status = null] = await cache.client
      .statuses([{ path }])
      .catch(() => []);
    return status;
  }

  private _doneText(job: Job): string {
    const { trans } = this._options;
    return job.result === 'fresh'
      ? trans.__('%1 is fresh: nothing had to be executed.', nameOf(job))
      : trans.__('%1 is cached.', nameOf(job));
  }

  private _open(job: Job, label: string): Notification.IAction {
    const { show } = this._options;
    return {
      label,
      callback: () => void show(job.path, job.failure?.cell ?? null)
    };
  }

  /** Say something that stays until it is dismissed. */
  private _say(
    job: Job,
    type: Notification.TypeOptions,
    message: string,
    ...actions: Notification.IAction[]
  ): void {
    this._options.notices.tell(job, type, message, {
      autoClose: false,
      actions
    });
  }

  private readonly _options: IJobResultsOptions;
}

/** The parameters that were given with a job, in words; empty without any. */
function givenTo(job: Job): string {
  return Object.entries(job.parameters)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
    .join(', ');
}
