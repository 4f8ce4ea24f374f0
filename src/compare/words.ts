import type { TranslationBundle } from '@jupyterlab/translation';
import type { EntrySummary } from '../contract';
import { ago, moment } from '../details/time';
import { originText, outcomeText } from '../details/words';
import type { ICellRow, ISummary } from '../diff/notebooks';
import type { Change, IOutputPair } from '../diff/outputs';
import type { INumberChange } from '../diff/texts';

/** A change by more than this, as a share, is told in so many times. */
const MANY = 10;

/** Which cell it is. */
export function cellName(row: ICellRow, trans: TranslationBundle): string {
  const was = row.before?.number;
  const is = row.after?.number;
  if (was !== undefined && is !== undefined && was !== is) {
    return trans.__('Cell %1 (was %2)', is, was);
  }
  return trans.__('Cell %1', is ?? was ?? 0);
}

/** What became of a cell, in a few words. */
export function rowText(row: ICellRow, trans: TranslationBundle): string {
  switch (row.change) {
    case 'same':
      return trans.__('unchanged');
    case 'moved':
      return trans.__('moved');
    case 'added':
      return trans.__('added');
    case 'removed':
      return trans.__('removed');
    case 'changed': {
      const parts = row.isMoved ? [trans.__('moved')] : [];
      if (row.source === 'changed') {
        parts.push(trans.__('code changed'));
      }
      const outputs = outputsText(countsOf(row.outputs), trans);
      if (outputs) {
        parts.push(outputs);
      }
      return parts.join(trans.__(', '));
    }
  }
}

/** What a comparison found, in one sentence for the cells and one for the outputs. */
export function summaryText(
  { cells, outputs }: ISummary,
  trans: TranslationBundle
): string {
  const total = Object.values(cells).reduce((sum, count) => sum + count, 0);
  const parts = [
    cells.changed ? trans.__('%1 changed', cells.changed) : '',
    cells.added ? trans.__('%1 added', cells.added) : '',
    cells.removed ? trans.__('%1 removed', cells.removed) : '',
    cells.moved ? trans.__('%1 moved', cells.moved) : ''
  ].filter(Boolean);
  if (parts.length === 0) {
    return trans.__('No differences.');
  }
  const ofCells = trans._n(
    'Of %1 cell: %2.',
    'Of %1 cells: %2.',
    total,
    parts.join(trans.__(', '))
  );
  const ofOutputs = outputsText(outputs, trans);
  return ofOutputs ? `${ofCells} ${capital(ofOutputs)}.` : ofCells;
}

/** By how much a number changed. */
export function numberText(
  { after, before, relative }: INumberChange,
  trans: TranslationBundle
): string {
  const change = trans.__('%1 → %2', before, after);
  if (relative === null || !Number.isFinite(relative)) {
    return change;
  }
  if (Math.abs(relative) > MANY) {
    return trans.__('%1 (%2 times)', change, digits(relative + 1));
  }
  const percent = digits(relative * 100);
  return trans.__('%1 (%2 %)', change, relative > 0 ? `+${percent}` : percent);
}

/** How an entry is called where one is chosen. */
export function entryName(
  entry: EntrySummary,
  trans: TranslationBundle
): string {
  const when = ago(entry.created, trans);
  const at = moment(entry.created);
  return trans.__(
    'Entry: %1, %2, %3',
    when === at ? at : trans.__('%1 (%2)', when, at),
    outcomeText(entry, trans),
    originText(entry.origin, entry.trusted, trans)
  );
}

function outputsText(
  counts: Readonly<Record<Change, number>>,
  trans: TranslationBundle
): string {
  const parts = [
    counts.changed
      ? trans._n('%1 output changed', '%1 outputs changed', counts.changed)
      : '',
    counts.added
      ? trans._n('%1 output added', '%1 outputs added', counts.added)
      : '',
    counts.removed
      ? trans._n('%1 output removed', '%1 outputs removed', counts.removed)
      : ''
  ];
  return parts.filter(Boolean).join(trans.__(', '));
}

function countsOf(outputs: readonly IOutputPair[]): Record<Change, number> {
  const counts = { same: 0, changed: 0, added: 0, removed: 0 };
  outputs.forEach(({ change }) => counts[change]++);
  return counts;
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

function digits(value: number): string {
  return value.toLocaleString(undefined, { maximumSignificantDigits: 3 });
}
