import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Failure, Reason, Status } from '../contract';
import { sentenceText } from '../models/sentence';
import type { INotebookStatus } from '../tokens';
import { artefactsText } from './artefactWords';
import { CellLink } from './cellLink';
import { ChangedLines } from './changedLines';
import { OriginMark } from './originMark';
import { ago, duration, moment } from './time';
import { coverageText, gapText, meaningOf, provenanceText } from './words';

/** So many reasons are read; of the others the number is told. */
const MOST_REASONS = 100;

/** What the details show. */
export interface IStatusDetailsProps {
  /** The status of the notebook. */
  readonly model: INotebookStatus;

  /** A view of it, for jumps to cells. */
  readonly panel: NotebookPanel;

  /** For the words. */
  readonly trans: TranslationBundle;

  /** Called when a jump takes the person elsewhere. */
  readonly onLeave?: () => void;

  /** Opens a file. */
  readonly open: (path: string) => void;
}

/** The verdict on one notebook in words: what it means, why, and how well it is founded. */
export function StatusDetails(props: IStatusDetailsProps): JSX.Element {
  const { model, trans } = props;
  const { error, status } = model;
  if (error) {
    return (
      <div className="jp-NotebookCache-details">
        <p role="alert">{error.message}</p>
        <button
          type="button"
          className="jp-NotebookCache-link"
          onClick={() => void model.refresh()}
        >
          {trans.__('Ask again')}
        </button>
      </div>
    );
  }
  if (!status) {
    return <p>{trans.__('Asking the server…')}</p>;
  }
  const { entry } = status;
  const artefacts = artefactsText(status.artefacts, trans);
  const failure = failureToShow(status);
  return (
    <div className="jp-NotebookCache-details">
      <p>{meaningOf(status, trans)}</p>
      <Reasons {...props} reasons={status.reasons} />
      {failure && (
        <p className="jp-NotebookCache-failure">
          <CellLink {...props} cell={failure.cell}>
            {failure.name}: {failure.message}
          </CellLink>
        </p>
      )}
      {artefacts !== null && <p>{artefacts}</p>}
      {entry !== null && <Foundation status={status} trans={trans} />}
    </div>
  );
}

/** What an execution failed of, where that is why there is no fresh verdict. */
function failureToShow(status: Status): Failure | null {
  const { failure, reasons, verdict } = status;
  const isCause =
    verdict === 'failed' ||
    reasons.some(({ code }) => code === 'execution-incomplete');
  // That a person cancelled it, the reason says already.
  return isCause && failure?.name !== 'Cancelled' ? failure : null;
}

interface IReasonsProps extends IStatusDetailsProps {
  readonly reasons: readonly Reason[];
}

function Reasons(props: IReasonsProps): JSX.Element | null {
  const { reasons, trans } = props;
  if (reasons.length === 0) {
    return null;
  }
  const rest = reasons.length - MOST_REASONS;
  return (
    <ul className="jp-NotebookCache-reasons" aria-label={trans.__('Reasons')}>
      {reasons.slice(0, MOST_REASONS).map((reason, index) => (
        <li key={`${index} ${reason.code} ${reason.subject}`}>
          <CellLink {...props} cell={reason.cell}>
            {sentenceText(reason, trans)}
          </CellLink>
          <FileLink {...props} reason={reason} />
          <Change reason={reason} />
          <ChangedLines changes={reason.changes} />
        </li>
      ))}
      {rest > 0 && (
        <li>{trans._n('and %1 more reason', 'and %1 more reasons', rest)}</li>
      )}
    </ul>
  );
}

/** Leads to the file that a reason is about, unless there is none to be opened. */
function FileLink(
  props: IStatusDetailsProps & { readonly reason: Reason }
): JSX.Element | null {
  const { onLeave, open, reason, trans } = props;
  const { code, path } = reason;
  if (!path || code === 'file-missing') {
    return null;
  }
  return (
    <>
      {' '}
      <button
        type="button"
        className="jp-NotebookCache-link"
        aria-label={trans.__('Open %1', path)}
        onClick={() => {
          onLeave?.();
          open(path);
        }}
      >
        {trans.__('Open')}
      </button>
    </>
  );
}

function Change({ reason }: { reason: Reason }): JSX.Element | null {
  const { before, after, values } = reason;
  // Many sentences name both already.
  if (!before || !after || values.includes(after)) {
    return null;
  }
  return (
    <div className="jp-NotebookCache-change">
      {before} → {after}
    </div>
  );
}

interface IFoundationProps {
  readonly status: Status;
  readonly trans: TranslationBundle;
}

function Foundation({ status, trans }: IFoundationProps): JSX.Element {
  const { coverage, created, gaps, origin, provenance, seconds, trusted } =
    status;
  return (
    <dl className="jp-NotebookCache-facts">
      {created !== null && (
        <>
          <dt>{trans.__('Made')}</dt>
          <dd title={moment(created)}>
            {ago(created, trans)}, {provenanceText(status, trans)}
          </dd>
        </>
      )}
      {origin !== null && (
        <>
          <dt>{trans.__('Origin')}</dt>
          <dd>
            <OriginMark entry={{ origin, trusted }} trans={trans} />
          </dd>
        </>
      )}
      {provenance === 'executed' && seconds !== null && (
        <>
          <dt>{trans.__('Took')}</dt>
          <dd>{duration(seconds, trans)}</dd>
        </>
      )}
      {coverage.length > 0 && (
        <>
          <dt>{trans.__('Inputs found by')}</dt>
          <dd>{coverage.map(item => coverageText(item, trans)).join(', ')}</dd>
        </>
      )}
      {gaps.length > 0 && (
        <>
          <dt>{trans.__('Not seen')}</dt>
          <dd>{gaps.map(item => gapText(item, trans)).join(', ')}</dd>
        </>
      )}
    </dl>
  );
}
