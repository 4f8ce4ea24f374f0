import type { CellChange } from '@jupyter/ydoc';
import type { ICellModel, ICodeCellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import {
  NO_OUTPUTS,
  cellDigest,
  cellOutputsDigest,
  codeKey,
  executedSteps,
  executionFlags,
  isBlank,
  normaliseSource
} from '../codeKey';
import type { DocumentDigests, ExpressionDigests } from '../contract';
import { ExpressionsOfDocument } from './documentExpressions';

/** How long hashing may keep the page from doing anything else, in milliseconds. */
const SLICE_MS = 12;

type OutputArea = ICodeCellModel['outputs'];

/** The code of one cell. */
export interface ICellCode {
  /** Its digest. */
  readonly digest: string;

  /** Whether it holds nothing to execute. */
  readonly blank: boolean;
}

/** What is known of one code cell; null is not known, or not any more. */
interface IKnownCell {
  code: ICellCode | null;
  outputs: string | null;
}

/** A code cell that is not blank, with the digest of its code. */
export interface IDigestedCell {
  /** The cell. */
  readonly cell: ICodeCellModel;

  /** Digest of its code. */
  readonly digest: string;
}

/**
 * The digests of a document that is open.
 *
 * Only what changed is hashed again: a keystroke costs one cell, however long the notebook is.
 */
export class DigestsOfDocument implements IDisposable {
  /**
   * @param model - The document.
   */
  constructor(model: INotebookModel) {
    this._model = model;
    model.cells.changed.connect(this._onCells, this);
    model.metadataChanged.connect(this._onMetadata, this);
    this._expressions.changed.connect(() => this._changed.emit(), this);
    this._connectCells();
  }

  /** Something that enters the digests changed, at every keystroke; not yet hashed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The code cells that are not blank, in order, as they stand now. */
  cells(): IDigestedCell[] {
    const cells: IDigestedCell[] = [];
    for (const cell of codeCells(this._model)) {
      const { blank, digest } = this._code(cell);
      if (!blank) {
        cells.push({ cell, digest });
      }
    }
    return cells;
  }

  /**
   * The document's code key as it stands now.
   *
   * @param defaultKernel - Name of the kernel of a document that names none.
   */
  codeKey(defaultKernel: string): string {
    const digests = this.cells().map(({ digest }) => digest);
    return codeKey(
      kernelNameOf(this._model) ?? defaultKernel,
      executedSteps(digests, this._shownExpressions())
    );
  }

  /** All digests as the document stands now, at once. */
  compute(): DocumentDigests {
    const expressions = this._shownExpressions();
    return {
      kernel_name: kernelNameOf(this._model),
      cells: this.cells().map(({ cell, digest }) => {
        const outputs = this._outputs(cell);
        return {
          digest,
          outputs_digest: outputs,
          has_outputs: outputs !== NO_OUTPUTS
        };
      }),
      ...(expressions.length > 0 ? { expressions } : {})
    };
  }

  /**
   * The same without holding up the page: outputs, which may be large, are hashed in slices.
   *
   * @returns The digests as the document stands when this resolves.
   */
  async read(): Promise<DocumentDigests> {
    let begun = performance.now();
    for (const { cell } of this.cells()) {
      if (performance.now() - begun > SLICE_MS) {
        await new Promise(resolve => setTimeout(resolve, 0));
        begun = performance.now();
      }
      if (this._isDisposed) {
        break;
      }
      if (!cell.isDisposed) {
        this._outputs(cell);
      }
    }
    return this._isDisposed ? { kernel_name: null, cells: [] } : this.compute();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._expressions.dispose();
      Signal.disconnectReceiver(this);
      Signal.clearData(this);
    }
  }

  private _shownExpressions(): ExpressionDigests[] {
    const found: ExpressionDigests[] = [];
    let after = 0;
    for (const cell of this._model.cells) {
      if (isCodeCell(cell)) {
        after += this._code(cell).blank ? 0 : 1;
      }
      for (const { digest, outputs } of this._expressions.of(cell)) {
        const has_outputs = outputs !== NO_OUTPUTS;
        found.push({ digest, outputs_digest: outputs, has_outputs, after });
      }
    }
    return found;
  }

  private _code(cell: ICodeCellModel): ICellCode {
    const known = this._known(cell);
    known.code ??= codeOf(cell);
    return known.code;
  }

  private _outputs(cell: ICodeCellModel): string {
    const known = this._known(cell);
    // The shared model is what gets saved; the output area may have folded carriage returns.
    known.outputs ??= cellOutputsDigest(cell.sharedModel.getOutputs());
    return known.outputs;
  }

  private _known(cell: ICodeCellModel): IKnownCell {
    let known = this._cells.get(cell);
    if (!known) {
      known = { code: null, outputs: null };
      this._cells.set(cell, known);
      this._shared.set(cell.sharedModel, known);
      this._areas.set(cell.outputs, known);
      this._followStreams(cell.outputs, known);
      cell.sharedModel.changed.connect(this._onCell, this);
      // What a kernel sends reaches the shared model without a word from it.
      cell.outputs.changed.connect(this._onOutputs, this);
      cell.outputs.stateChanged.connect(this._onOutputs, this);
    }
    return known;
  }

  private _connectCells(): void {
    codeCells(this._model).forEach(cell => this._known(cell));
    this._expressions.follow(this._model);
  }

  private _onCells(): void {
    this._connectCells();
    this._changed.emit();
  }

  private _onMetadata(_: unknown, change: { key?: string }): void {
    if (change.key === undefined || change.key === 'kernelspec') {
      this._changed.emit();
    }
  }

  private _onCell(cell: object, change: CellChange): void {
    const known = this._shared.get(cell);
    if (!known) {
      return;
    }
    const code =
      change.sourceChange !== undefined ||
      change.metadataChange?.has('tags') === true;
    const outputs =
      change.outputsChange !== undefined ||
      change.streamOutputChange !== undefined;
    if (code) {
      known.code = null;
    }
    if (outputs) {
      known.outputs = null;
    }
    if (code || outputs) {
      this._changed.emit();
    }
  }

  private _onOutputs(area: OutputArea): void {
    const known = this._areas.get(area);
    if (known) {
      this._followStreams(area, known);
      known.outputs = null;
      this._changed.emit();
    }
  }

  /** Text that is added to a stream changes neither the area nor, audibly, the shared model. */
  private _followStreams(area: OutputArea, known: IKnownCell): void {
    for (let index = 0; index < area.length; index++) {
      const { streamText } = area.get(index);
      if (streamText && !this._streams.has(streamText)) {
        this._streams.set(streamText, known);
        streamText.changed.connect(this._onStream, this);
      }
    }
  }

  private _onStream(text: object): void {
    const known = this._streams.get(text);
    if (known) {
      known.outputs = null;
      this._changed.emit();
    }
  }

  private readonly _model: INotebookModel;
  private readonly _expressions = new ExpressionsOfDocument();
  private readonly _cells = new WeakMap<ICodeCellModel, IKnownCell>();
  private readonly _shared = new WeakMap<object, IKnownCell>();
  private readonly _areas = new WeakMap<object, IKnownCell>();
  private readonly _streams = new WeakMap<object, IKnownCell>();
  private readonly _changed = new Signal<this, void>(this);
  private _isDisposed = false;
}

/** The code cells of a document, blank ones too, in order. */
export function codeCells(model: INotebookModel): ICodeCellModel[] {
  return [...model.cells].filter(isCodeCell);
}

/** The code of a cell, hashed now. */
export function codeOf(cell: ICodeCellModel): ICellCode {
  const source = normaliseSource(cell.sharedModel.getSource());
  const flags = executionFlags(cell.getMetadata('tags'));
  return { digest: cellDigest(source, flags), blank: isBlank(source) };
}

/** Name of a document's kernel; null when it names none. */
export function kernelNameOf(model: INotebookModel): string | null {
  const kernelspec: unknown = model.getMetadata('kernelspec');
  if (kernelspec && typeof kernelspec === 'object' && 'name' in kernelspec) {
    const { name } = kernelspec;
    return typeof name === 'string' && name ? name : null;
  }
  return null;
}

function isCodeCell(cell: ICellModel): cell is ICodeCellModel {
  return cell.type === 'code';
}
