import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { Job } from '../contract';
import type { LiveOutputs } from '../models/liveOutputs';
import type { ShownOutputs } from '../models/shownOutputs';
import type { INotebookCache } from '../tokens';
import { followEnd } from './followEnd';
import { LiveOutputsView } from './liveOutputsView';

/** What the outputs of a job are shown with. */
export interface IJobOutputsProps {
  /** What people do with a job that has ended. */
  readonly cache: INotebookCache;

  /** The job. */
  readonly job: Job;

  /** Draws the outputs. */
  readonly rendermime: IRenderMimeRegistry;

  /** Which ones are open. */
  readonly shown: ShownOutputs;

  /** For the words. */
  readonly trans: TranslationBundle;
}

/** What a running job has put out so far, behind a button; of one that has ended, a way to its entry. */
export function JobOutputs(props: IJobOutputsProps): JSX.Element {
  const { job, shown, trans } = props;
  const whole = React.useRef<HTMLDivElement>(null);
  const button = React.useRef<HTMLButtonElement>(null);
  const id = `jp-NotebookCache-outputs-${job.id}`;
  const close = () => {
    // The button goes with the outputs of a job that does not run any more.
    (job.state === 'running' ? button : whole).current?.focus();
    shown.close(job.id);
  };
  return (
    <UseSignal signal={shown.changed}>
      {() => {
        const outputs = shown.of(job.id);
        return (
          <div
            ref={whole}
            tabIndex={-1}
            className="jp-NotebookCache-jobOutputs"
            onKeyDown={event => {
              if (event.key === 'Escape' && outputs) {
                event.stopPropagation();
                close();
              }
            }}
          >
            {(outputs || job.state === 'running') && (
              <button
                ref={button}
                type="button"
                className="jp-NotebookCache-link"
                aria-expanded={outputs !== null}
                aria-controls={outputs ? id : undefined}
                aria-label={trans.__('Show the outputs of %1 so far', job.path)}
                onClick={() => (outputs ? close() : shown.open(job))}
              >
                {trans.__('Outputs')}
              </button>
            )}
            <RestoreLink {...props} />
            {outputs && <OpenOutputs {...props} id={id} outputs={outputs} />}
          </div>
        );
      }}
    </UseSignal>
  );
}

/** Puts what an ended job made into the notebook, if that is the one in front. */
function RestoreLink(props: IJobOutputsProps): JSX.Element {
  const { cache, job, trans } = props;
  const { entry, path } = job;
  return (
    <UseSignal signal={cache.currentChanged}>
      {() => {
        const panel = cache.current;
        if (!panel || !entry || panel.context.localPath !== path) {
          return null;
        }
        return (
          <button
            type="button"
            className="jp-NotebookCache-link"
            aria-label={trans.__('Restore the outputs that the job made')}
            onClick={() => void cache.actions.restore(panel, entry)}
          >
            {trans.__('Restore')}
          </button>
        );
      }}
    </UseSignal>
  );
}

interface IOpenProps extends IJobOutputsProps {
  readonly id: string;
  readonly outputs: LiveOutputs;
}

function OpenOutputs(props: IOpenProps): JSX.Element {
  const { id, job, outputs, trans } = props;
  return (
    <div
      id={id}
      role="region"
      aria-label={trans.__('Outputs of %1 so far', job.path)}
      tabIndex={0}
      className="jp-NotebookCache-outputs"
    >
      <UseSignal signal={outputs.changed}>
        {() => <Notes outputs={outputs} trans={trans} />}
      </UseSignal>
      <Drawn {...props} />
    </div>
  );
}

function Notes({
  outputs,
  trans
}: Pick<IOpenProps, 'outputs' | 'trans'>): JSX.Element {
  const { cells, error, firstCell, isOver } = outputs;
  return (
    <>
      {error !== null && <p role="alert">{error}</p>}
      {isOver && error === null && (
        <p>
          {trans.__(
            'The job has ended. These are the outputs as they were last seen here; its entry holds all of them.'
          )}
        </p>
      )}
      {!isOver && error === null && cells.length === 0 && (
        <p>{trans.__('No cell has begun yet.')}</p>
      )}
      {firstCell > 0 && (
        <p>
          {trans.__(
            'Cells before cell %1 are left out while the job runs.',
            firstCell + 1
          )}
        </p>
      )}
    </>
  );
}

/** The place of a widget within what React draws. */
function Drawn({ outputs, rendermime, trans }: IOpenProps): JSX.Element {
  const place = React.useRef<HTMLDivElement>(null);
  // Taken down while its place is still in the page, as widgets want it.
  React.useLayoutEffect(() => {
    const host = place.current;
    const area = host?.parentElement;
    if (!host?.isConnected || !area) {
      return undefined;
    }
    const view = new LiveOutputsView(outputs, rendermime, trans);
    Widget.attach(view, host);
    const follower = followEnd(area, host);
    return () => {
      follower.dispose();
      view.dispose();
    };
  }, [outputs, rendermime, trans]);
  return <div ref={place} />;
}
