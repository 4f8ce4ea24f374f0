import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { cacheIcon } from '../toolbar/icons';
import { INotebookCache } from '../tokens';
import { CommandIDs, NO_ARGUMENTS } from './commandIds';

/** Caches or checks the notebooks that are selected in the file browser, or invalidates what is cached of them. */
export const fileBrowserPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cache:file-browser',
  description:
    'Caches, checks and invalidates notebooks from the file browser.',
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
    const { contents } = app.serviceManager;
    // A drive's prefix is the browser's business alone.
    const selected = () =>
      Array.from(factory.tracker.currentWidget?.selectedItems() ?? [])
        // Text notebooks have types of their own, such as `markdown-jupytext-notebook`.
        .filter(item =>
          app.docRegistry.getFileTypeForModel(item).name.endsWith('notebook')
        )
        .map(item => contents.localPath(item.path));
    app.commands.addCommand(CommandIDs.cacheSelected, {
      label: () =>
        trans._n(
          'Cache Selected Notebook',
          'Cache Selected Notebooks',
          selected().length
        ),
      caption: trans.__('Execute on the server what is not fresh'),
      icon: cacheIcon,
      describedBy: NO_ARGUMENTS,
      isVisible: () => selected().length > 0,
      execute: async () => {
        const [first, ...others] = selected();
        if (first !== undefined && others.length === 0) {
          const open = cache.openAt(first);
          // An open one may have changes that have to be saved first.
          await (open
            ? cache.actions.cache(open)
            : cache.actions.cachePath(first));
        } else {
          await cache.actions.cachePaths(selected());
        }
      }
    });
    app.commands.addCommand(CommandIDs.checkSelected, {
      label: trans.__('Check Repeatability'),
      caption: trans.__(
        'Execute the selected notebooks twice in fresh kernels, and compare the outputs'
      ),
      describedBy: NO_ARGUMENTS,
      isVisible: () => selected().length > 0,
      execute: async () => {
        for (const path of selected()) {
          const open = cache.openAt(path);
          await (open
            ? cache.actions.check(open)
            : cache.actions.checkPath(path));
        }
      }
    });
    app.commands.addCommand(CommandIDs.invalidateSelected, {
      label: trans.__('Invalidate Cached Outputs'),
      caption: trans.__(
        'Never use the cached outputs of the selected notebooks again; nothing is deleted'
      ),
      describedBy: NO_ARGUMENTS,
      isVisible: () => selected().length > 0,
      execute: () => cache.actions.invalidatePaths(selected())
    });
  }
};
