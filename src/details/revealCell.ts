import type { NotebookPanel } from '@jupyterlab/notebook';
import { isBlank, normaliseSource } from '../codeKey';

/**
 * Bring a cell before the person's eyes, and select it.
 *
 * @param panel - The notebook.
 * @param ordinal - Which of its code cells that are not blank, from 0.
 */
export function revealCell(panel: NotebookPanel, ordinal: number): void {
  const notebook = panel.content;
  let left = ordinal;
  const index = notebook.widgets.findIndex(({ model }) => {
    const counts =
      model.type === 'code' &&
      !isBlank(normaliseSource(model.sharedModel.getSource()));
    return counts && left-- === 0;
  });
  if (index >= 0) {
    notebook.mode = 'command';
    notebook.activeCellIndex = index;
    notebook.deselectAll();
    notebook.activate();
    void notebook.scrollToItem(index, 'smart').catch(() => {
      // The notebook was closed meanwhile.
    });
  }
}
