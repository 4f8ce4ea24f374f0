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

/** What the section needs. */
export interface IJobsSectionOptions {
  /** What it shows. */
  readonly cache: INotebookCache;

  /** Draws what running jobs put out. */
  readonly rendermime: IRenderMimeRegistry;

  /** Brings a notebook, and a cell of it, before the person's eyes. */
  readonly show: (path: string, cell: number | null) => void;

  /** For its words. */
  readonly trans: TranslationBundle;
}

/** *Jobs*: what runs, waits and has ended. */
export class JobsSection extends ReactWidget {
  constructor(options: IJobsSectionOptions) {
    super();
    this._options = options;
    this._shown = new ShownOutputs(options.cache);
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
    const { cache, rendermime, show, trans } = this._options;
    const { jobs } = cache;
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
                  onClick={() => void cache.actions.cancelAll()}
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
                    <JobLine
                      cache={cache}
                      job={job}
                      show={show}
                      trans={trans}
                    />
                    <JobOutputs
                      cache={cache}
                      job={job}
                      rendermime={rendermime}
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
      this._options.cache.jobs.refresh().catch(() => {
        // What is known stays; the chip says that the server cannot be reached.
      });
    }
  }

  private readonly _options: IJobsSectionOptions;
  private readonly _shown: ShownOutputs;
}

interface IJobProps extends Pick<
  IJobsSectionOptions,
  'cache' | 'show' | 'trans'
> {
  readonly job: Job;
}

function JobLine({ cache, job, show, trans }: IJobProps): JSX.Element {
  return (
    <>
      <div className="jp-NotebookCache-jobLine">
        <button
          type="button"
          className="jp-NotebookCache-link jp-NotebookCache-path"
          title={job.path}
          onClick={() => show(job.path, null)}
        >
          {job.path}
        </button>
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
        <Failure failure={job.failure} job={job} show={show} trans={trans} />
      )}
    </>
  );
}

/** What a job failed of; leads to the cell. */
function Failure(
  props: Pick<IJobProps, 'job' | 'show' | 'trans'> & {
    readonly failure: NonNullable<Job['failure']>;
  }
): JSX.Element {
  const { failure, job, show, trans } = props;
  const { cell, message, name } = failure;
  const words = `${name}: ${message}`;
  return (
    <div className="jp-NotebookCache-failure">
      {typeof cell === 'number' ? (
        <button
          type="button"
          className="jp-NotebookCache-link"
          title={trans.__('Go to the cell')}
          onClick={() => show(job.path, cell)}
        >
          {words}
        </button>
      ) : (
        words
      )}
    </div>
  );
}
