import type { TranslationBundle } from '@jupyterlab/translation';
import type { Check } from '../contract';

/** So many cells are named in one sentence; of the others the number is told. */
const MOST_NAMED = 5;

/** Which code cells gave something else in the second execution, from 0. */
export function differingCells(check: Check): number[] {
  return cellsWith(check, 'different');
}

/**
 * What a check of repeatability found, in one sentence.
 *
 * @param check - What is kept of it.
 * @param total - How many code cells the notebook had.
 * @param trans - For the words.
 */
export function checkSummary(
  check: Check,
  total: number,
  trans: TranslationBundle
): string {
  switch (check.outcome) {
    case 'repeatable':
      return repeatableText(cellsWith(check, 'harmless'), total, trans);
    case 'different': {
      const cells = differingCells(check);
      return trans._n(
        '%2 of %1 cell gave something else: %3.',
        '%2 of %1 cells gave something else: %3.',
        total,
        cells.length,
        names(cells, trans)
      );
    }
    case 'failed': {
      const { failure } = check;
      return failure
        ? trans.__(
            'An execution did not get to its end. %1: %2',
            failure.name,
            failure.message
          )
        : trans.__('An execution did not get to its end.');
    }
  }
}

function repeatableText(
  harmless: number[],
  total: number,
  trans: TranslationBundle
): string {
  if (total === 0) {
    return trans.__('There was no code to execute.');
  }
  if (harmless.length > 0) {
    return trans._n(
      '%1 cell gave the same twice, but for what means nothing in %2.',
      'All %1 cells gave the same twice, but for what means nothing in %2.',
      total,
      names(harmless, trans)
    );
  }
  return trans._n(
    '%1 cell gave the same twice.',
    'All %1 cells gave the same twice.',
    total
  );
}

function cellsWith(
  check: Check,
  outcome: Check['cells'][number]['outcome']
): number[] {
  return check.cells
    .filter(cell => cell.outcome === outcome)
    .map(({ cell }) => cell);
}

function names(cells: readonly number[], trans: TranslationBundle): string {
  const named = cells
    .slice(0, MOST_NAMED)
    .map(cell => trans.__('cell %1', cell + 1));
  const rest = cells.length - named.length;
  return [
    ...named,
    ...(rest > 0 ? [trans._n('%1 more', '%1 more', rest)] : [])
  ].join(', ');
}
