import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

/** A line that stands for cells in a row that did not change, until somebody opens it. */
export class FoldedCells extends Widget {
  /**
   * @param count - How many cells.
   * @param onOpen - Shows them in its place.
   * @param trans - For its words.
   */
  constructor(count: number, onOpen: () => void, trans: TranslationBundle) {
    super();
    this.addClass('jp-NotebookCache-folded');
    this.node.setAttribute('role', 'listitem');
    const button = document.createElement('button');
    button.type = 'button';
    button.setAttribute('aria-expanded', 'false');
    button.textContent = trans._n(
      '%1 unchanged cell',
      '%1 unchanged cells',
      count
    );
    button.addEventListener('click', onOpen);
    this.node.append(button);
  }
}
