import { nullTranslator } from '@jupyterlab/translation';
import { stream } from '../../__tests__/support';
import { cell, side } from '../../diff/__tests__/cells';
import { diffNotebooks } from '../../diff/notebooks';
import { cellName, numberText, rowText, summaryText } from '../words';

const trans = nullTranslator.load('jupyterlab_cache');

describe('words of a comparison', () => {
  const { rows, summary } = diffNotebooks(
    side(cell('a', { id: 'a' }), cell('b', { id: 'b' }), cell('gone()')),
    side(
      cell('b', { id: 'b' }),
      cell('a + 1', { id: 'a', outputs: [stream('1')] }),
      cell('new')
    )
  );

  it('name cells, and what became of them', () => {
    expect(
      rows.map(row => `${cellName(row, trans)}: ${rowText(row, trans)}`)
    ).toEqual([
      'Cell 1 (was 2): moved',
      'Cell 2 (was 1): code changed, 1 output added',
      'Cell 3: removed',
      'Cell 3: added'
    ]);
  });

  it('sum up', () => {
    expect(summaryText(summary, trans)).toBe(
      'Of 4 cells: 1 changed, 1 added, 1 removed, 1 moved. 1 output added.'
    );
    const none = diffNotebooks(side(cell('a')), side(cell('a')));
    expect(summaryText(none.summary, trans)).toBe('No differences.');
  });

  it.each([
    ['1', '1.5', 0.5, '1 → 1.5 (+50 %)'],
    ['4', '3', -0.25, '4 → 3 (-25 %)'],
    ['1', '21', 20, '1 → 21 (21 times)'],
    ['0', '3', null, '0 → 3']
  ])('tell that %s became %s', (before, after, relative, text) => {
    expect(numberText({ before, after, relative }, trans)).toBe(text);
  });
});
