import type { ICodeCellModel } from '@jupyterlab/cells';
import type { IOutput } from '@jupyterlab/nbformat';
import type { INotebookModel } from '@jupyterlab/notebook';
import { cellDigest, executionFlags, normaliseSource } from '../codeKey';
import type { EntryOutputs } from '../contract/types';
import { DigestsOfDocument } from '../models/documentDigests';

/** The document's code is not what made the outputs. */
export class CodeChanged extends Error {}

/**
 * Put the outputs of an entry into an open document, in one transaction that can be undone.
 *
 * Outputs of an entry that is not ours stay untrusted: what they bring along is not run.
 *
 * @param model - The document.
 * @param entry - The outputs, with the digests of the cells that made them.
 *
 * @throws CodeChanged when the document's code cells are others; nothing is changed then.
 */
export function restoreOutputs(
  model: INotebookModel,
  entry: EntryOutputs
): void {
  const cells = new DigestsOfDocument(model).codeCells();
  const fits =
    cells.length === entry.cells.length &&
    cells.every((cell, index) => digestOf(cell) === entry.cells[index]?.digest);
  if (!fits) {
    throw new CodeChanged();
  }
  const blank = new Set<ICodeCellModel>();
  for (const cell of model.cells) {
    if (cell.type === 'code') {
      blank.add(cell as ICodeCellModel);
    }
  }
  cells.forEach(cell => blank.delete(cell));
  model.sharedModel.transact(() => {
    cells.forEach((cell, index) => {
      const outputs = entry.cells[index];
      if (outputs) {
        setOutputs(cell, outputs.outputs as IOutput[], outputs.execution_count);
      }
      if (!entry.trusted) {
        cell.trusted = false;
      }
    });
    blank.forEach(cell => setOutputs(cell, [], null));
  });
}

function setOutputs(
  cell: ICodeCellModel,
  outputs: IOutput[],
  count: number | null
): void {
  cell.sharedModel.setOutputs(outputs);
  cell.sharedModel.execution_count = count;
}

function digestOf(cell: ICodeCellModel): string {
  const source = normaliseSource(cell.sharedModel.getSource());
  return cellDigest(source, executionFlags(cell.getMetadata('tags')));
}
