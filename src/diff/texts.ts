import { diffArrays } from 'diff';
import { tokensOf, valueOf } from './tokens';
import type { IToken } from './tokens';

/** A number that is another one now. */
export interface INumberChange {
  /** The number as it was printed. */
  readonly before: string;

  /** The number as it is printed now. */
  readonly after: string;

  /** The difference as a share of what it was; null where that was zero. */
  readonly relative: number | null;
}

/** A part of a text that the other side has not. */
export interface IMark {
  /** Where it begins, in UTF-16 code units. */
  readonly from: number;

  /** Where it ends. */
  readonly to: number;

  /** The change of the number that it is; null where it is something else. */
  readonly number: INumberChange | null;
}

/** What differs between two texts. */
export interface ITextDiff {
  /** Parts of the first that the second has not. */
  readonly before: readonly IMark[];

  /** Parts of the second that the first has not. */
  readonly after: readonly IMark[];

  /** Lines of the first that are not in the second as they are. */
  readonly removed: number;

  /** Lines of the second that are not in the first as they are. */
  readonly added: number;

  /** Numbers that are others now, in order. */
  readonly numbers: readonly INumberChange[];
}

/** From so many different lines on, all lines between the common beginning and end count as different. */
const MOST_LINES = 2000;

/** So many characters of a run of lines are compared word by word. */
const MOST_CHARACTERS = 40_000;

/** From so many different words on, a run of lines counts as different as a whole. */
const MOST_WORDS = 2000;

/** Compare two texts, first by lines, and where they differ by words and numbers. */
export function diffTexts(before: string, after: string): ITextDiff {
  const found = new Findings();
  if (before !== after) {
    const left = linesOf(before);
    const right = linesOf(after);
    for (const part of changedRuns(left, right, MOST_LINES)) {
      if (part.isSame) {
        found.skip(part.before.join('').length, part.after.join('').length);
      } else {
        found.addLines(part.before, part.after);
      }
    }
  }
  return found;
}

interface IRun<T> {
  readonly isSame: boolean;
  readonly before: readonly T[];
  readonly after: readonly T[];
}

class Findings implements ITextDiff {
  readonly before: IMark[] = [];
  readonly after: IMark[] = [];
  readonly numbers: INumberChange[] = [];
  added = 0;
  removed = 0;

  skip(before: number, after: number): void {
    this._before += before;
    this._after += after;
  }

  addLines(before: readonly string[], after: readonly string[]): void {
    this.removed += before.length;
    this.added += after.length;
    const left = before.join('');
    const right = after.join('');
    if (!left || !right || left.length + right.length > MOST_CHARACTERS) {
      this._add([{ text: left, isNumber: false }], 'before');
      this._add([{ text: right, isNumber: false }], 'after');
      return;
    }
    const runs = changedRuns(
      tokensOf(left),
      tokensOf(right),
      MOST_WORDS,
      (one, other) => one.text === other.text
    );
    for (const run of runs) {
      if (run.isSame) {
        this.skip(lengthOf(run.before), lengthOf(run.after));
      } else {
        this._addWords(run.before, run.after);
      }
    }
  }

  private _addWords(before: readonly IToken[], after: readonly IToken[]): void {
    const left = before.filter(({ isNumber }) => isNumber);
    const right = after.filter(({ isNumber }) => isNumber);
    const changes =
      left.length === right.length
        ? left.map((token, index) =>
            numberChange(token.text, right[index]?.text ?? '')
          )
        : [];
    this.numbers.push(...changes.filter(({ relative }) => relative !== 0));
    this._add(before, 'before', changes);
    this._add(after, 'after', changes);
  }

  private _add(
    tokens: readonly IToken[],
    side: 'before' | 'after',
    changes: readonly INumberChange[] = []
  ): void {
    const marks = this[side];
    let place = side === 'before' ? this._before : this._after;
    let count = 0;
    let last: { from: number; to: number; number: null } | null = null;
    for (const { text, isNumber } of tokens) {
      const from = place;
      place += text.length;
      const number = (isNumber && changes[count++]) || null;
      if (number) {
        marks.push({ from, to: place, number });
        last = null;
      } else if (last) {
        last.to = place;
      } else if (text) {
        last = { from, to: place, number: null };
        marks.push(last);
      }
    }
    if (side === 'before') {
      this._before = place;
    } else {
      this._after = place;
    }
  }

  private _before = 0;
  private _after = 0;
}

function numberChange(before: string, after: string): INumberChange {
  const was = valueOf(before);
  const is = valueOf(after);
  return {
    before,
    after,
    relative: was === 0 ? null : (is - was) / Math.abs(was)
  };
}

/** Runs that are the same on both sides, and runs between them, in order. */
function changedRuns<T>(
  before: readonly T[],
  after: readonly T[],
  most: number,
  comparator: (one: T, other: T) => boolean = (one, other) => one === other
): IRun<T>[] {
  const same = (one: T | undefined, other: T | undefined) =>
    one !== undefined && other !== undefined && comparator(one, other);
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && same(before[start], after[start])) {
    start++;
  }
  let end = 0;
  while (
    end < shorter - start &&
    same(before[before.length - 1 - end], after[after.length - 1 - end])
  ) {
    end++;
  }
  const left = before.slice(start, before.length - end);
  const right = after.slice(start, after.length - end);
  return [
    {
      isSame: true,
      before: before.slice(0, start),
      after: after.slice(0, start)
    },
    ...runsOf(left, right, most, comparator),
    {
      isSame: true,
      before: before.slice(before.length - end),
      after: after.slice(after.length - end)
    }
  ];
}

function runsOf<T>(
  before: T[],
  after: T[],
  most: number,
  comparator: (one: T, other: T) => boolean
): IRun<T>[] {
  const parts = diffArrays(before, after, { comparator, maxEditLength: most });
  // Nobody reads a comparison of what has next to nothing in common.
  if (!parts) {
    return [{ isSame: false, before, after }];
  }
  const runs: IRun<T>[] = [];
  let left = 0;
  let right = 0;
  let run = { before: [] as T[], after: [] as T[] };
  const flush = () => {
    if (run.before.length + run.after.length > 0) {
      runs.push({ isSame: false, ...run });
      run = { before: [], after: [] };
    }
  };
  for (const { added, removed, count } of parts) {
    if (removed) {
      run.before.push(...before.slice(left, left + count));
      left += count;
    } else if (added) {
      run.after.push(...after.slice(right, right + count));
      right += count;
    } else {
      flush();
      runs.push({
        isSame: true,
        before: before.slice(left, left + count),
        after: after.slice(right, right + count)
      });
      left += count;
      right += count;
    }
  }
  flush();
  return runs;
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function lengthOf(tokens: readonly IToken[]): number {
  return tokens.reduce((sum, { text }) => sum + text.length, 0);
}
