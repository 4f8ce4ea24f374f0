import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { entryViewFrom } from '../models/entryView';
import { KeptView } from '../models/keptView';
import { viewFrom } from '../models/notebookOrder';
import { layoutFrom } from '../models/panelLayout';
// The layout restorer has to find the panel; its sections are loaded when they are shown.
// eslint-disable-next-line jupyter/prefer-lazy-imports
import { CachePanel } from '../panel/panel';
import { INotebookCache } from '../tokens';
import { CommandIDs, NO_ARGUMENTS } from './commandIds';
import { opener, showNotebook } from './opening';

/** Adds the side panel. */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cache:panel',
  description: 'A side panel with verdict, reasons, entries and jobs.',
  autoStart: true,
  requires: [INotebookCache, IRenderMimeRegistry],
  optional: [ICommandPalette, ILayoutRestorer, IStateDB, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    cache: INotebookCache,
    rendermime: IRenderMimeRegistry,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_cache');
    const kept = {
      notebooks: new KeptView({
        state,
        key: 'jupyterlab-cache:notebooks-view',
        read: viewFrom
      }),
      entries: new KeptView({
        state,
        key: 'jupyterlab-cache:entries-view',
        read: entryViewFrom
      }),
      layout: new KeptView({
        state,
        key: 'jupyterlab-cache:panel-layout',
        read: layoutFrom
      })
    };
    void app.restored.then(() =>
      Promise.all(Object.values(kept).map(view => view.restore()))
    );
    const open = opener(app);
    const comparer = {
      get isThere() {
        return app.commands.hasCommand(CommandIDs.compare);
      },
      compare: (path: string, entry: string) =>
        void compareWithDocument(app, cache, path, entry),
      compareEntries: (path: string, before: string, after: string) =>
        void app.commands.execute(CommandIDs.compareEntries, {
          path,
          before,
          after
        })
    };
    const panel = new CachePanel({
      cache,
      comparer,
      kept,
      open,
      rendermime,
      show: (path, cell) => void showNotebook(app, cache, path, cell),
      trans
    });
    app.shell.add(panel, 'right', { rank: 550, type: 'Notebook Cache' });
    restorer?.add(panel, panel.id);
    app.commands.addCommand(CommandIDs.showPanel, {
      label: trans.__('Show the Notebook Cache Panel'),
      describedBy: NO_ARGUMENTS,
      execute: () => app.shell.activateById(panel.id)
    });
    palette?.addItem({
      command: CommandIDs.showPanel,
      category: trans.__('Notebook Cache')
    });
  }
};

/** Show an entry beside the document of its notebook, which is opened if it is not open. */
async function compareWithDocument(
  app: JupyterFrontEnd,
  cache: INotebookCache,
  path: string,
  entry: string
): Promise<void> {
  const { commands } = app;
  if (!cache.openAt(path)) {
    await commands.execute('docmanager:open', { path });
    await cache.openAt(path)?.context.ready;
  }
  await commands.execute(CommandIDs.compare, { path, entry });
}
