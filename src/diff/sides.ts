import type { IOutput } from '@jupyterlab/nbformat';
import type { INotebookModel } from '@jupyterlab/notebook';
import { isBlank, normaliseSource } from '../codeKey';
import type { EntryDocument } from '../contract';
import { codeCells } from '../models/documentDigests';
import { documentOutputs } from '../restore/documentOutputs';

/** A code cell with its outputs, as one side of a comparison has it. */
export interface ISideCell {
  /** Its identifier in the notebook; null where it has none. */
  readonly id: string | null;

  /** Its code, in normal form. */
  readonly source: string;

  /** What stands in its brackets. */
  readonly count: number | null;

  /** Its outputs, with texts and streams joined. */
  readonly outputs: readonly IOutput[];
}

/** One side of a comparison: all code cells that are not blank. */
export interface ISide {
  /** The cells, in order. */
  readonly cells: readonly ISideCell[];

  /** MIME type of the code; null when not known. */
  readonly mimetype: string | null;
}

/** An entry as a side. */
export function sideOfEntry(entry: EntryDocument): ISide {
  return {
    mimetype: entry.mimetype,
    cells: entry.cells.map(cell => ({
      id: cell.id,
      source: normaliseSource(cell.source),
      count: cell.execution_count,
      outputs: documentOutputs(cell.outputs)
    }))
  };
}

/** An open document as a side, as it stands now. */
export function sideOfDocument(model: INotebookModel): ISide {
  const cells: ISideCell[] = [];
  for (const cell of codeCells(model)) {
    const source = normaliseSource(cell.sharedModel.getSource());
    // Entries have no blank cells: nothing is executed of them.
    if (!isBlank(source)) {
      cells.push({
        id: cell.id,
        source,
        count: cell.executionCount,
        // The shared model is what gets saved.
        outputs: documentOutputs(cell.sharedModel.getOutputs())
      });
    }
  }
  const language: unknown = model.getMetadata('language_info');
  return { cells, mimetype: mimetypeOf(language) };
}

function mimetypeOf(language: unknown): string | null {
  if (language && typeof language === 'object' && 'mimetype' in language) {
    const { mimetype } = language;
    return typeof mimetype === 'string' && mimetype ? mimetype : null;
  }
  return null;
}
