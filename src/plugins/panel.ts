import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CachePanel } from '../panel/panel';
import { INotebookCache } from '../tokens';
import { CommandIDs, NO_ARGUMENTS } from './commandIds';

/** Adds the side panel. */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cache:panel',
  description: 'A side panel with verdict, reasons, entries and jobs.',
  autoStart: true,
  requires: [INotebookCache],
  optional: [ICommandPalette, ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    cache: INotebookCache,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_cache');
    const panel = new CachePanel(cache, trans, {
      get isThere() {
        return app.commands.hasCommand(CommandIDs.compare);
      },
      compare: (path, entry) =>
        void app.commands.execute(CommandIDs.compare, { path, entry })
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
