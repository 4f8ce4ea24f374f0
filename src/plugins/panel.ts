import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { KeptView } from '../models/keptView';
import { CachePanel } from '../panel/panel';
import { INotebookCache } from '../tokens';
import { CommandIDs, NO_ARGUMENTS } from './commandIds';

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
    const kept = new KeptView(state);
    void app.restored.then(() => kept.restore());
    const open = (path: string): void =>
      void app.commands.execute('docmanager:open', { path });
    const comparer = {
      get isThere() {
        return app.commands.hasCommand(CommandIDs.compare);
      },
      compare: (path: string, entry: string) =>
        void app.commands.execute(CommandIDs.compare, { path, entry })
    };
    const panel = new CachePanel({
      cache,
      comparer,
      kept,
      open,
      rendermime,
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
