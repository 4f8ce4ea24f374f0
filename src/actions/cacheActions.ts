import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CacheClient } from '../contract/client';
import type { Job } from '../contract/types';
import type { JobsModel } from '../models/jobs';
import type { NotebookStatus } from '../models/notebookStatus';
import { CodeChanged, restoreOutputs } from '../restore/restoreOutputs';

const SHORT_MS = 4000;

/** What people do with a notebook, and what they are told of it. */
export class CacheActions {
  constructor(options: CacheActions.IOptions) {
    this._client = options.client;
    this._jobs = options.jobs;
    this._statusOf = options.statusOf;
    this._trans = options.trans;
  }

  /**
   * Execute the notebook on the server, unless its outputs are still true.
   *
   * @param panel - The document; it is saved first.
   * @param force - Execute it in any case.
   */
  async cache(panel: NotebookPanel, force = false): Promise<void> {
    const trans = this._trans;
    await this._guarded(trans.__('The notebook could not be cached'), async () => {
      await save(panel);
      // A person who clicks on a failed notebook asks for another try.
      const failed = this._statusOf(panel).status?.verdict === 'failed';
      await this.submit(panel.context.localPath, force || failed);
    });
  }

  /** Execute a saved notebook that need not be open. */
  async submit(path: string, force = false): Promise<void> {
    await this._guarded(
      this._trans.__('The notebook could not be cached'),
      async () => this._jobs.note(await this._client.submit({ path, force }))
    );
  }

  /** Put the outputs of the matching entry into the document. */
  async restore(panel: NotebookPanel, entry?: string): Promise<void> {
    const trans = this._trans;
    await this._guarded(
      trans.__('The cached outputs could not be restored'),
      async () => {
        const chosen = entry ?? this._statusOf(panel).status?.entry;
        if (!chosen) {
          Notification.info(
            trans.__('There are no cached outputs for this notebook.'),
            { autoClose: SHORT_MS }
          );
          return;
        }
        await this._put(panel, chosen);
      }
    );
  }

  /** Store the outputs of the document as they stand. */
  async capture(panel: NotebookPanel): Promise<void> {
    const trans = this._trans;
    await this._guarded(
      trans.__('The outputs could not be stored'),
      async () => {
        await save(panel);
        await this._client.capture({ path: panel.context.localPath });
        this._statusOf(panel).refresh();
        Notification.success(trans.__('The outputs are stored.'), {
          autoClose: SHORT_MS
        });
      }
    );
  }

  /** Stop a job. */
  async cancel(job: Job): Promise<void> {
    await this._guarded(this._trans.__('The job could not be cancelled'), async () => {
      this._jobs.note(await this._client.cancel(job.id));
      await this._jobs.refresh();
    });
  }

  /**
   * Bring what a job produced into the open document, if its code is still what was executed.
   *
   * @param panel - The document; null when the notebook is not open.
   * @param job - A job that has ended.
   */
  async finish(panel: NotebookPanel | null, job: Job): Promise<void> {
    const trans = this._trans;
    if (panel && job.entry && job.result !== 'cancelled') {
      await this._guarded(
        trans.__('The new outputs could not be shown'),
        async () => this._putResult(panel, job, job.entry as string)
      );
    }
    if (job.result === 'failed') {
      const what = job.failure
        ? `${job.failure.name}: ${job.failure.message}`
        : trans.__('no reason is known');
      Notification.error(
        trans.__('%1 was not executed to its end. %2', job.path, what),
        {
          autoClose: false,
          actions: [
            {
              label: trans.__('Try Again'),
              callback: () => void this.submit(job.path, true)
            }
          ]
        }
      );
    } else if (job.result === 'cancelled') {
      Notification.info(trans.__('%1: cancelled.', job.path), {
        autoClose: SHORT_MS
      });
    }
  }

  private async _putResult(
    panel: NotebookPanel,
    job: Job,
    entry: string
  ): Promise<void> {
    const status = this._statusOf(panel);
    const codeKey = status.digests?.codeKey(status.status?.kernel_name ?? '');
    if (codeKey !== job.code_key) {
      Notification.warning(
        this._trans.__(
          'The code of %1 was changed while it was executed: its outputs are in the cache, but not shown here.',
          job.path
        ),
        { autoClose: false }
      );
      return;
    }
    const same = status.status?.entry === entry && status.status.outputs === 'same';
    if (!same) {
      await this._put(panel, entry);
    } else if (job.result === 'fresh') {
      Notification.info(
        this._trans.__('The outputs are fresh: nothing had to be executed.'),
        { autoClose: SHORT_MS }
      );
    }
  }

  private async _put(panel: NotebookPanel, entry: string): Promise<void> {
    const outputs = await this._client.outputs(entry, panel.context.localPath);
    try {
      restoreOutputs(panel.context.model, outputs);
    } catch (error) {
      if (!(error instanceof CodeChanged)) {
        throw error;
      }
      throw new Error(
        this._trans.__(
          'The code of the notebook is not what made these outputs. Cache the notebook again.'
        )
      );
    }
    this._statusOf(panel).refresh();
  }

  private async _guarded(
    what: string,
    action: () => Promise<void>
  ): Promise<void> {
    try {
      await action();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      Notification.error(`${what}: ${why}`, { autoClose: false });
    }
  }

  private readonly _client: CacheClient;
  private readonly _jobs: JobsModel;
  private readonly _statusOf: (panel: NotebookPanel) => NotebookStatus;
  private readonly _trans: TranslationBundle;
}

/** A namespace for `CacheActions` statics. */
export namespace CacheActions {
  /** What the actions are made of. */
  export interface IOptions {
    /** The server. */
    client: CacheClient;

    /** Its jobs. */
    jobs: JobsModel;

    /** The status of an open document. */
    statusOf: (panel: NotebookPanel) => NotebookStatus;

    /** For what people are told. */
    trans: TranslationBundle;
  }
}

async function save(panel: NotebookPanel): Promise<void> {
  await panel.context.ready;
  if (panel.context.model.dirty || !panel.context.contentsModel) {
    await panel.context.save();
  }
}
