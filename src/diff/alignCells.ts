import type { ISideCell } from './sides';
import { tokensOf } from './tokens';

/** Which cell of the one side stands beside which of the other; null where there is none. */
export interface IAlignedCells {
  /** Position on the side that was before. */
  readonly before: number | null;

  /** Position on the side that came after. */
  readonly after: number | null;

  /** Whether it stands elsewhere among its neighbours now. */
  readonly moved: boolean;
}

interface IPair {
  readonly before: number;
  readonly after: number;
}

/** Cells without a common identifier are taken for the same from this share of common words on. */
const ALIKE = 0.4;

/** So many comparisons are made at most where cells were rewritten side by side. */
const MOST_COMPARED = 10_000;

/**
 * Find out which cells are the same, edited or not.
 *
 * An identifier that both sides have says so whatever was edited; equal code does where there is none;
 * between cells found that way, similar code does.
 *
 * @returns All cells of both sides, in the order of what came after; what was removed stands where it was.
 */
export function alignCells(
  before: readonly ISideCell[],
  after: readonly ISideCell[]
): IAlignedCells[] {
  const known = new Pairs(pairedById(before, after));
  pairedByCode(before, after, known);
  const kept = longestInOrder(known.list());
  const alike = pairedBySimilarity(before, after, known, kept);
  const stayed = new Set([...kept, ...alike].map(pair => pair.after));
  return rowsOf(before.length, after.length, known, stayed);
}

/** Pairs, by both of their sides. */
class Pairs {
  constructor(pairs: readonly IPair[]) {
    pairs.forEach(pair => this.add(pair));
  }

  readonly ofBefore = new Map<number, number>();
  readonly ofAfter = new Map<number, number>();

  add({ before, after }: IPair): void {
    this.ofBefore.set(before, after);
    this.ofAfter.set(after, before);
  }

  list(): IPair[] {
    return [...this.ofAfter]
      .map(([after, before]) => ({ before, after }))
      .sort((one, other) => one.after - other.after);
  }
}

function pairedById(
  before: readonly ISideCell[],
  after: readonly ISideCell[]
): IPair[] {
  const places = uniqueIds(before);
  return [...uniqueIds(after)].flatMap(([id, place]) => {
    const found = places.get(id);
    return found === undefined ? [] : [{ before: found, after: place }];
  });
}

/** Where each identifier stands; one that stands at two cells says nothing. */
function uniqueIds(cells: readonly ISideCell[]): Map<string, number> {
  const places = new Map<string, number>();
  const twice = new Set<string>();
  cells.forEach(({ id }, index) => {
    if (id !== null && places.has(id)) {
      twice.add(id);
    } else if (id !== null) {
      places.set(id, index);
    }
  });
  twice.forEach(id => places.delete(id));
  return places;
}

/** Pair what has equal code: from both ends inwards, then the first with the first. */
function pairedByCode(
  before: readonly ISideCell[],
  after: readonly ISideCell[],
  known: Pairs
): void {
  const left = indices(before).filter(index => !known.ofBefore.has(index));
  const right = indices(after).filter(index => !known.ofAfter.has(index));
  const isSame = (one?: number, other?: number) =>
    one !== undefined &&
    other !== undefined &&
    before[one]?.source === after[other]?.source;
  const take = (one?: number, other?: number) => {
    if (one !== undefined && other !== undefined) {
      known.add({ before: one, after: other });
    }
  };
  while (isSame(left[0], right[0])) {
    take(left.shift(), right.shift());
  }
  while (isSame(left[left.length - 1], right[right.length - 1])) {
    take(left.pop(), right.pop());
  }
  const places = new Map<string, number[]>();
  for (const index of left) {
    const source = before[index]?.source ?? '';
    places.set(source, [...(places.get(source) ?? []), index]);
  }
  for (const index of right) {
    take(places.get(after[index]?.source ?? '')?.shift(), index);
  }
}

/** Of pairs by their place after, the most that are in order before, too. */
function longestInOrder(pairs: readonly IPair[]): IPair[] {
  const ends: number[] = [];
  const previous: number[] = [];
  pairs.forEach((pair, index) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const end = pairs[ends[middle] ?? 0];
      if (end && end.before < pair.before) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    previous[index] = low > 0 ? (ends[low - 1] ?? -1) : -1;
    ends[low] = index;
  });
  const kept: IPair[] = [];
  let index = ends[ends.length - 1] ?? -1;
  while (index >= 0) {
    const pair = pairs[index];
    if (pair) {
      kept.push(pair);
    }
    index = previous[index] ?? -1;
  }
  return kept.reverse();
}

/** Pair what is alike in the gaps between pairs that are in order. */
function pairedBySimilarity(
  before: readonly ISideCell[],
  after: readonly ISideCell[],
  known: Pairs,
  kept: readonly IPair[]
): IPair[] {
  const found: IPair[] = [];
  const words = new Map<string, Set<string>>();
  const wordsOf = (source: string) => {
    const set = words.get(source) ?? wordSet(source);
    words.set(source, set);
    return set;
  };
  let from: IPair = { before: -1, after: -1 };
  const last: IPair = { before: before.length, after: after.length };
  for (const to of [...kept, last]) {
    const left = between(from.before, to.before).filter(
      index => !known.ofBefore.has(index)
    );
    const right = between(from.after, to.after).filter(
      index => !known.ofAfter.has(index)
    );
    if (left.length * right.length <= MOST_COMPARED) {
      const alike = (one: number, other: number) =>
        share(
          wordsOf(before[one]?.source ?? ''),
          wordsOf(after[other]?.source ?? '')
        );
      found.push(...bestPairs(left, right, alike));
    }
    from = to;
  }
  found.forEach(pair => known.add(pair));
  return found;
}

/** Pairs in order with the greatest sum of similarities. */
function bestPairs(
  left: readonly number[],
  right: readonly number[],
  alike: (before: number, after: number) => number
): IPair[] {
  const width = right.length + 1;
  const score = new Float64Array((left.length + 1) * width);
  const at = (row: number, column: number) => score[row * width + column] ?? 0;
  const likeness = (row: number, column: number) => {
    const value = alike(left[row] ?? -1, right[column] ?? -1);
    return value >= ALIKE ? value : -1;
  };
  for (let row = left.length - 1; row >= 0; row--) {
    for (let column = right.length - 1; column >= 0; column--) {
      score[row * width + column] = Math.max(
        at(row + 1, column),
        at(row, column + 1),
        at(row + 1, column + 1) + likeness(row, column)
      );
    }
  }
  const pairs: IPair[] = [];
  let row = 0;
  let column = 0;
  while (row < left.length && column < right.length) {
    const here = at(row, column);
    if (here === at(row + 1, column)) {
      row++;
    } else if (here === at(row, column + 1)) {
      column++;
    } else {
      pairs.push({ before: left[row] ?? -1, after: right[column] ?? -1 });
      row++;
      column++;
    }
  }
  return pairs;
}

function rowsOf(
  before: number,
  after: number,
  known: Pairs,
  stayed: ReadonlySet<number>
): IAlignedCells[] {
  const rows: IAlignedCells[] = [];
  let next = 0;
  const removeUpTo = (end: number) => {
    for (; next < end; next++) {
      if (!known.ofBefore.has(next)) {
        rows.push({ before: next, after: null, moved: false });
      }
    }
  };
  // What was removed stands before what came in its place.
  const ends: number[] = [];
  let end = before;
  for (let index = after - 1; index >= 0; index--) {
    end = stayed.has(index) ? (known.ofAfter.get(index) ?? end) : end;
    ends[index] = end;
  }
  for (let index = 0; index < after; index++) {
    const partner = known.ofAfter.get(index) ?? null;
    const moved = partner !== null && !stayed.has(index);
    removeUpTo(ends[index] ?? before);
    if (partner !== null && !moved) {
      next = partner + 1;
    }
    rows.push({ before: partner, after: index, moved });
  }
  removeUpTo(before);
  return rows;
}

function wordSet(source: string): Set<string> {
  return new Set(
    tokensOf(source)
      .map(({ text }) => text)
      .filter(text => text.trim())
  );
}

function share(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let common = 0;
  one.forEach(word => {
    common += other.has(word) ? 1 : 0;
  });
  return common / Math.max(1, one.size + other.size - common);
}

function indices(items: readonly unknown[]): number[] {
  return items.map((_, index) => index);
}

/** All whole numbers between two, without them. */
function between(from: number, to: number): number[] {
  return Array.from(
    { length: Math.max(0, to - from - 1) },
    (_, index) => from + 1 + index
  );
}
