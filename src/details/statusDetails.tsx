import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Reason, Status } from '../contract/types';
import type { NotebookStatus } from '../models/notebookStatus';
import { ago, duration } from './time';

interface IProps {
  status: NotebookStatus;
  trans: TranslationBundle;
}

/** The verdict on one notebook in words: what it means, why, and how well it is founded. */
export function StatusDetails({ status, trans }: IProps): JSX.Element {
  if (status.error !== null) {
    return <p role="alert">{status.error}</p>;
  }
  if (!status.status) {
    return <p>{trans.__('Asking the server…')}</p>;
  }
  const { reasons, failure, entry } = status.status;
  return (
    <div className="jp-NotebookCache-details">
      <p>{meaningOf(status.status, trans)}</p>
      {reasons.length > 0 && (
        <ul
          className="jp-NotebookCache-reasons"
          aria-label={trans.__('Reasons')}
        >
          {reasons.map((reason, index) => (
            <li key={`${index} ${reason.code} ${reason.subject}`}>
              <ReasonLine reason={reason} status={status} trans={trans} />
            </li>
          ))}
        </ul>
      )}
      {failure && (
        <p className="jp-NotebookCache-failure">
          {failure.name}: {failure.message}
        </p>
      )}
      {entry !== null && <Foundation status={status.status} trans={trans} />}
    </div>
  );
}

interface IReasonProps extends IProps {
  reason: Reason;
}

function ReasonLine({ reason, status, trans }: IReasonProps): JSX.Element {
  const cell = reason.cell;
  const change =
    reason.before && reason.after && !reason.message.includes(reason.after)
      ? `${reason.before} → ${reason.after}`
      : null;
  return (
    <>
      {typeof cell === 'number' ? (
        <button
          type="button"
          className="jp-NotebookCache-link"
          title={trans.__('Go to the cell')}
          onClick={() => goToCell(status, cell)}
        >
          {reason.message}
        </button>
      ) : (
        reason.message
      )}
      {change && <div className="jp-NotebookCache-change">{change}</div>}
    </>
  );
}

function goToCell(status: NotebookStatus, ordinal: number): void {
  const model = status.digests?.codeCells()[ordinal];
  const notebook = status.panel.content;
  const index = notebook.widgets.findIndex(cell => cell.model === model);
  if (index >= 0) {
    notebook.activeCellIndex = index;
    void notebook.scrollToItem(index);
    status.panel.activate();
  }
}

interface IFoundationProps {
  status: Status;
  trans: TranslationBundle;
}

function Foundation({ status, trans }: IFoundationProps): JSX.Element {
  return (
    <dl className="jp-NotebookCache-facts">
      <dt>{trans.__('Made')}</dt>
      <dd>
        {status.created !== null && ago(status.created, trans)}
        {', '}
        {provenanceText(status, trans)}
      </dd>
      {status.provenance === 'executed' && status.seconds !== null && (
        <>
          <dt>{trans.__('Took')}</dt>
          <dd>{duration(status.seconds)}</dd>
        </>
      )}
      <dt>{trans.__('Observed by')}</dt>
      <dd>
        {status.coverage.map(item => coverageText(item, trans)).join(', ')}
      </dd>
      {status.gaps.length > 0 && (
        <>
          <dt>{trans.__('Not seen')}</dt>
          <dd>{status.gaps.map(item => gapText(item, trans)).join(', ')}</dd>
        </>
      )}
    </dl>
  );
}

function provenanceText(status: Status, trans: TranslationBundle): string {
  const where = status.trusted ? '' : trans.__(' elsewhere, not trusted');
  switch (status.provenance) {
    case 'captured':
      return trans.__('stored as it stood') + where;
    case 'imported':
      return trans.__('imported') + where;
    default:
      return trans.__('executed by the cache') + where;
  }
}

/** How inputs were found, in words. */
export function coverageText(item: string, trans: TranslationBundle): string {
  switch (item) {
    case 'python-audit':
      return trans.__('watching Python itself');
    case 'literals':
      return trans.__('file names in the code');
    case 'static-imports':
      return trans.__('imports in the code');
    default:
      return item;
  }
}

/** What could not be observed, in words. */
export function gapText(item: string, trans: TranslationBundle): string {
  switch (item) {
    case 'child-processes':
      return trans.__('what child processes read');
    case 'native-readers':
      return trans.__('files read by native libraries');
    case 'network':
      return trans.__('the network');
    case 'not-observed':
      return trans.__('the run itself');
    case 'unobserved-language':
      return trans.__('files that the code does not name');
    case 'kernel-gone':
      return trans.__('everything: the kernel was gone');
    default:
      return item;
  }
}

function meaningOf(status: Status, trans: TranslationBundle): string {
  switch (status.verdict) {
    case 'fresh':
      return status.provenance === 'executed'
        ? trans.__('The cached outputs are still true.')
        : trans.__(
            'Nothing that is known of has changed since these outputs were stored; nobody observed how they were made.'
          );
    case 'failed':
      return trans.__(
        'The execution ended in an error, and nothing has changed since.'
      );
    case 'stale':
      return trans.__('The cached outputs are not those of this notebook now:');
    case 'uncached':
      return trans.__('This notebook has not been cached yet.');
  }
}
