import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { Problem, VerificationReport } from '../contract';
import type { Verification } from '../models/verification';

/** What only a person can put right, as its message says. */
const BEYOND_REPAIR: ReadonlySet<Problem['kind']> = new Set([
  'entry-incomplete',
  'foreign-file',
  'unreadable'
] as const);

/** So many problems are listed. */
const MOST_LISTED = 100;

/** What a verification is shown with. */
export interface IVerificationReportProps {
  readonly model: Verification;

  /** Called when something was repaired. */
  readonly onRepaired: () => void;

  readonly trans: TranslationBundle;
}

/** What a look at all files of a store found, with a way to repair what can be. */
export function VerificationReportView(
  props: IVerificationReportProps
): JSX.Element {
  const { model, trans } = props;
  return (
    <UseSignal signal={model.changed}>
      {() => (
        <div className="jp-NotebookCache-verification">
          <p role="status">{statusText(model, trans)}</p>
          {model.error !== null && (
            <p role="alert">
              {model.error}{' '}
              <button
                type="button"
                className="jp-NotebookCache-link"
                onClick={() => void model.run(model.project, model.isRepair)}
              >
                {trans.__('Try again')}
              </button>
            </p>
          )}
          {model.report && !model.isRunning && (
            <Report {...props} report={model.report} />
          )}
        </div>
      )}
    </UseSignal>
  );
}

interface IReportProps extends IVerificationReportProps {
  readonly report: VerificationReport;
}

function Report(props: IReportProps): JSX.Element {
  const { model, onRepaired, report, trans } = props;
  const listed = report.problems.slice(0, MOST_LISTED);
  return (
    <>
      {listed.length > 0 && (
        <ul aria-label={trans.__('What is wrong in the store')} tabIndex={0}>
          {listed.map(problem => (
            <li key={`${problem.kind} ${problem.subject}`}>
              {problem.message}
              {problem.repaired && <> {trans.__('(repaired)')}</>}
            </li>
          ))}
        </ul>
      )}
      {report.total > listed.length && (
        <p>
          {trans._n(
            'And %1 more.',
            'And %1 more.',
            report.total - listed.length
          )}
        </p>
      )}
      <div className="jp-NotebookCache-actions">
        {!model.isRepair && report.problems.some(isRepairable) && (
          <button
            type="button"
            className="jp-NotebookCache-button"
            title={trans.__(
              'Repair what can be; what is damaged is set aside, not deleted'
            )}
            onClick={() => void model.run(model.project, true).then(onRepaired)}
          >
            {trans.__('Repair')}
          </button>
        )}
        <button
          type="button"
          className="jp-NotebookCache-button"
          onClick={() => model.clear()}
        >
          {trans.__('Close the report')}
        </button>
      </div>
    </>
  );
}

function isRepairable({ kind, repaired }: Problem): boolean {
  return !repaired && !BEYOND_REPAIR.has(kind);
}

function statusText(model: Verification, trans: TranslationBundle): string {
  const { isRepair, isRunning, report } = model;
  if (isRunning) {
    return isRepair
      ? trans.__('Repairing the store…')
      : trans.__('Reading all files of the store…');
  }
  if (!report) {
    return '';
  }
  const looked = trans.__(
    '%1 entries and %2 stored contents were read:',
    report.entries,
    report.blobs
  );
  return `${looked} ${foundText(report, trans)}`;
}

function foundText(
  { problems, total }: VerificationReport,
  trans: TranslationBundle
): string {
  if (total === 0) {
    return trans.__('nothing is wrong.');
  }
  const repaired = problems.filter(problem => problem.repaired).length;
  const found = trans._n('%1 problem', '%1 problems', total);
  return repaired > 0
    ? trans.__('%1, %2 repaired.', found, repaired)
    : trans.__('%1.', found);
}
