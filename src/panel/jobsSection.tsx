import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import type { Job } from '../contract';
import { size } from '../details/time';
import { jobText } from '../details/words';
import { isActive } from '../models/jobs';
import { ShownOutputs } from '../models/shownOutputs';
import type { INotebookCache } from '../tokens';
import { JobOutputs } from './jobOutputs';

const MOST_SHOWN = 50;

/** *Jobs*: what runs, waits and has ended. */
export class JobsSection extends ReactWidget {
  /**
   * @param cache - What it shows.
   * @param rendermime - Draws what running jobs put out.
   * @param trans - For its words.
   */
  constructor(
    cache: INotebookCache,
    rendermime: IRenderMimeRegistry,
    trans: TranslationBundle
  ) {
    super();
    this._cache = cache;
    this._rendermime = rendermime;
    this._trans = trans;
    this._shown = new ShownOutputs(cache);
    this.addClass('jp-NotebookCache-body');
  }

  override dispose(): void {
    this._shown.dispose();
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._refresh();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._refresh();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._shown.isActive = false;
  }

  protected override onBeforeDetach(message: Message): void {
    this._shown.isActive = false;
    super.onBeforeDetach(message);
  }

  protected override render(): JSX.Element {
    const trans = this._trans;
    const { jobs } = this._cache;
    return (
      <UseSignal signal={jobs.changed}>
        {() =>
          jobs.jobs.length === 0 ? (
            <p>{trans.__('No notebook is being executed.')}</p>
          ) : (
            <>
              {jobs.jobs.filter(isActive).length > 1 && (
                <button
                  type="button"
                  className="jp-NotebookCache-link"
                  onClick={() => void this._cache.actions.cancelAll()}
                >
                  {trans.__('Cancel all jobs')}
                </button>
              )}
              <ul
                className="jp-NotebookCache-jobs"
                aria-label={trans.__('Jobs')}
              >
                {jobs.jobs.slice(0, MOST_SHOWN).map(job => (
                  <li key={job.id}>
                    <JobLine cache={this._cache} job={job} trans={trans} />
                    <JobOutputs
                      cache={this._cache}
                      job={job}
                      rendermime={this._rendermime}
                      shown={this._shown}
                      trans={trans}
                    />
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </UseSignal>
    );
  }

  private _refresh(): void {
    this._shown.isActive = this.isVisible;
    if (this.isVisible) {
      this._cache.jobs.refresh().catch(() => {
        // What is known stays; the chip says that the server cannot be reached.
      });
    }
  }

  private readonly _cache: INotebookCache;
  private readonly _rendermime: IRenderMimeRegistry;
  private readonly _shown: ShownOutputs;
  private readonly _trans: TranslationBundle;
}

interface IJobProps {
  readonly cache: INotebookCache;
  readonly job: Job;
  readonly trans: TranslationBundle;
}

function JobLine({ cache, job, trans }: IJobProps): JSX.Element {
  return (
    <>
      <div className="jp-NotebookCache-jobLine">
        <span className="jp-NotebookCache-path" title={job.path}>
          {job.path}
        </span>
        <span>{jobText(job, trans)}</span>
        {typeof job.memory === 'number' && (
          <span title={trans.__('Memory of the kernel')}>
            {size(job.memory, trans)}
          </span>
        )}
        {isActive(job) && (
          <button
            type="button"
            className="jp-NotebookCache-link"
            aria-label={trans.__('Cancel the job of %1', job.path)}
            onClick={() => void cache.actions.cancel(job)}
          >
            {trans.__('Cancel')}
          </button>
        )}
        {job.state === 'failed' && (
          <button
            type="button"
            className="jp-NotebookCache-link"
            aria-label={trans.__('Try %1 again', job.path)}
            onClick={() => void cache.actions.retry(job)}
          >
            {trans.__('Try again')}
          </button>
        )}
      </div>
      {job.state === 'running' && (
        <progress
          aria-label={trans.__('Progress of %1', job.path)}
          aria-valuetext={jobText(job, trans)}
          max={Math.max(1, job.cells_total)}
          value={job.cells_done}
        />
      )}
      {job.failure && job.state === 'failed' && (
        <div className="jp-NotebookCache-failure">
          {job.failure.name}: {job.failure.message}
        </div>
      )}
    </>
  );
}
