import { CodeCellModel } from '@jupyterlab/cells';
import type { ICodeCellModel } from '@jupyterlab/cells';
import type { IOutput } from '@jupyterlab/nbformat';
import type { INotebookModel } from '@jupyterlab/notebook';
import { JSONExt } from '@lumino/coreutils';
import { codeKey, executedSteps } from '../codeKey';
import type { CellOutputs, EntryOutputs } from '../contract';
import { codeCells, codeOf, kernelNameOf } from '../models/documentDigests';
import { documentOutputs } from './documentOutputs';
import {
  holdExpressions,
  isExpressionNeeded,
  planExpressions,
  trustExpressions
} from './restoreExpressions';
import type { IExpressionChange } from './restoreExpressions';
import { transactInSteps } from './undoSteps';

/** The document's code is not what made the outputs. */
export class CodeChanged extends Error {}

/** People share the document, and the entry is not to be trusted. */
export class ForeignInShared extends Error {}

/** What a cell is to show. */
interface IChange {
  readonly cell: ICodeCellModel;
  readonly outputs: IOutput[];
  readonly count: number | null;
}

/** What all cells are to show. */
interface IPlan {
  readonly wanted: readonly IChange[];
  readonly expressions: readonly IExpressionChange[];
}

/**
 * Put the outputs of an entry into an open document; one undo takes that back.
 *
 * The results of inline expressions go into their Markdown cells' metadata. Cells that show the same
 * already are left alone, so nothing is drawn again for nothing. Outputs of
 * an entry that is not ours stay untrusted: what they bring along is not run.
 *
 * @param model - The document.
 * @param entry - The outputs, with the digests of the cells that made them.
 * @param defaultKernel - Name of the kernel of a document that names none.
 * @returns How many cells were changed.
 *
 * @throws CodeChanged when the document's code key is another; nothing is changed then.
 * @throws ForeignInShared when others share the document and the entry is not trusted: each browser
 * decides for itself which cells it trusts, and would draw what arrives in those.
 */
export function restoreOutputs(
  model: INotebookModel,
  entry: EntryOutputs,
  defaultKernel: string
): number {
  const { wanted, expressions } = planOutputs(model, entry, defaultKernel);
  if (model.collaborative && !entry.trusted) {
    throw new ForeignInShared();
  }
  const changes = wanted.filter(change => isNeeded(change, entry.trusted));
  const prose = expressions.filter(change =>
    isExpressionNeeded(change, entry.trusted)
  );
  if (entry.trusted) {
    trustEach(model, changes);
  } else {
    // A person may run the cell, which JupyterLab trusts then, and undo this afterwards.
    clearForGood(
      model,
      changes.filter(({ cell }) => !cell.trusted)
    );
  }
  joinStreams(model, changes);
  trustExpressions(model, prose, entry.trusted);
  transactInSteps(
    model.sharedModel,
    () => changes.forEach(({ cell }) => clear(cell)),
    () => {
      changes.forEach(({ cell, outputs, count }) => {
        cell.sharedModel.setOutputs(outputs);
        cell.sharedModel.execution_count = count;
      });
      prose.forEach(holdExpressions);
    },
    () => {
      if (!entry.trusted) {
        changes.forEach(distrust);
      }
    },
    // A redo could bring them into a cell that was run, and so is trusted.
    !entry.trusted
  );
  for (const { cell } of wanted) {
    // The cell shows what its present source gives, so it is not marked as edited any more.
    if (cell instanceof CodeCellModel && cell.isDirty) {
      cell.isDirty = false;
    }
  }
  return changes.length + prose.length;
}

/**
 * Whether there is nothing left to restore: the outputs are there, or the code is another one by now.
 *
 * @param model - The document.
 * @param entry - The outputs.
 * @param defaultKernel - Name of the kernel of a document that names none.
 */
export function isRestored(
  model: INotebookModel,
  entry: EntryOutputs,
  defaultKernel: string
): boolean {
  try {
    const { wanted, expressions } = planOutputs(model, entry, defaultKernel);
    return !(
      wanted.some(change => isNeeded(change, false)) ||
      expressions.some(change => isExpressionNeeded(change, false))
    );
  } catch (error) {
    if (error instanceof CodeChanged) {
      return true;
    }
    throw error;
  }
}

/** What each code cell is to show; blank ones nothing. And what Markdown cells are to hold. */
function planOutputs(
  model: INotebookModel,
  entry: EntryOutputs,
  defaultKernel: string
): IPlan {
  const digests: string[] = [];
  const wanted = codeCells(model).map(cell => {
    const { blank, digest } = codeOf(cell);
    if (blank) {
      return changeOf(cell, undefined);
    }
    const outputs = entry.cells[digests.length];
    digests.push(digest);
    // Equal code keys mean equal cells; an entry that contradicts itself is not believed.
    if (outputs?.digest !== digest) {
      throw new CodeChanged();
    }
    return changeOf(cell, outputs);
  });
  const kernel = kernelNameOf(model) ?? defaultKernel;
  const expressions = planExpressions(model, entry);
  if (
    expressions === null ||
    codeKey(kernel, executedSteps(digests, expressions.steps)) !==
      entry.code_key
  ) {
    throw new CodeChanged();
  }
  return { wanted, expressions: expressions.changes };
}

function isNeeded(
  { cell, outputs, count }: IChange,
  isTrusted: boolean
): boolean {
  return (
    cell.executionCount !== count ||
    (isTrusted && !cell.trusted && outputs.length > 0) ||
    !JSONExt.deepEqual(cell.sharedModel.getOutputs(), outputs)
  );
}

function changeOf(
  cell: ICodeCellModel,
  wanted: CellOutputs | undefined
): IChange {
  return {
    cell,
    outputs: documentOutputs(wanted?.outputs ?? []),
    count: wanted?.execution_count ?? null
  };
}

/**
 * Trust cells before their outputs arrive: JupyterLab draws them at once, and runs the scripts of those
 * that it trusts.
 *
 * It writes outputs that are there anew when the trust in them changes, which people who share the
 * document would see doubled. So they go first, and for good: an undo would bring untrusted ones back
 * into a cell that is trusted by then.
 */
function trustEach(model: INotebookModel, changes: readonly IChange[]): void {
  const wrong = changes.filter(
    ({ cell, outputs }) => outputs.length > 0 && !cell.trusted
  );
  clearForGood(model, wrong);
  model.sharedModel.transact(
    () =>
      wrong.forEach(({ cell }) => {
        cell.trusted = true;
      }),
    false
  );
}

/** Remove outputs so that no undo brings them back. */
function clearForGood(
  model: INotebookModel,
  changes: readonly IChange[]
): void {
  // At once: each transaction of its own has the whole notebook looked at again.
  model.sharedModel.transact(
    () => changes.forEach(({ cell }) => clear(cell)),
    false
  );
}

function distrust({ cell, outputs }: IChange): void {
  if (outputs.length > 0 && cell.trusted) {
    cell.trusted = false;
    // On saving, the server signs a notebook whose cells all claim to be trusted.
    cell.sharedModel.setMetadata('trusted', false);
  }
}

/** An undo, too, would have JupyterLab join streams that follow one another, and write them back. */
function joinStreams(model: INotebookModel, changes: readonly IChange[]): void {
  for (const { cell } of changes) {
    const old = cell.sharedModel.getOutputs();
    const joined = documentOutputs(old);
    if (joined.length < old.length) {
      model.sharedModel.transact(() => clear(cell), false);
      model.sharedModel.transact(
        () => cell.sharedModel.setOutputs(joined),
        false
      );
    }
  }
}

function clear(cell: ICodeCellModel): void {
  if (cell.sharedModel.getOutputs().length > 0) {
    cell.sharedModel.setOutputs([]);
  }
}
