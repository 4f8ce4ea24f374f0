import { reasonWith, statusWith } from '../../__tests__/support';
import type { Status } from '../../contract';
import { staleCells } from '../staleCells';

function marksFor(fields: Partial<Status>): [number, string, number][] {
  const status = statusWith({ verdict: 'stale', cells: 4, ...fields });
  return [...staleCells(status)].map(([ordinal, { kind, reasons }]) => [
    ordinal,
    kind,
    reasons.length
  ]);
}

function reason(cell: number | null): Status['reasons'][number] {
  return reasonWith(`Cell ${cell} is why.`, { cell });
}

describe('staleCells', () => {
  it('begins at the first stale cell and ends at the last', () => {
    const reasons = [reason(1), reason(1), reason(3), reason(null)];
    expect(marksFor({ stale_from: 1, reasons })).toEqual([
      [1, 'cause', 2],
      [2, 'after', 0],
      [3, 'cause', 1]
    ]);
  });

  it('marks all where no cell is known', () => {
    const reasons = [reason(null)];
    expect(marksFor({ stale_from: 0, reasons })).toHaveLength(4);
  });

  it.each([
    { verdict: 'fresh', stale_from: null },
    { verdict: 'stale', stale_from: null, reasons: [reason(null)] },
    { verdict: 'stale', stale_from: 0, outputs: 'none' },
    { verdict: 'stale', stale_from: 0, cells: 0 }
  ] as const)('marks nothing that is not untrue: %j', fields => {
    expect(marksFor(fields as Partial<Status>)).toEqual([]);
    expect(staleCells(null).size).toBe(0);
  });
});
