import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { OnOpening } from '../restore/restoreOffer';
import { INotebookCache } from '../tokens';
import { followSettings } from './settings';

const ID = 'jupyterlab-cache:restore-offer';

/** Offers cached outputs for a notebook that is opened without any; says what restoring leaves out. */
export const restoreOfferPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Offers cached outputs when a notebook is opened without any.',
  autoStart: true,
  requires: [INotebookCache, INotebookTracker],
  optional: [ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    cache: INotebookCache,
    tracker: INotebookTracker,
    settingRegistry: ISettingRegistry | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_cache');
    let onOpening: OnOpening = 'ask';
    const load = async () => {
      const { RestoreOffer, onOpeningFrom } =
        await import('../restore/restoreOffer');
      followSettings(settingRegistry, ID, settings => {
        onOpening = onOpeningFrom(settings.get('onOpening').composite);
      });
      return new RestoreOffer(cache, trans, () => onOpening);
    };
    let offer: ReturnType<typeof load> | null = null;
    tracker.widgetAdded.connect((_, panel) => {
      offer ??= load();
      void offer.then(it => it.noteOpened(panel));
    });

    const runAllAbove = (panel: NotebookPanel): void => {
      app.shell.activateById(panel.id);
      void app.commands.execute('notebook:run-all-above');
    };
    const loadNote = async () => {
      const { VariablesNote } = await import('../restore/variablesNote');
      return new VariablesNote(runAllAbove, trans);
    };
    let note: ReturnType<typeof loadNote> | null = null;
    cache.actions.restored.connect((_, panel) => {
      note ??= loadNote();
      void note.then(it => it.noteRestored(panel));
    });
  }
};
