import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { messageOf } from '../contract';
import type { Job } from '../contract';
import type { INotebookCache } from '../tokens';
import { tellOfCheck } from './checkResults';
import { SHORT_MS } from './shortMessage';

/** As long as another browser may take to put outputs into a document that people share. */
const OTHERS_MS = 5000;

/** What the results of jobs are brought into, and how. */
export interface IJobResultsOptions {
  /** The statuses and jobs of notebooks. */
  readonly cache: INotebookCache;

  /** The open view of a notebook; null when it is not open. */
  readonly find: (path: string) => NotebookPanel | null;

  /** Bring a notebook, and a cell of it, before the person's eyes. */
  readonly show: (path: string, cell: number | null) => Promise<void>;

  /** Whether outputs are put into open notebooks without being asked for. */
  readonly isAutomatic: boolean;

  /** For what people are told. */
  readonly trans: TranslationBundle;
}

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
    if (job.kind === 'check') {
      await tellOfCheck(job, this._options);
      return;
    }
    if (panel?.context.model.collaborative && !isMine) {
      await this._offerLater(panel, job);
      return;
    }
    const isShown = panel !== null && (await this._show(panel, job));
    this._tell(job, isShown);
  }

  /** Put the job's outputs into the document; whether the person sees them now. */
  private async _show(panel: NotebookPanel, job: Job): Promise<boolean> {
    const { cache, isAutomatic, trans } = this._options;
    const { entry } = job;
    if (entry === null || job.result === 'cancelled') {
      return false;
    }
    const model = cache.statusOf(panel);
    if (!model.status) {
      await model.refresh();
    }
    if (model.codeKey() !== job.code_key) {
      Notification.warning(
        trans.__(
          'The code of %1 changed while it was executed: the outputs are in the cache, but not shown.',
          nameOf(job)
        ),
        {
          autoClose: false,
          actions: [
            {
              label: trans.__('Cache Again'),
              callback: () => void cache.actions.cache(panel)
            }
          ]
        }
      );
      return true;
    }
    if (!isAutomatic) {
      this._offer(panel, entry, job);
      return true;
    }
    try {
      await cache.actions.put(panel, entry);
      return panel.isVisible;
    } catch (error) {
      Notification.error(
        trans.__('The new outputs cannot be shown: %1', messageOf(error)),
        { autoClose: false }
      );
      return true;
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
    Notification.info(trans.__('There are new outputs for %1.', nameOf(job)), {
      autoClose: false,
      actions: [
        {
          label: trans.__('Show Them'),
          callback: () => void cache.actions.restore(panel, entry)
        }
      ]
    });
  }

  private _tell(job: Job, isShown: boolean): void {
    const { cache, show, trans } = this._options;
    const name = nameOf(job);
    const showAction = {
      label: trans.__('Show'),
      callback: () => void show(job.path, job.failure?.cell ?? null)
    };
    if (job.result === 'failed') {
      const what = job.failure
        ? `${job.failure.name}: ${job.failure.message}`
        : trans.__('no reason is known');
      Notification.error(trans.__('%1 failed. %2', name, what), {
        autoClose: false,
        actions: [
          showAction,
          {
            label: trans.__('Retry'),
            callback: () =>
              void cache.actions.cachePath(job.path, { force: true })
          }
        ]
      });
    } else if (job.result === 'cancelled') {
      Notification.info(trans.__('%1 was cancelled.', name), {
        autoClose: SHORT_MS
      });
    } else if (!isShown) {
      Notification.success(
        job.result === 'fresh'
          ? trans.__('%1 is fresh: nothing had to be executed.', name)
          : trans.__('%1 is cached.', name),
        { autoClose: SHORT_MS, actions: [showAction] }
      );
    }
  }

  private readonly _options: IJobResultsOptions;
}

function nameOf(job: Job): string {
  return job.path.split('/').pop() ?? job.path;
}
