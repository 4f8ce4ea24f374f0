import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { CaptureOffer } from '../capture/captureOffer';
import { INotebookCache } from '../tokens';
import { followSettings } from './settings';

const ID = 'jupyterlab-cache:capture-offer';

/** Offers to store the outputs of a complete interactive run instead of executing again. */
export const captureOfferPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Offers to store the outputs of a complete interactive run.',
  autoStart: true,
  requires: [INotebookCache, INotebookTracker],
  optional: [ISettingRegistry, ITranslator],
  activate: (
    _: JupyterFrontEnd,
    cache: INotebookCache,
    tracker: INotebookTracker,
    settingRegistry: ISettingRegistry | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_cache');
    let isOn = true;
    followSettings(settingRegistry, ID, settings => {
      isOn = settings.get('offer').composite !== false;
    });
    let loaded: Promise<CaptureOffer> | null = null;
    const load = async () => {
      const { CaptureOffer } = await import('../capture/captureOffer');
      return new CaptureOffer(cache, trans, () => isOn);
    };
    NotebookActions.executed.connect((_, { notebook, cell, success }) => {
      const panel = tracker.find(candidate => candidate.content === notebook);
      if (panel) {
        loaded ??= load();
        void loaded.then(offer => offer.noteRun(panel, cell, success));
      }
    });
  }
};
