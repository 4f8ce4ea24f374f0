import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { cacheIcon } from '../toolbar/icons';
import { INotebookCache } from '../tokens';
import { CommandIDs } from './commandIds';

/** Caches the notebooks that are selected in the file browser. */
export const fileBrowserPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cache:file-browser',
  description: 'Caches notebooks from the file browser.',
  autoStart: true,
  requires: [INotebookCache, IFileBrowserFactory],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    cache: INotebookCache,
    factory: IFileBrowserFactory,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_cache');
    const selected = () => {
      const items = factory.tracker.currentWidget?.selectedItems() ?? [];
      return Array.from(items).filter(item => item.type === 'notebook');
    };
    app.commands.addCommand(CommandIDs.cacheSelected, {
      label: trans.__('Cache Notebook'),
      caption: trans.__('Execute on the server what is not fresh'),
      icon: cacheIcon,
      isVisible: () => selected().length > 0,
      execute: async () => {
        for (const item of selected()) {
          // A drive's prefix is the browser's business alone.
          const path = app.serviceManager.contents.localPath(item.path);
          await cache.actions.submit(path);
        }
      }
    });
  }
};
