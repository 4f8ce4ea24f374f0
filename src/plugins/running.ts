import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { INotebookCache } from '../tokens';
import { opener } from './opening';

/** Lists the jobs in JupyterLab's panel of what runs. */
export const runningPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cache:running',
  description: 'Lists jobs among what runs, and cancels them there.',
  autoStart: true,
  requires: [INotebookCache],
  optional: [IRunningSessionManagers, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    cache: INotebookCache,
    managers: IRunningSessionManagers | null,
    translator: ITranslator | null
  ): void => {
    if (!managers) {
      return;
    }
    const trans = (translator ?? nullTranslator).load('jupyterlab_cache');
    const open = opener(app);
    void app.restored.then(async () => {
      const { RunningJobs } = await import('../running/runningJobs');
      managers.add(new RunningJobs(cache, open, trans));
    });
  }
};
