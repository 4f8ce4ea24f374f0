import { UUID } from '@lumino/coreutils';
import { Panel, Widget } from '@lumino/widgets';
import type { ICellRow } from '../diff/notebooks';
import type { IdleQueue } from './idle';
import { OutputView } from './outputView';
import type { IOutputViewOptions } from './outputView';
import type { FirstSight } from './seen';
import { sourceView } from './sourceView';
import type { ISourceViewOptions } from './sourceView';
import { cellName, rowText } from './words';

/** What is needed to show cells. */
export interface ICellViewOptions
  extends ISourceViewOptions, IOutputViewOptions {
  /** Draws bit by bit. */
  readonly queue: IdleQueue;

  /** Tells when something comes into view. */
  readonly sight: FirstSight;
}

/** A cell of both sides: a heading that opens and closes, and a body that is drawn when it is seen. */
export class CellView extends Panel {
  constructor(row: ICellRow, options: ICellViewOptions) {
    super();
    this.row = row;
    this._options = options;
    this.addClass('jp-NotebookCache-cell');
    this.node.setAttribute('role', 'listitem');
    this.node.dataset.change = row.change;
    this._body.id = `jp-NotebookCache-cell-${UUID.uuid4()}`;
    this._body.addClass('jp-NotebookCache-cellBody');
    this._button.type = 'button';
    this._button.className = 'jp-NotebookCache-cellHead';
    this._button.setAttribute('aria-controls', this._body.id);
    const { trans } = options;
    this._button.append(
      spanOf('jp-NotebookCache-cellName', cellName(row, trans)),
      spanOf('jp-NotebookCache-cellChange', rowText(row, trans))
    );
    this._button.addEventListener('click', () => {
      this.isOpen = !this.isOpen;
    });
    const heading = document.createElement('h3');
    heading.append(this._button);
    this.addWidget(new Widget({ node: heading }));
    this.addWidget(this._body);
    this.isOpen = row.change !== 'same';
  }

  /** What it shows. */
  readonly row: ICellRow;

  /** Whether its body is shown. */
  get isOpen(): boolean {
    return this._isOpen;
  }
  set isOpen(isOpen: boolean) {
    this._isOpen = isOpen;
    this._button.setAttribute('aria-expanded', `${isOpen}`);
    this._body.setHidden(!isOpen);
    const { queue, sight } = this._options;
    if (isOpen && !this._isBegun) {
      sight.await(this._body.node, () => {
        if (!this._isBegun && !this.isDisposed) {
          this._isBegun = true;
          this._draw(queue);
        }
      });
    } else {
      sight.forget(this._body.node);
    }
  }

  /** Whether the keyboard is on its heading. */
  get hasFocus(): boolean {
    return this._button === document.activeElement;
  }

  /** Bring it before the person's eyes, and the keyboard to its heading. */
  reveal(): void {
    this.node.scrollIntoView({ block: 'start' });
    this._button.focus({ preventScroll: true });
  }

  override dispose(): void {
    this._options.sight.forget(this._body.node);
    super.dispose();
  }

  /** One thing after the other, so that the page can do something else in between. */
  private _draw(queue: IdleQueue): void {
    const add = (task: () => Promise<void> | void) =>
      queue.add(() => (this.isDisposed ? undefined : task()));
    add(() => {
      this._body.addWidget(sourceView(this.row, this._options));
      this._body.addClass('jp-mod-drawn');
    });
    for (const pair of this.row.outputs) {
      add(() => {
        const view = new OutputView(pair, this._options);
        this._body.addWidget(view);
        return view.render();
      });
    }
  }

  private _isOpen = false;
  private _isBegun = false;
  private readonly _options: ICellViewOptions;
  private readonly _button = document.createElement('button');
  private readonly _body = new Panel();
}

function spanOf(name: string, text: string): HTMLElement {
  const span = document.createElement('span');
  span.className = name;
  span.textContent = text;
  // A name is read as one: the parts need something between them.
  span.append(' ');
  return span;
}
