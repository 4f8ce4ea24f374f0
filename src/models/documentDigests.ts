import type { ICellModel, ICodeCellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';
import {
  NO_OUTPUTS,
  cellDigest,
  cellOutputsDigest,
  codeKey,
  executionFlags,
  isBlank,
  normaliseSource
} from '../codeKey';
import type { DocumentDigests } from '../contract/types';

interface IKnownCell {
  source: string;
  flags: string;
  digest: string | null;
  outputsDigest: string | null;
}

/**
 * The digests of a document that is open.
 *
 * What has not changed is not hashed again: a keystroke costs one cell.
 */
export class DigestsOfDocument {
  /**
   * @param model - The document.
   */
  constructor(model: INotebookModel) {
    this._model = model;
  }

  /** The digests as the document stands now. */
  compute(): DocumentDigests {
    return {
      kernel_name: kernelName(this._model),
      cells: this.codeCells().map(cell => {
        const known = this._known(cell);
        known.outputsDigest ??= cellOutputsDigest(cell.outputs.toJSON());
        return {
          digest: known.digest ?? '',
          outputs_digest: known.outputsDigest,
          has_outputs: known.outputsDigest !== NO_OUTPUTS
        };
      })
    };
  }

  /**
   * The document's code key.
   *
   * @param defaultKernel - Name of the kernel of a document that names none.
   */
  codeKey(defaultKernel: string): string {
    const digests = this.codeCells().map(cell => this._known(cell).digest ?? '');
    return codeKey(kernelName(this._model) ?? defaultKernel, digests);
  }

  /** The code cells that are not blank, in order. */
  codeCells(): ICodeCellModel[] {
    const cells: ICodeCellModel[] = [];
    for (const cell of this._model.cells) {
      if (isCodeCell(cell) && this._known(cell).digest !== null) {
        cells.push(cell);
      }
    }
    return cells;
  }

  private _known(cell: ICodeCellModel): IKnownCell {
    const source = cell.sharedModel.getSource();
    const flags = executionFlags(cell.getMetadata('tags'));
    const joined = flags.join(',');
    let known = this._cells.get(cell);
    if (!known) {
      known = { source: '', flags: '', digest: null, outputsDigest: null };
      this._cells.set(cell, known);
      // The cell owns the signals, so these connections go with it.
      const created = known;
      const forget = () => {
        created.outputsDigest = null;
      };
      cell.outputs.changed.connect(forget);
      cell.outputs.stateChanged.connect(forget);
    }
    if (known.source !== source || known.flags !== joined) {
      const normal = normaliseSource(source);
      known.source = source;
      known.flags = joined;
      known.digest = isBlank(normal) ? null : cellDigest(normal, flags);
    }
    return known;
  }

  private readonly _model: INotebookModel;
  private readonly _cells = new WeakMap<ICellModel, IKnownCell>();
}

function isCodeCell(cell: ICellModel): cell is ICodeCellModel {
  return cell.type === 'code';
}

function kernelName(model: INotebookModel): string | null {
  const kernelspec: unknown = model.getMetadata('kernelspec');
  if (kernelspec && typeof kernelspec === 'object' && 'name' in kernelspec) {
    const { name } = kernelspec;
    return typeof name === 'string' && name ? name : null;
  }
  return null;
}
