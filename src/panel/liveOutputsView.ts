import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Panel } from '@lumino/widgets';
import type { LiveOutputs } from '../models/liveOutputs';
import { CellOutputs } from './cellOutputs';

/** The outputs of a running job so far, cell by cell. */
export class LiveOutputsView extends Panel {
  /**
   * @param outputs - What it draws.
   * @param rendermime - Draws outputs; it is cloned.
   * @param trans - For the words.
   */
  constructor(
    outputs: LiveOutputs,
    rendermime: IRenderMimeRegistry,
    trans: TranslationBundle
  ) {
    super();
    this._outputs = outputs;
    this._rendermime = rendermime.clone();
    this._trans = trans;
    outputs.changed.connect(this._draw, this);
    this._draw();
  }

  override dispose(): void {
    Signal.disconnectReceiver(this);
    this._cells.clear();
    super.dispose();
  }

  private _draw(): void {
    const { cells, running } = this._outputs;
    const there = new Set(cells.map(({ cell }) => cell));
    for (const [number, view] of this._cells) {
      if (!there.has(number)) {
        this._cells.delete(number);
        view.dispose();
      }
    }
    cells.forEach((cell, index) => {
      const view = this._cells.get(cell.cell) ?? this._add(cell.cell, index);
      view.draw(cell, cell.cell === running);
    });
  }

  private _add(cell: number, index: number): CellOutputs {
    const view = new CellOutputs(this._rendermime, this._trans);
    this._cells.set(cell, view);
    this.insertWidget(index, view);
    return view;
  }

  private readonly _outputs: LiveOutputs;
  private readonly _rendermime: IRenderMimeRegistry;
  private readonly _trans: TranslationBundle;
  private readonly _cells = new Map<number, CellOutputs>();
}
