import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { followCurrent } from '../models/followCurrent';
import { isRestorable } from '../models/verdict';
import { cacheIcon, restoreIcon } from '../toolbar/icons';
import { INotebookCache } from '../tokens';
import { CommandIDs, NO_ARGUMENTS } from './commandIds';

/** The commands for the current notebook, and their place in the palette. */
export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cache:commands',
  description:
    'Commands to cache, restore, store and check the current notebook.',
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
    const { actions } = cache;
    const status = () => cache.current && cache.statusOf(cache.current);
    const withCurrent =
      (action: (panel: NotebookPanel) => Promise<void>) => async () => {
        if (cache.current) {
          await action(cache.current);
        }
      };
    const isIdle = () => status()?.job === null;

    commands.addCommand(CommandIDs.cache, {
      label: trans.__('Cache This Notebook'),
      caption: trans.__(
        'Execute the notebook on the server, unless its outputs are still true'
      ),
      icon: cacheIcon,
      describedBy: NO_ARGUMENTS,
      isEnabled: isIdle,
      execute: withCurrent(panel => actions.cache(panel))
    });
    commands.addCommand(CommandIDs.force, {
      label: trans.__('Cache This Notebook Anew'),
      caption: trans.__('Execute the notebook on the server in any case'),
      describedBy: NO_ARGUMENTS,
      isEnabled: isIdle,
      execute: withCurrent(panel => actions.cache(panel, { force: true }))
    });
    commands.addCommand(CommandIDs.cacheWithParameters, {
      label: trans.__('Cache With Parameters…'),
      caption: trans.__(
        'Execute the notebook with other values for its parameters; both results are kept'
      ),
      describedBy: NO_ARGUMENTS,
      isEnabled: isIdle,
      execute: withCurrent(async panel => {
        const { askForParameters } =
          await import('../parameters/askForParameters');
        const words = await askForParameters(panel, trans);
        if (words) {
          await actions.cache(panel, { words });
        }
      })
    });
    commands.addCommand(CommandIDs.cacheIsolated, {
      label: trans.__('Cache in a Folder of Its Own'),
      caption: trans.__(
        'Execute the notebook beside nothing but the files that it is known to need'
      ),
      describedBy: NO_ARGUMENTS,
      isEnabled: isIdle,
      execute: withCurrent(panel =>
        actions.cache(panel, { force: true, isolated: true })
      )
    });
    commands.addCommand(CommandIDs.restore, {
      label: trans.__('Restore Cached Outputs'),
      caption: trans.__('Bring the outputs back without executing anything'),
      icon: restoreIcon,
      describedBy: NO_ARGUMENTS,
      isEnabled: () => isRestorable(status()?.status?.verdict),
      execute: withCurrent(panel => actions.restore(panel))
    });
    commands.addCommand(CommandIDs.capture, {
      label: trans.__('Store These Outputs'),
      caption: trans.__(
        'Keep the outputs as they stand, without executing the notebook'
      ),
      describedBy: NO_ARGUMENTS,
      isEnabled: isIdle,
      execute: withCurrent(panel => actions.capture(panel))
    });
    commands.addCommand(CommandIDs.invalidate, {
      label: trans.__('Invalidate Cached Outputs'),
      caption: trans.__(
        'Never use the cached outputs of this notebook again; nothing is deleted'
      ),
      describedBy: NO_ARGUMENTS,
      isEnabled: () => Boolean(status()?.status?.entry),
      execute: withCurrent(panel => actions.invalidate(panel))
    });
    commands.addCommand(CommandIDs.check, {
      label: trans.__('Check Repeatability'),
      caption: trans.__(
        'Execute the notebook twice in fresh kernels, and compare the outputs'
      ),
      describedBy: NO_ARGUMENTS,
      isEnabled: isIdle,
      execute: withCurrent(panel => actions.check(panel))
    });
    commands.addCommand(CommandIDs.cancel, {
      label: trans.__('Cancel the Caching of This Notebook'),
      describedBy: NO_ARGUMENTS,
      isEnabled: () => Boolean(status()?.job),
      execute: async () => {
        const job = status()?.job;
        if (job) {
          await actions.cancel(job);
        }
      }
    });

    followCurrent(cache, () => {
      for (const id of Object.values(CommandIDs)) {
        if (commands.hasCommand(id)) {
          commands.notifyCommandChanged(id);
        }
      }
    });

    const category = trans.__('Notebook Cache');
    for (const command of [
      CommandIDs.cache,
      CommandIDs.force,
      CommandIDs.cacheWithParameters,
      CommandIDs.cacheIsolated,
      CommandIDs.restore,
      CommandIDs.capture,
      CommandIDs.invalidate,
      CommandIDs.check,
      CommandIDs.cancel
    ]) {
      palette?.addItem({ command, category });
    }
  }
};
