import type { IOutput } from '@jupyterlab/nbformat';
import { OutputAreaModel, SimplifiedOutputArea } from '@jupyterlab/outputarea';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { JSONExt } from '@lumino/coreutils';
import { Panel, Widget } from '@lumino/widgets';
import type { LiveCell } from '../contract';
import { size } from '../details/time';
import { documentOutputs } from '../restore/documentOutputs';

/** What one cell of a running job has put out so far, below its number and first line. */
export class CellOutputs extends Panel {
  /**
   * @param rendermime - Draws outputs.
   * @param trans - For the words.
   */
  constructor(rendermime: IRenderMimeRegistry, trans: TranslationBundle) {
    super();
    this._trans = trans;
    this.addClass('jp-NotebookCache-liveCell');
    // Nobody vouches for them: without trust markup is sanitised and scripts are left out.
    this._model = new OutputAreaModel({ trusted: false });
    this._area = new SimplifiedOutputArea({ model: this._model, rendermime });
    this._head = new Widget({ node: document.createElement('h4') });
    this._note = new Widget({ node: document.createElement('p') });
    this._note.addClass('jp-NotebookCache-change');
    this.addWidget(this._head);
    this.addWidget(this._note);
    this.addWidget(this._area);
  }

  /**
   * Draw the cell as it is now; what is the same as before stays as it is.
   *
   * @param cell - The cell.
   * @param isRunning - Whether it runs now.
   */
  draw(cell: LiveCell, isRunning: boolean): void {
    if (cell === this._cell && isRunning === this._isRunning) {
      return;
    }
    this._isRunning = isRunning;
    this._drawHead(cell);
    if (cell !== this._cell) {
      this._cell = cell;
      this._drawNote(cell.left_out);
      this._drawOutputs(documentOutputs(cell.outputs));
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      super.dispose();
      this._model.dispose();
    }
  }

  private _drawHead(cell: LiveCell): void {
    const trans = this._trans;
    const number = document.createElement('span');
    number.textContent = trans.__('Cell %1', cell.cell + 1);
    const line = document.createElement('code');
    line.textContent = cell.line;
    const state = document.createElement('span');
    state.className = 'jp-NotebookCache-change';
    state.textContent = this._isRunning ? trans.__('running') : '';
    this._head.node.replaceChildren(number, ' ', line, ' ', state);
  }

  private _drawNote(leftOut: number): void {
    const trans = this._trans;
    this._note.setHidden(leftOut === 0);
    this._note.node.textContent = trans.__(
      'About %1 of its outputs are left out while the job runs.',
      size(leftOut, trans)
    );
  }

  private _drawOutputs(outputs: readonly IOutput[]): void {
    const model = this._model;
    while (model.length > outputs.length) {
      model.remove(model.length - 1);
    }
    outputs.forEach((output, index) => {
      if (index >= model.length) {
        this._append(output, index);
      } else if (!JSONExt.deepEqual(output, this._drawn[index] ?? null)) {
        replace(model, index, output);
      }
    });
    this._drawn = outputs;
  }

  private _append(output: IOutput, index: number): void {
    // Text that is added is gone through by character; text that is set is taken as it is.
    const isText = output.output_type === 'stream';
    this._model.add(isText ? { ...output, text: '' } : output);
    if (isText && index < this._model.length) {
      replace(this._model, index, output);
    }
  }

  private _cell: LiveCell | null = null;
  private _isRunning = false;
  private _drawn: readonly IOutput[] = [];
  private readonly _trans: TranslationBundle;
  private readonly _model: OutputAreaModel;
  private readonly _area: SimplifiedOutputArea;
  private readonly _head: Widget;
  private readonly _note: Widget;
}

function replace(model: OutputAreaModel, index: number, output: IOutput): void {
  const former = model.get(index);
  model.set(index, output);
  former.dispose();
}
