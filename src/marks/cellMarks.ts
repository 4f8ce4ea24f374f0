import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { isBlank, normaliseSource } from '../codeKey';
import { sentenceText } from '../models/sentence';
import type { INotebookStatus } from '../tokens';
import { staleCells } from './staleCells';
import type { ICellMark } from './staleCells';

/** Marks beside the cells of one notebook whose outputs may not be true any more. */
export class CellMarks implements IDisposable {
  /**
   * @param panel - The notebook.
   * @param model - Its status.
   * @param trans - For what the marks are called.
   */
  constructor(
    panel: NotebookPanel,
    model: INotebookStatus,
    trans: TranslationBundle
  ) {
    this._panel = panel;
    this._model = model;
    this._trans = trans;
    model.changed.connect(this._update, this);
    panel.disposed.connect(this.dispose, this);
    this._update();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      Signal.disconnectReceiver(this);
      this._nodes.forEach(node => node.remove());
      this._nodes.clear();
    }
  }

  private _update(): void {
    const marks = staleCells(this._model.status);
    const marked = new Set<Cell>();
    let ordinal = 0;
    for (const cell of this._panel.content.widgets) {
      const { model } = cell;
      // Texts are looked at only where there is something to mark.
      if (
        marks.size > 0 &&
        model.type === 'code' &&
        !isBlank(normaliseSource(model.sharedModel.getSource()))
      ) {
        const mark = marks.get(ordinal++);
        if (mark) {
          marked.add(cell);
          this._draw(cell, mark);
        }
      }
    }
    for (const [cell, node] of this._nodes) {
      if (!marked.has(cell)) {
        node.remove();
        this._nodes.delete(cell);
      }
    }
  }

  private _draw(cell: Cell, mark: ICellMark): void {
    let node = this._nodes.get(cell);
    if (!node) {
      node = document.createElement('div');
      node.className = 'jp-NotebookCache-cellMark';
      node.setAttribute('role', 'img');
      cell.node.append(node);
      this._nodes.set(cell, node);
    }
    const words =
      mark.kind === 'cause'
        ? this._trans.__(
            'Stale from here: %1',
            mark.reasons
              .map(reason => sentenceText(reason, this._trans))
              .join(' ')
          )
        : this._trans.__(
            'May be stale: this cell comes after what changed, or uses it.'
          );
    node.dataset.kind = mark.kind;
    node.title = words;
    node.setAttribute('aria-label', words);
  }

  private _isDisposed = false;
  private readonly _nodes = new Map<Cell, HTMLElement>();
  private readonly _model: INotebookStatus;
  private readonly _panel: NotebookPanel;
  private readonly _trans: TranslationBundle;
}
