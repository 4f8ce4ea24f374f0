import type { Sentence, Status } from '../contract';

/** Why a mark stands beside a cell. */
export interface ICellMark {
  /**
   * `cause`: the cell changed, or is the first that used what changed. `after`: it comes after such
   * a cell, and could depend on it.
   */
  readonly kind: 'cause' | 'after';

  /** The reasons that name the cell. */
  readonly reasons: readonly Sentence[];
}

/**
 * Which cells of a document have outputs that may not be true any more.
 *
 * @param status - The verdict on it.
 *
 * @returns For each such cell its mark, by its ordinal among the code cells that are not blank.
 */
export function staleCells(
  status: Pick<
    Status,
    'cells' | 'outputs' | 'reasons' | 'stale_from' | 'verdict'
  > | null
): ReadonlyMap<number, ICellMark> {
  const marks = new Map<number, ICellMark>();
  // A document that shows no outputs shows nothing untrue. A server of an older version does not
  // tell where to begin.
  const from = status?.stale_from ?? null;
  if (!status || status.outputs === 'none' || from === null) {
    return marks;
  }
  for (let ordinal = from; ordinal < status.cells; ordinal++) {
    const reasons = status.reasons.filter(({ cell }) => cell === ordinal);
    marks.set(ordinal, {
      kind: reasons.length > 0 ? 'cause' : 'after',
      reasons
    });
  }
  return marks;
}
