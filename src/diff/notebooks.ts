import type { IOutput } from '@jupyterlab/nbformat';
import { alignCells } from './alignCells';
import { bundleOf, compareOutputs } from './outputs';
import type { Change, IOutputPair } from './outputs';
import type { ISide, ISideCell } from './sides';
import { diffTexts } from './texts';
import type { INumberChange } from './texts';

/** A cell of one side, with its place among the code cells. */
export interface IPlacedCell {
  /** The cell. */
  readonly cell: ISideCell;

  /** Its place, counted from one. */
  readonly number: number;
}

/** What became of a cell as a whole. */
export type CellChange = Change | 'moved';

/** A cell of one side beside that of the other. */
export interface ICellRow {
  /** As it was; null when there was none. */
  readonly before: IPlacedCell | null;

  /** As it is; null when there is none. */
  readonly after: IPlacedCell | null;

  /** What became of it; a cell that moved and was changed is changed. */
  readonly change: CellChange;

  /** Whether it stands elsewhere among its neighbours now. */
  readonly isMoved: boolean;

  /** What became of its code. */
  readonly source: Change;

  /** What became of its outputs. */
  readonly outputs: readonly IOutputPair[];
}

/** How much is different. */
export interface ISummary {
  /** Cells by what became of them. */
  readonly cells: Readonly<Record<CellChange, number>>;

  /** Outputs by what became of them; those of cells that came or went count, too. */
  readonly outputs: Readonly<Record<Change, number>>;
}

/** All cells of two sides beside each other. */
export interface INotebookDiff {
  /** The cells. */
  readonly rows: readonly ICellRow[];

  /** How much is different. */
  readonly summary: ISummary;
}

/** How much of one cell is different. */
export interface IExtent {
  /** Lines of code and text that differ. */
  readonly lines: number;

  /** The number that changed most, as a share of what it was; null where none did. */
  readonly number: INumberChange | null;
}

/** Texts longer than this are not looked through for what changed most. */
const MOST_CHARACTERS = 500_000;

/** Compare two sides. */
export function diffNotebooks(before: ISide, after: ISide): INotebookDiff {
  const rows = alignCells(before.cells, after.cells).map(aligned =>
    rowOf(
      placed(before, aligned.before),
      placed(after, aligned.after),
      aligned.moved
    )
  );
  const cells = { same: 0, changed: 0, added: 0, removed: 0, moved: 0 };
  const outputs = { same: 0, changed: 0, added: 0, removed: 0 };
  for (const row of rows) {
    cells[row.change]++;
    row.outputs.forEach(({ change }) => outputs[change]++);
  }
  return { rows, summary: { cells, outputs } };
}

/** How much of a cell is different, so that the largest change of a comparison can be named. */
export function extentOf(row: ICellRow): IExtent {
  let lines = 0;
  let number: INumberChange | null = null;
  const { before, after, source } = row;
  if (source === 'changed' && before && after) {
    // Numbers in the code are causes, not results.
    const { added, removed } = diffTexts(before.cell.source, after.cell.source);
    lines += added + removed;
  }
  for (const [was, is] of textsOf(row)) {
    if (was.length + is.length <= MOST_CHARACTERS) {
      const { added, numbers, removed } = diffTexts(was, is);
      lines += added + removed;
      number = numbers.reduce(larger, number);
    }
  }
  return { lines, number };
}

/** Of two changes, the larger one; from zero to anything is the largest there is. */
export function larger(
  one: INumberChange | null,
  other: INumberChange
): INumberChange {
  return one && weightOf(one) >= weightOf(other) ? one : other;
}

/** By how much a number changed; infinite where it was zero. */
export function weightOf({ relative }: INumberChange): number {
  return relative === null || Number.isNaN(relative)
    ? Infinity
    : Math.abs(relative);
}

function placed(side: ISide, index: number | null): IPlacedCell | null {
  const cell = index === null ? undefined : side.cells[index];
  return cell && index !== null ? { cell, number: index + 1 } : null;
}

function rowOf(
  before: IPlacedCell | null,
  after: IPlacedCell | null,
  isMoved: boolean
): ICellRow {
  const outputs = compareOutputs(
    before?.cell.outputs ?? [],
    after?.cell.outputs ?? []
  );
  const source = sourceChange(before, after);
  return {
    before,
    after,
    isMoved,
    source,
    outputs,
    change: cellChange(source, outputs, isMoved)
  };
}

function sourceChange(
  before: IPlacedCell | null,
  after: IPlacedCell | null
): Change {
  if (!before) {
    return 'added';
  }
  if (!after) {
    return 'removed';
  }
  return before.cell.source === after.cell.source ? 'same' : 'changed';
}

function cellChange(
  source: Change,
  outputs: readonly IOutputPair[],
  isMoved: boolean
): CellChange {
  if (source !== 'same') {
    return source;
  }
  if (outputs.some(({ change }) => change !== 'same')) {
    return 'changed';
  }
  return isMoved ? 'moved' : 'same';
}

/** What is text among the outputs of both sides, and differs. */
function textsOf(row: ICellRow): [string, string][] {
  const texts: [string, string][] = [];
  for (const { before, after, change } of row.outputs) {
    if (change === 'changed' && before && after) {
      const was = textIn(before);
      const is = textIn(after);
      if (was !== null && is !== null) {
        texts.push([was, is]);
      }
    }
  }
  return texts;
}

function textIn(output: IOutput): string | null {
  const bundle = bundleOf(output);
  const mimes = Object.keys(bundle);
  const mime =
    mimes.find(name => name.startsWith('application/vnd.jupyter.')) ??
    mimes.find(name => name === 'text/plain');
  const text = mime === undefined ? undefined : bundle[mime];
  return typeof text === 'string' ? text : null;
}
