import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { ManyNotebooks } from '../actions/manyNotebooks';
import type { ISelection } from '../actions/selectedNotebooks';
import { cacheIcon, restoreIcon } from '../toolbar/icons';
import { INotebookCache } from '../tokens';
import { CommandIDs, NO_ARGUMENTS } from './commandIds';

/** Texts that can be notebooks; the server tells by what is in them. */
const TEXT_NOTEBOOK = /\.(md|py|r|jl|rmd|sh)$/i;

/** Acts on the notebooks that are selected in the file browser, also on all below selected folders. */
export const fileBrowserPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cache:file-browser',
  description:
    'Caches, restores, checks and invalidates notebooks and folders from the file browser.',
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
    const items = () =>
      Array.from(factory.tracker.currentWidget?.selectedItems() ?? []);
    const isFolder = ({ type }: Contents.IModel) => type === 'directory';
    // Text notebooks have types of their own, such as `markdown-jupytext-notebook`.
    const isNotebook = (item: Contents.IModel) =>
      app.docRegistry.getFileTypeForModel(item).name.endsWith('notebook');
    // A drive's prefix is the browser's business alone.
    const pathOf = ({ path }: Contents.IModel) => contents.localPath(path);
    const notebooks = () => items().filter(isNotebook).map(pathOf);
    const hasFolders = () => items().some(isFolder);
    const isOffered = () => hasFolders() || notebooks().length > 0;
    const kindOf = (item: Contents.IModel): ISelection['kind'] | null => {
      if (isFolder(item)) {
        return 'folder';
      }
      return TEXT_NOTEBOOK.test(item.path)
        ? 'text'
        : isNotebook(item)
          ? 'notebook'
          : null;
    };
    const selection = (): ISelection[] =>
      items().flatMap(item => {
        const kind = kindOf(item);
        return kind ? [{ path: pathOf(item), kind }] : [];
      });
    let loaded: Promise<ManyNotebooks> | null = null;
    const load = async () => {
      const { ManyNotebooks } = await import('../actions/manyNotebooks');
      return new ManyNotebooks(cache, trans);
    };
    const many = () => (loaded ??= load());

    app.commands.addCommand(CommandIDs.cacheSelected, {
      label: () =>
        hasFolders()
          ? trans.__('Cache All Notebooks Below')
          : trans._n(
              'Cache Selected Notebook',
              'Cache Selected Notebooks',
              notebooks().length
            ),
      caption: trans.__('Execute on the server what is not fresh'),
      icon: cacheIcon,
      describedBy: NO_ARGUMENTS,
      isVisible: isOffered,
      execute: async () => (await many()).cache(selection())
    });
    app.commands.addCommand(CommandIDs.restoreSelected, {
      label: () =>
        hasFolders()
          ? trans.__('Restore Cached Outputs of All Notebooks Below')
          : trans.__('Restore Cached Outputs'),
      caption: trans.__(
        'Bring the outputs back without executing anything; into the files of notebooks that are not open'
      ),
      icon: restoreIcon,
      describedBy: NO_ARGUMENTS,
      isVisible: isOffered,
      execute: async () => (await many()).restore(selection())
    });
    app.commands.addCommand(CommandIDs.checkSelected, {
      label: trans.__('Check Repeatability'),
      caption: trans.__(
        'Execute the selected notebooks twice in fresh kernels, and compare the outputs'
      ),
      describedBy: NO_ARGUMENTS,
      isVisible: () => notebooks().length > 0 && !hasFolders(),
      execute: async () => {
        for (const path of notebooks()) {
          const open = cache.openAt(path);
          await (open
            ? cache.actions.check(open)
            : cache.actions.checkPath(path));
        }
      }
    });
    app.commands.addCommand(CommandIDs.invalidateSelected, {
      label: () =>
        hasFolders()
          ? trans.__('Invalidate Cached Outputs of All Notebooks Below')
          : trans.__('Invalidate Cached Outputs'),
      caption: trans.__(
        'Never use the cached outputs of the selected notebooks again; nothing is deleted'
      ),
      describedBy: NO_ARGUMENTS,
      isVisible: isOffered,
      execute: async () => (await many()).invalidate(selection())
    });
  }
};
