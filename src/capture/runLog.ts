import type { ICodeCellModel } from '@jupyterlab/cells';
import { executionFlags } from '../codeKey';
import type { IDigestedCell } from '../models/documentDigests';

/** One execution of a cell in the present life of a kernel. */
interface IRun {
  readonly count: number;
  readonly digest: string;
  readonly success: boolean;
}

/**
 * What a person ran in one notebook since its kernel started.
 *
 * Counts alone do not tell: those in a document may come from an earlier session, of which the first
 * cells were run again just now.
 */
export class RunLog {
  /** Forget everything: the kernel is another one, or started again. */
  clear(): void {
    this._runs = new WeakMap();
    this._last = 0;
  }

  /**
   * Note that a cell was run.
   *
   * @param cell - The cell, with the digest of its code now.
   * @param success - Whether it ended without an error.
   */
  note({ cell, digest }: IDigestedCell, success: boolean): void {
    const count = cell.executionCount;
    if (count === null) {
      return;
    }
    if (count <= this._last) {
      // A kernel's counts only rise, so this is the next life.
      this.clear();
    }
    this._last = count;
    // A cell that was edited while it ran did not run what it holds now.
    this._runs.set(cell, {
      count,
      digest: cell.isDirty ? '' : digest,
      success
    });
  }

  /**
   * Whether these cells, as they stand, are one run from top to bottom in a fresh kernel.
   *
   * @param cells - The code cells that are not blank, in order.
   */
  isComplete(cells: readonly IDigestedCell[]): boolean {
    const ran = cells.filter(({ cell }) => !flags(cell).includes(SKIP));
    return (
      ran.length > 0 &&
      ran.every(({ cell, digest }, index) => {
        const run = this._runs.get(cell);
        return (
          run?.count === index + 1 &&
          cell.executionCount === run.count &&
          run.digest === digest &&
          cell.executionState !== 'running' &&
          (run.success || flags(cell).includes(MAY_FAIL))
        );
      }) &&
      ran.some(({ cell }) => cell.outputs.length > 0)
    );
  }

  private _runs = new WeakMap<ICodeCellModel, IRun>();
  private _last = 0;
}

const SKIP = 'skip-execution';
const MAY_FAIL = 'raises-exception';

function flags(cell: ICodeCellModel): string[] {
  return executionFlags(cell.getMetadata('tags'));
}
