import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { CellCheck, Check } from '../contract';
import { checkSummary } from '../models/checkSummary';
import { CellLink } from './cellLink';
import { ChangedLines } from './changedLines';
import { cellCheckText } from './checkWords';
import { ago, moment } from './time';

/** So many cells are listed; of the others the number is told. */
const MOST_CELLS = 100;

/** What is shown of a check, and how to have another one. */
export interface ICheckDetailsProps {
  /** What is kept with the shown entry; null when that was not checked. */
  readonly check: Check | null;

  /** How many code cells the entry has. */
  readonly cells: number;

  /** Whether the document still has the code that was checked, so that its cells can be found. */
  readonly isSameCode: boolean;

  /** Whether the notebook is busy, so that no check can be asked for. */
  readonly isBusy: boolean;

  /** A view of the notebook, for jumps to cells. */
  readonly panel: NotebookPanel;

  /** Have the notebook checked. */
  readonly onCheck: () => void;

  /** For the words. */
  readonly trans: TranslationBundle;
}

/** Whether the notebook is repeatable: what its last check found, cell by cell. */
export function CheckDetails(props: ICheckDetailsProps): JSX.Element {
  const { check, isBusy, onCheck, trans } = props;
  return (
    <>
      <h4>{trans.__('Repeatability')}</h4>
      {check && <Found {...props} check={check} />}
      <button
        type="button"
        className="jp-NotebookCache-link"
        title={trans.__(
          'Execute the notebook twice in fresh kernels, and compare the outputs'
        )}
        // Who works with the keyboard keeps the focus while the check runs.
        aria-disabled={isBusy}
        onClick={() => {
          if (!isBusy) {
            onCheck();
          }
        }}
      >
        {check ? trans.__('Check again') : trans.__('Check repeatability')}
      </button>
    </>
  );
}

function Found(
  props: ICheckDetailsProps & { readonly check: Check }
): JSX.Element {
  const { cells, check, isSameCode, panel, trans } = props;
  const rest = check.cells.length - MOST_CELLS;
  const failing = isSameCode ? check.failure?.cell : null;
  return (
    <div className="jp-NotebookCache-check" data-outcome={check.outcome}>
      <p>
        <CellLink cell={failing} panel={panel} trans={trans}>
          {checkSummary(check, cells, trans)}
        </CellLink>{' '}
        <span className="jp-NotebookCache-change" title={moment(check.time)}>
          {trans.__('Checked %1.', ago(check.time, trans))}
        </span>
      </p>
      {check.cells.length > 0 && (
        <ul
          className="jp-NotebookCache-reasons"
          aria-label={trans.__('Cells that are not the same')}
        >
          {check.cells.slice(0, MOST_CELLS).map(cell => (
            <CellLine key={cell.cell} {...props} cell={cell} />
          ))}
          {rest > 0 && (
            <li>{trans._n('and %1 more cell', 'and %1 more cells', rest)}</li>
          )}
        </ul>
      )}
    </div>
  );
}

interface ICellLineProps extends Omit<ICheckDetailsProps, 'cells'> {
  readonly cell: CellCheck;
}

function CellLine(props: ICellLineProps): JSX.Element {
  const { cell, isSameCode, panel, trans } = props;
  return (
    <li data-outcome={cell.outcome}>
      <CellLink
        cell={isSameCode ? cell.cell : null}
        panel={panel}
        trans={trans}
      >
        {cellCheckText(cell, trans)}
      </CellLink>
      <ChangedLines changes={cell.changes} />
    </li>
  );
}
