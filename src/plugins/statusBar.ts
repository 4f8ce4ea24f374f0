import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
// The item has its place from the start, so that nothing shifts.
// eslint-disable-next-line jupyter/prefer-lazy-imports
import { StatusItem } from '../statusBar/statusItem';
import { INotebookCache } from '../tokens';
import { CommandIDs } from './commandIds';

/** Shows in the status bar what runs, or the verdict on the current notebook. */
export const statusBarPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cache:status-bar',
  description:
    'Shows in the status bar what runs, or the verdict on the current notebook.',
  autoStart: true,
  requires: [INotebookCache],
  // Notebook 7 has no status bar.
  optional: [IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    cache: INotebookCache,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ): void => {
    const showPanel = (): void => {
      if (app.commands.hasCommand(CommandIDs.showPanel)) {
        void app.commands.execute(CommandIDs.showPanel);
      }
    };
    const trans = (translator ?? nullTranslator).load('jupyterlab_cache');
    statusBar?.registerStatusItem('jupyterlab-cache:status-bar', {
      item: new StatusItem(cache, showPanel, trans),
      align: 'right',
      rank: 1000
    });
    if (statusBar) {
      // What was asked for before this page was loaded; later the server tells.
      void app.restored.then(() =>
        cache.jobs.refresh().catch(() => {
          // The chip of a notebook says that the server cannot be reached.
        })
      );
    }
  }
};
