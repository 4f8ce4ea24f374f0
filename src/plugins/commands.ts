import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { NotebookStatus } from '../models/notebookStatus';
import { cacheIcon, restoreIcon } from '../toolbar/icons';
import { INotebookCache } from '../tokens';
import { CommandIDs } from './commandIds';

/** The commands for the current notebook, and their place in the palette. */
export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cache:commands',
  description: 'Commands to cache, restore and store the current notebook.',
  autoStart: true,
  requires: [INotebookCache],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    cache: INotebookCache,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_cache');
    const { commands } = app;
    const withCurrent =
      (action: (status: NotebookStatus) => Promise<void>) => async () => {
        if (cache.current) {
          await action(cache.current);
        }
      };
    const isIdle = () => cache.current !== null && cache.current.job === null;

    commands.addCommand(CommandIDs.cache, {
      label: trans.__('Cache This Notebook'),
      caption: trans.__(
        'Execute the notebook on the server, unless its outputs are still true'
      ),
      icon: cacheIcon,
      isEnabled: isIdle,
      execute: withCurrent(status => cache.actions.cache(status.panel))
    });
    commands.addCommand(CommandIDs.force, {
      label: trans.__('Execute This Notebook Again'),
      caption: trans.__('Execute the notebook on the server in any case'),
      isEnabled: isIdle,
      execute: withCurrent(status => cache.actions.cache(status.panel, true))
    });
    commands.addCommand(CommandIDs.restore, {
      label: trans.__('Restore Cached Outputs'),
      caption: trans.__('Bring the outputs back without executing anything'),
      icon: restoreIcon,
      isEnabled: () =>
        ['fresh', 'failed'].includes(cache.current?.status?.verdict ?? ''),
      execute: withCurrent(status => cache.actions.restore(status.panel))
    });
    commands.addCommand(CommandIDs.capture, {
      label: trans.__('Store These Outputs'),
      caption: trans.__(
        'Keep the outputs as they stand, without executing the notebook'
      ),
      isEnabled: () => cache.current !== null,
      execute: withCurrent(status => cache.actions.capture(status.panel))
    });
    commands.addCommand(CommandIDs.cancel, {
      label: trans.__('Cancel the Execution of This Notebook'),
      isEnabled: () => Boolean(cache.current?.job),
      execute: withCurrent(async status => {
        if (status.job) {
          await cache.actions.cancel(status.job);
        }
      })
    });

    const update = () => commands.notifyCommandChanged();
    let followed: NotebookStatus | null = null;
    const follow = () => {
      followed?.changed.disconnect(update);
      followed = cache.current;
      followed?.changed.connect(update);
      update();
    };
    cache.currentChanged.connect(follow);
    follow();

    const category = trans.__('Notebook Cache');
    for (const command of [
      CommandIDs.cache,
      CommandIDs.force,
      CommandIDs.restore,
      CommandIDs.capture,
      CommandIDs.cancel
    ]) {
      palette?.addItem({ command, category });
    }
  }
};
