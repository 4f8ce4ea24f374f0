import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { CacheClient } from '../contract/client';
import { CacheEvents } from '../contract/events';
import { NotebookCache } from '../models/notebookCache';
import { INotebookCache } from '../tokens';

const ID = 'jupyterlab-cache:service';
const DEFAULT_SECONDS = 3;

/** Provides the cache to all other plugins. */
export const servicePlugin: JupyterFrontEndPlugin<INotebookCache> = {
  id: ID,
  description: 'Knows whether the outputs of open notebooks are still true.',
  autoStart: true,
  provides: INotebookCache,
  requires: [INotebookTracker],
  optional: [ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    settingRegistry: ISettingRegistry | null,
    translator: ITranslator | null
  ): INotebookCache => {
    let seconds = DEFAULT_SECONDS;
    void settingRegistry?.load(ID).then(settings => {
      const update = () => {
        seconds = settings.get('pollSeconds').composite as number;
      };
      settings.changed.connect(update);
      update();
    });
    return new NotebookCache({
      client: new CacheClient(app.serviceManager.serverSettings),
      events: new CacheEvents(app.serviceManager.events.stream),
      tracker,
      trans: (translator ?? nullTranslator).load('jupyterlab_cache'),
      pollInterval: () => seconds * 1000
    });
  }
};
