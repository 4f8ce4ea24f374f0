import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import {
  INotebookTracker,
  NotebookActions,
  NotebookPanel
} from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { isCompleteRun } from '../capture/completeRun';
import { INotebookCache } from '../tokens';

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
    // Nobody wants to be asked twice about the same outputs.
    const offered = new WeakMap<NotebookPanel, string>();
    let isOn = true;
    void settingRegistry?.load(ID).then(settings => {
      const update = () => {
        isOn = settings.get('offer').composite as boolean;
      };
      settings.changed.connect(update);
      update();
    });

    const offer = (panel: NotebookPanel) => {
      const status = cache.statusOf(panel);
      const { digests } = status;
      if (!isOn || !digests || status.status?.verdict === 'fresh') {
        return;
      }
      if (status.job || !isCompleteRun(digests.codeCells())) {
        return;
      }
      const seen = JSON.stringify(digests.compute());
      if (offered.get(panel) === seen) {
        return;
      }
      offered.set(panel, seen);
      Notification.info(
        trans.__(
          '%1 has just been run from top to bottom. Its outputs can be stored without executing it again.',
          status.path
        ),
        {
          autoClose: false,
          actions: [
            {
              label: trans.__('Store these outputs'),
              displayType: 'accent',
              callback: () => void cache.actions.capture(panel)
            }
          ]
        }
      );
    };

    NotebookActions.executed.connect((_, { notebook, success }) => {
      const panel = tracker.find(candidate => candidate.content === notebook);
      if (panel && success) {
        offer(panel);
      }
    });
  }
};
