import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';

/** Two columns: what was before, and what came after. */
export class Columns extends Panel {
  /**
   * @param trans - For their names.
   */
  constructor(trans: TranslationBundle) {
    super();
    this.addClass('jp-NotebookCache-columns');
    this.before = columnOf(trans.__('Before'));
    this.after = columnOf(trans.__('After'));
    this.addWidget(this.before);
    this.addWidget(this.after);
  }

  /** The left one. */
  readonly before: Panel;

  /** The right one. */
  readonly after: Panel;

  /** Let the keyboard into columns that are wider than there is room for. */
  makeReachable(): void {
    for (const { node } of [this.before, this.after]) {
      if (node.scrollWidth > node.clientWidth) {
        node.tabIndex = 0;
      }
    }
  }
}

/** A line that says what is below it. */
export function captionOf(text: string): Widget {
  const node = document.createElement('p');
  node.textContent = text;
  const widget = new Widget({ node });
  widget.addClass('jp-NotebookCache-caption');
  return widget;
}

function columnOf(name: string): Panel {
  const column = new Panel();
  column.addClass('jp-NotebookCache-column');
  column.node.setAttribute('role', 'group');
  column.node.setAttribute('aria-label', name);
  return column;
}
