import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { Panel } from '@lumino/widgets';
import type { ICellRow } from '../diff/notebooks';
import { CellView } from './cellView';
import type { ICellViewOptions } from './cellView';
import { FoldedCells } from './foldedCells';
import { IdleQueue } from './idle';
import { FirstSight } from './seen';

/** Fewer unchanged cells in a row are shown as they are. */
const FEWEST_FOLDED = 1;

/** All cells of a comparison: changed ones open, unchanged ones folded. */
export class ChangeList extends Panel {
  constructor(options: Omit<ICellViewOptions, 'mimetype' | 'queue' | 'sight'>) {
    super();
    const { trans } = options;
    this._options = {
      ...options,
      mimetype: null,
      queue: this._queue,
      sight: new FirstSight(this.node)
    };
    this.addClass('jp-NotebookCache-changes');
    this.node.setAttribute('role', 'list');
    // It scrolls, so the keyboard has to get into it; its keys work from here on.
    this.node.tabIndex = 0;
    this.node.setAttribute('aria-label', trans.__('Cells'));
    this.node.addEventListener('focusin', () => this._onFocus());
  }

  /**
   * Show other cells.
   *
   * @param rows - The cells.
   * @param mimetype - MIME type of their code; null when not known.
   */
  showRows(rows: readonly ICellRow[], mimetype: string | null): void {
    this._options = { ...this._options, mimetype };
    this._queue.clear();
    [...this.widgets].forEach(widget => widget.dispose());
    this._changes = [];
    this._current = -1;
    let same: ICellRow[] = [];
    const flush = () => {
      if (same.length >= FEWEST_FOLDED) {
        this._fold(same);
      }
      same = [];
    };
    for (const row of rows) {
      if (row.change === 'same') {
        same.push(row);
      } else {
        flush();
        const view = new CellView(row, this._options);
        this._changes.push(view);
        this.addWidget(view);
      }
    }
    flush();
    this._moved.emit();
  }

  /** How many cells changed. */
  get total(): number {
    return this._changes.length;
  }

  /** Which of them a person has come to, counted from one; zero before the first. */
  get position(): number {
    return this._current + 1;
  }

  /** Somebody came to another change. */
  get moved(): ISignal<this, void> {
    return this._moved;
  }

  /** Whether all changed cells are open. */
  get isAllOpen(): boolean {
    return this._changes.every(({ isOpen }) => isOpen);
  }

  /** Open or close all changed cells. */
  set isAllOpen(isOpen: boolean) {
    this._changes.forEach(view => {
      view.isOpen = isOpen;
    });
    this._moved.emit();
  }

  /** Go so many changes on, or back; stays at the last and the first. */
  go(step: number): void {
    this._show(this._current + step);
  }

  /** Go to the change of a cell. */
  goTo(row: ICellRow): void {
    this._show(this._changes.findIndex(view => view.row === row));
  }

  override dispose(): void {
    this._queue.clear();
    this._options.sight.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  private _show(wanted: number): void {
    const index = Math.min(Math.max(0, wanted), this._changes.length - 1);
    const view = this._changes[index];
    if (view) {
      this._current = index;
      view.isOpen = true;
      view.reveal();
      this._moved.emit();
    }
  }

  private _onFocus(): void {
    const index = this._changes.findIndex(({ hasFocus }) => hasFocus);
    if (index >= 0 && index !== this._current) {
      this._current = index;
      this._moved.emit();
    }
  }

  private _fold(rows: readonly ICellRow[]): void {
    const { trans } = this._options;
    const folded = new FoldedCells(rows.length, () => open(), trans);
    const open = () => {
      const place = this.widgets.indexOf(folded);
      const views = rows.map(row => new CellView(row, this._options));
      views.forEach((view, offset) => this.insertWidget(place + offset, view));
      folded.dispose();
      views[0]?.reveal();
    };
    this.addWidget(folded);
  }

  private _changes: CellView[] = [];
  private _current = -1;
  private readonly _queue = new IdleQueue();
  private _options: ICellViewOptions;
  private readonly _moved = new Signal<this, void>(this);
}
