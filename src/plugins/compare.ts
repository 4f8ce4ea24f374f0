import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  ICommandPalette,
  MainAreaWidget,
  WidgetTracker
} from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { CompareTab } from '../compare/compareTab';
import { cacheIcon } from '../toolbar/icons';
import { INotebookCache } from '../tokens';
import { CommandIDs, NO_ARGUMENTS } from './commandIds';

const TEXT = { type: 'string' };

/** Compares documents with entries, and entries with each other; nothing of it is loaded before. */
export const comparePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cache:compare',
  description: 'Compares a notebook with its cached outputs, in a tab.',
  autoStart: true,
  requires: [
    INotebookCache,
    INotebookTracker,
    IEditorServices,
    IRenderMimeRegistry
  ],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    cache: INotebookCache,
    notebooks: INotebookTracker,
    editors: IEditorServices,
    rendermime: IRenderMimeRegistry,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_cache');
    const { commands, shell } = app;
    const tabs = new WidgetTracker<MainAreaWidget<CompareTab>>({
      namespace: 'notebook-cache-compare'
    });
    const find = (path: string) =>
      notebooks.find(panel => panel.context.localPath === path) ?? null;
    const create = async (path: string) => {
      const { createComparison, CompareTab } =
        await import('../compare/compareTab');
      const content = new CompareTab({
        comparison: createComparison(
          cache.client,
          path,
          () => find(path)?.context.model ?? null,
          trans
        ),
        factory: editors.factoryService.newInlineEditor,
        rendermime: find(path)?.content.rendermime ?? rendermime,
        translator: translator ?? nullTranslator
      });
      const tab = new MainAreaWidget({ content });
      tab.title.label = trans.__('Compare %1', path.split('/').pop());
      tab.title.caption = trans.__('Comparison of %1', path);
      tab.title.icon = cacheIcon;
      // Every main area has the same name otherwise.
      content.node.setAttribute('aria-label', tab.title.caption);
      tab.toolbar.hide();
      return tab;
    };
    const open = async (path: string, before: string, after: string) => {
      let tab = tabs.find(({ content }) => content.comparison.path === path);
      if (!tab) {
        tab = await create(path);
        await tabs.add(tab);
        shell.add(tab, 'main');
        if (!tab.isAttached) {
          // The main area of Notebook 7 holds its one document and nothing else.
          tab.addClass('jp-NotebookCache-mod-below');
          shell.add(tab, 'down');
        }
      }
      shell.activateById(tab.id);
      await tab.content.comparison.choose(before, after);
    };
    const current = () => cache.current?.context.localPath ?? null;
    const isCached = () =>
      cache.current !== null &&
      Boolean(cache.statusOf(cache.current).status?.entry);

    commands.addCommand(CommandIDs.compare, {
      label: trans.__('Compare with the Cached Outputs'),
      caption: trans.__(
        'Show what differs between the notebook and what is in the cache'
      ),
      describedBy: {
        args: { type: 'object', properties: { path: TEXT, entry: TEXT } }
      },
      isEnabled: args => typeof args.entry === 'string' || isCached(),
      execute: async args => {
        const path = textOf(args.path) ?? current();
        const panel = path === null ? null : find(path);
        const entry =
          textOf(args.entry) ??
          (panel && (await newestOf(cache, panel.context.localPath)));
        if (path !== null && entry) {
          await open(path, entry, 'document');
        }
      }
    });
    commands.addCommand(CommandIDs.compareEntries, {
      label: trans.__('Compare Two Entries'),
      caption: trans.__('Show what differs between two executions'),
      describedBy: {
        args: {
          type: 'object',
          properties: { path: TEXT, before: TEXT, after: TEXT }
        }
      },
      isEnabled: args => typeof args.path === 'string' || isCached(),
      execute: async args => {
        const path = textOf(args.path) ?? current();
        if (path === null) {
          return;
        }
        const { entries } = await cache.client.entries(path, 0, 2);
        const after = textOf(args.after) ?? entries[0]?.id;
        const before = textOf(args.before) ?? entries[1]?.id ?? after;
        if (before !== undefined && after !== undefined) {
          await open(path, before, after);
        }
      }
    });
    const go = (step: number) => ({
      describedBy: NO_ARGUMENTS,
      isEnabled: () => tabs.currentWidget !== null,
      execute: () => tabs.currentWidget?.content.go(step)
    });
    commands.addCommand(CommandIDs.nextChange, {
      label: trans.__('Next Change of the Comparison'),
      ...go(1)
    });
    commands.addCommand(CommandIDs.previousChange, {
      label: trans.__('Previous Change of the Comparison'),
      ...go(-1)
    });
    const category = trans.__('Notebook Cache');
    for (const command of [
      CommandIDs.compare,
      CommandIDs.compareEntries,
      CommandIDs.nextChange,
      CommandIDs.previousChange
    ]) {
      palette?.addItem({ command, category });
    }
  }
};

/** The entry that the verdict on an open notebook names, or else its newest one. */
async function newestOf(
  cache: INotebookCache,
  path: string
): Promise<string | null> {
  const { current } = cache;
  const isCurrent = current?.context.localPath === path;
  const named = isCurrent ? cache.statusOf(current).status?.entry : null;
  return (
    named ?? (await cache.client.entries(path, 0, 1)).entries[0]?.id ?? null
  );
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value ? value : null;
}
