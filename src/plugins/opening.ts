import type { JupyterFrontEnd } from '@jupyterlab/application';
import { NotebookPanel } from '@jupyterlab/notebook';
import type { INotebookCache } from '../tokens';

/**
 * Bring a notebook, and a cell of it, before the person's eyes; it is opened if it is not open.
 *
 * @param app - The application.
 * @param cache - Knows which notebooks are open.
 * @param path - Where the notebook is.
 * @param cell - Ordinal among its code cells that are not blank; null for no special one.
 */
export async function showNotebook(
  app: JupyterFrontEnd,
  cache: Pick<INotebookCache, 'openAt'>,
  path: string,
  cell: number | null
): Promise<void> {
  const open = cache.openAt(path);
  if (open) {
    app.shell.activateById(open.id);
  }
  const panel: unknown =
    open ?? (await app.commands.execute('docmanager:open', { path }));
  if (panel instanceof NotebookPanel && cell !== null) {
    const { revealCell } = await import('../details/revealCell');
    await panel.revealed;
    revealCell(panel, cell);
  }
}

/**
 * What opens a file, for views that know nothing of commands.
 *
 * @param app - The application.
 */
export function opener(app: JupyterFrontEnd): (path: string) => void {
  return path => void app.commands.execute('docmanager:open', { path });
}
