import type { ICellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';
import { JSONExt } from '@lumino/coreutils';
import type { PartialJSONObject } from '@lumino/coreutils';
import {
  USER_EXPRESSIONS,
  isBlank,
  metadataOf,
  normaliseSource
} from '../codeKey';
import type { EntryOutputs } from '../contract';
import { expressionsOf } from '../models/documentExpressions';
import { documentOutputs } from './documentOutputs';

/** What a Markdown cell is to hold of its inline expressions. */
export interface IExpressionChange {
  readonly cell: ICellModel;
  readonly held: PartialJSONObject[];
}

/** The inline expressions of a document with the results that an entry has for them. */
export interface IExpressionPlan {
  /** Those of each Markdown cell that has some. */
  readonly changes: readonly IExpressionChange[];

  /** Their digests, each with how many code cells that are not blank stand before it. */
  readonly steps: readonly { digest: string; after: number }[];
}

/**
 * What each Markdown cell is to hold; null where the entry does not fit the document.
 *
 * @param model - The document.
 * @param entry - The results.
 */
export function planExpressions(
  model: INotebookModel,
  entry: EntryOutputs
): IExpressionPlan | null {
  const steps: { digest: string; after: number }[] = [];
  const changes: IExpressionChange[] = [];
  let after = 0;
  for (const cell of model.cells) {
    if (cell.type === 'code') {
      after += isBlank(normaliseSource(cell.sharedModel.getSource())) ? 0 : 1;
      continue;
    }
    const expressions = expressionsOf(cell);
    const results: [string, PartialJSONObject[]][] = [];
    for (const { text, digest } of expressions) {
      const known = entry.expressions[steps.length];
      if (known?.digest !== digest) {
        return null;
      }
      results.push([text, documentOutputs(known.outputs)]);
      steps.push({ digest, after });
    }
    if (expressions.length > 0) {
      changes.push({ cell, held: metadataOf(results) });
    }
  }
  return steps.length === entry.expressions.length ? { changes, steps } : null;
}

/** Whether a cell does not hold yet what it is to hold. */
export function isExpressionNeeded(
  { cell, held }: IExpressionChange,
  isTrusted: boolean
): boolean {
  const now: unknown = cell.getMetadata(USER_EXPRESSIONS);
  return (
    (isTrusted && !cell.trusted && held.length > 0) ||
    !JSONExt.deepEqual((now ?? []) as PartialJSONObject[], held)
  );
}

/** Have a cell hold what it is to hold. */
export function holdExpressions({ cell, held }: IExpressionChange): void {
  if (held.length > 0) {
    cell.setMetadata(USER_EXPRESSIONS, held);
  } else {
    cell.deleteMetadata(USER_EXPRESSIONS);
  }
}

/**
 * Take results out of cells whose trust will change, so that none is drawn with a trust it has not.
 *
 * jupyterlab-myst draws results as soon as they are there, by the trust in their cell.
 *
 * @param isTrusted - Whether the cells are to be trusted afterwards.
 */
export function trustExpressions(
  model: INotebookModel,
  changes: readonly IExpressionChange[],
  isTrusted: boolean
): void {
  const wrong = changes.filter(({ cell }) => cell.trusted !== isTrusted);
  model.sharedModel.transact(() => {
    for (const { cell } of wrong) {
      cell.deleteMetadata(USER_EXPRESSIONS);
      cell.trusted = isTrusted;
      if (!isTrusted) {
        // On saving, a server that looks at Markdown cells signs what claims to be trusted.
        cell.sharedModel.setMetadata('trusted', false);
      }
    }
  }, false);
}
