import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { createCacheButton, createRestoreButton } from '../toolbar/buttons';
import { createCacheMenuButton } from '../toolbar/cacheMenu';
// A factory cannot wait, and the chip is there as soon as the first notebook is.
// eslint-disable-next-line jupyter/prefer-lazy-imports
import { StatusChip } from '../toolbar/chip';
import { INotebookCache } from '../tokens';
import { CommandIDs } from './commandIds';
import { opener } from './opening';

const FACTORY = 'Notebook';

const MENU = [
  [CommandIDs.force, CommandIDs.cacheWithParameters, CommandIDs.cacheIsolated],
  [CommandIDs.capture],
  [CommandIDs.check, CommandIDs.invalidate, CommandIDs.cancel]
];

/** Puts the status chip and the two buttons into notebooks' toolbars. */
export const toolbarPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cache:toolbar',
  description:
    'Shows in a notebook toolbar whether its outputs are still true.',
  autoStart: true,
  requires: [INotebookCache, IToolbarWidgetRegistry],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    cache: INotebookCache,
    registry: IToolbarWidgetRegistry,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_cache');
    const open = opener(app);
    registry.addFactory<NotebookPanel>(
      FACTORY,
      'notebook-cache-status',
      panel => new StatusChip(cache, panel, trans, open)
    );
    registry.addFactory<NotebookPanel>(FACTORY, 'notebook-cache-run', panel =>
      createCacheButton(cache, panel, trans)
    );
    registry.addFactory(FACTORY, 'notebook-cache-menu', () =>
      createCacheMenuButton(app.commands, MENU, trans)
    );
    registry.addFactory<NotebookPanel>(
      FACTORY,
      'notebook-cache-restore',
      panel => createRestoreButton(cache, panel, trans)
    );
  }
};
