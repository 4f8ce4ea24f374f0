import { nullTranslator } from '@jupyterlab/translation';
import { checkWith } from '../../__tests__/support';
import type { CellCheck, Check } from '../../contract';
import { checkSummary, differingCells } from '../checkSummary';

const trans = nullTranslator.load('jupyterlab_cache');

function cells(
  outcome: CellCheck['outcome'],
  ...ordinals: number[]
): CellCheck[] {
  return ordinals.map(cell => ({ cell, outcome, rules: [], changes: [] }));
}

const failure = {
  name: 'ZeroDivisionError',
  message: 'division by zero',
  cell: 0,
  traceback: []
};

describe('checkSummary', () => {
  it.each<[Partial<Check>, number, string]>([
    [{}, 12, 'All 12 cells gave the same twice.'],
    [{}, 1, '1 cell gave the same twice.'],
    [{}, 0, 'There was no code to execute.'],
    [
      { cells: cells('harmless', 1, 4) },
      12,
      'All 12 cells gave the same twice, but for what means nothing in cell 2, cell 5.'
    ],
    [
      { outcome: 'different', cells: cells('different', 2, 6) },
      12,
      '2 of 12 cells gave something else: cell 3, cell 7.'
    ],
    [
      { outcome: 'different', cells: cells('different', 0) },
      1,
      '1 of 1 cell gave something else: cell 1.'
    ],
    [
      { outcome: 'different', cells: cells('different', 0, 1, 2, 3, 4, 5, 6) },
      9,
      '7 of 9 cells gave something else: cell 1, cell 2, cell 3, cell 4, cell 5, 2 more.'
    ],
    [
      { outcome: 'failed', failure },
      2,
      'An execution did not get to its end. ZeroDivisionError: division by zero'
    ],
    [{ outcome: 'failed' }, 2, 'An execution did not get to its end.']
  ])('%j of %d cells: %s', (fields, total, text) => {
    expect(checkSummary(checkWith(fields), total, trans)).toBe(text);
  });

  it('takes only what differs in earnest for different', () => {
    const check = checkWith({
      outcome: 'different',
      cells: [...cells('harmless', 0), ...cells('different', 3)]
    });
    expect(differingCells(check)).toEqual([3]);
  });
});
