import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
// The token has to be provided at once, and chips of notebooks that are restored ask for it.
/* eslint-disable jupyter/prefer-lazy-imports */
import { CacheClient, CacheEvents } from '../contract';
import { NotebookCache } from '../models/notebookCache';
/* eslint-enable jupyter/prefer-lazy-imports */
import { INotebookCache } from '../tokens';
import { followSettings } from './settings';

const ID = 'jupyterlab-cache:service';
const DEFAULT_SECONDS = 5;

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
    const { serverSettings, events } = app.serviceManager;
    const cache = new NotebookCache({
      client: new CacheClient({
        serverSettings,
        translator: translator ?? nullTranslator
      }),
      events: new CacheEvents(events.stream),
      tracker,
      trans: (translator ?? nullTranslator).load('jupyterlab_cache'),
      pollInterval: DEFAULT_SECONDS * 1000
    });
    followSettings(settingRegistry, ID, settings => {
      const seconds = settings.get('pollSeconds').composite;
      cache.pollInterval =
        (typeof seconds === 'number' ? seconds : DEFAULT_SECONDS) * 1000;
    });
    return cache;
  }
};
