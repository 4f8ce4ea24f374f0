import type { CellChange } from '@jupyter/ydoc';
import type { ICellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import {
  USER_EXPRESSIONS,
  cellOutputsDigest,
  expressionDigest,
  inlineExpressions,
  normaliseSource,
  shownResults
} from '../codeKey';

/** An inline expression of a Markdown cell. */
export interface IExpression {
  /** As it stands in the cell. */
  readonly text: string;

  /** Its digest. */
  readonly digest: string;
}

/** An inline expression with what the document shows for it. */
export interface IShownExpression extends IExpression {
  /** Digest of its result. */
  readonly outputs: string;
}

/** The inline expressions of a document that is open; only what changed is looked at again. */
export class ExpressionsOfDocument implements IDisposable {
  /** A Markdown cell that has expressions, or had some, changed in what concerns them. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The expressions of a cell, in order; none of what is not Markdown. */
  of(cell: ICellModel): readonly IShownExpression[] {
    if (cell.type !== 'markdown') {
      return [];
    }
    let known = this._cells.get(cell);
    if (!known) {
      known = { cell, shown: shownIn(cell) };
      this._cells.set(cell, known);
      this._shared.set(cell.sharedModel, known);
      cell.sharedModel.changed.connect(this._onCell, this);
    }
    return known.shown;
  }

  /** Follow what becomes of the cells that a document has now. */
  follow(model: INotebookModel): void {
    for (const cell of model.cells) {
      this.of(cell);
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      Signal.disconnectReceiver(this);
      Signal.clearData(this);
    }
  }

  private _onCell(cell: object, change: CellChange): void {
    const known = this._shared.get(cell);
    const concerned =
      change.sourceChange !== undefined ||
      change.metadataChange?.has(USER_EXPRESSIONS) === true;
    if (!known || !concerned) {
      return;
    }
    const shown = shownIn(known.cell);
    // Most prose has no expressions, and may be typed in peace.
    if (!isSame(shown, known.shown)) {
      known.shown = shown;
      this._changed.emit();
    }
  }

  private readonly _cells = new WeakMap<ICellModel, IKnownCell>();
  private readonly _shared = new WeakMap<object, IKnownCell>();
  private readonly _changed = new Signal<this, void>(this);
  private _isDisposed = false;
}

/** What is known of one Markdown cell. */
interface IKnownCell {
  readonly cell: ICellModel;
  shown: readonly IShownExpression[];
}

/** The expressions of a cell, looked for now. */
export function expressionsOf(cell: ICellModel): IExpression[] {
  return cell.type === 'markdown'
    ? inlineExpressions(normaliseSource(cell.sharedModel.getSource())).map(
        text => ({ text, digest: expressionDigest(text) })
      )
    : [];
}

function isSame(
  one: readonly IShownExpression[],
  other: readonly IShownExpression[]
): boolean {
  return (
    one.length === other.length &&
    one.every(
      ({ text, outputs }, index) =>
        text === other[index]?.text && outputs === other[index].outputs
    )
  );
}

function shownIn(cell: ICellModel): IShownExpression[] {
  const expressions = expressionsOf(cell);
  const results = shownResults(
    cell.getMetadata(USER_EXPRESSIONS),
    expressions.map(({ text }) => text)
  );
  return expressions.map((expression, index) => ({
    ...expression,
    outputs: cellOutputsDigest(results[index] ?? [])
  }));
}
