import type { ICodeCellModel } from '@jupyterlab/cells';
import { executionFlags } from '../codeKey';

/**
 * Whether the cells have just been run from top to bottom in a fresh kernel, without an error.
 *
 * @param cells - The code cells that are not blank, in order.
 */
export function isCompleteRun(cells: readonly ICodeCellModel[]): boolean {
  const ran = cells.filter(
    cell => !executionFlags(cell.getMetadata('tags')).includes('skip-execution')
  );
  return (
    ran.length > 0 &&
    ran.every((cell, index) => cell.executionCount === index + 1) &&
    ran.every(cell => cell.executionState !== 'running') &&
    !ran.some(cell => hasError(cell) && !mayFail(cell)) &&
    ran.some(cell => cell.outputs.length > 0)
  );
}

function hasError(cell: ICodeCellModel): boolean {
  for (let index = 0; index < cell.outputs.length; index++) {
    if (cell.outputs.get(index).type === 'error') {
      return true;
    }
  }
  return false;
}

function mayFail(cell: ICodeCellModel): boolean {
  return executionFlags(cell.getMetadata('tags')).includes('raises-exception');
}
