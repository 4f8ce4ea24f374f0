import * as fc from 'fast-check';
import { alignCells } from '../alignCells';
import { cell } from './cells';

/** Rows as `before>after`, a moved one with a `*`. */
function rows(
  before: Parameters<typeof alignCells>[0],
  after: Parameters<typeof alignCells>[1]
): string {
  return alignCells(before, after)
    .map(
      row => `${row.before ?? '-'}>${row.after ?? '-'}${row.moved ? '*' : ''}`
    )
    .join(' ');
}

const cells = (...sources: string[]) => sources.map(source => cell(source));

describe('alignCells', () => {
  it('puts equal cells beside each other', () => {
    expect(rows(cells('a', 'b'), cells('a', 'b'))).toBe('0>0 1>1');
    expect(rows([], [])).toBe('');
  });

  it('shows what was added and removed where it is', () => {
    expect(rows(cells('a', 'b'), cells('a', 'new()', 'b'))).toBe('0>0 ->1 1>2');
    expect(rows(cells('a', 'gone()', 'b'), cells('a', 'b'))).toBe(
      '0>0 1>- 2>1'
    );
    expect(rows([], cells('a'))).toBe('->0');
    expect(rows(cells('a'), [])).toBe('0>-');
  });

  it('knows a cell by its identifier, whatever was edited', () => {
    expect(
      rows(
        [cell('x = 1', { id: 'one' }), cell('y', { id: 'two' })],
        [cell('entirely(different)', { id: 'one' }), cell('y', { id: 'two' })]
      )
    ).toBe('0>0 1>1');
  });

  it('does not believe an identifier that two cells have', () => {
    expect(
      rows(
        [cell('a', { id: 'one' }), cell('b', { id: 'one' })],
        [cell('b', { id: 'one' })]
      )
    ).toBe('0>- 1>0');
  });

  it('knows an edited cell by what is left of it', () => {
    expect(
      rows(
        cells('a', 'plot(x, y, color="red")', 'b'),
        cells('a', 'plot(x, y, color="blue")', 'b')
      )
    ).toBe('0>0 1>1 2>2');
    expect(rows(cells('a', 'plot(x)', 'b'), cells('a', '!ls -l', 'b'))).toBe(
      '0>0 1>- ->1 2>2'
    );
  });

  it('says which cell moved, and moves as few as possible', () => {
    expect(rows(cells('a', 'b', 'c', 'd'), cells('b', 'c', 'd', 'a'))).toBe(
      '1>0 2>1 3>2 0>3*'
    );
    expect(rows(cells('a', 'b', 'c', 'd'), cells('d', 'a', 'b', 'c'))).toBe(
      '3>0* 0>1 1>2 2>3'
    );
  });

  it('knows a cell that moved and was edited by its identifier', () => {
    const before = ['a', 'b', 'c'].map(id => cell(`${id} = 1`, { id }));
    const after = [
      cell('b = 1', { id: 'b' }),
      cell('c = 1', { id: 'c' }),
      cell('a = 2', { id: 'a' })
    ];
    expect(rows(before, after)).toBe('1>0 2>1 0>2*');
  });

  it('pairs repeated cells from both ends', () => {
    expect(rows(cells('s', 'a', 's'), cells('s', 'a', 's', 's'))).toBe(
      '0>0 1>1 2>2 ->3'
    );
  });

  it('shows every cell of both sides once, whatever they are', () => {
    const any = fc.array(
      fc.record({
        id: fc.option(fc.constantFrom('1', '2', '3', '4'), { nil: null }),
        source: fc.constantFrom('a', 'b', 'f(a)', 'f(a, b)', 'g(c) + 1'),
        outputs: fc.constant([]),
        count: fc.constant(null)
      }),
      { maxLength: 9 }
    );
    fc.assert(
      fc.property(any, any, (before, after) => {
        const found = alignCells(before, after);
        const left = found.flatMap(row => row.before ?? []);
        expect(left.sort()).toEqual(before.map((_, index) => index));
        expect(found.flatMap(row => row.after ?? [])).toEqual(
          after.map((_, index) => index)
        );
        const stayed = found.filter(
          row => row.before !== null && row.after !== null && !row.moved
        );
        const places = stayed.map(row => row.before ?? -1);
        expect(places).toEqual([...places].sort((one, other) => one - other));
      })
    );
  });

  it('is quick with many rewritten cells', () => {
    const before = cells(...Array.from({ length: 3000 }, (_, i) => `a${i}`));
    const after = cells(...Array.from({ length: 3000 }, (_, i) => `b${i}`));
    // Too many to be compared with one another: all came and went.
    expect(alignCells(before, after)).toHaveLength(6000);
  });
});
