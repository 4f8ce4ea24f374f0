import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { INotebookCache } from '../tokens';
import type { Job } from '../tokens';
import { followSettings } from './settings';

const ID = 'jupyterlab-cache:job-results';

/** Brings the outputs of finished jobs into open notebooks. */
export const jobResultsPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Puts the outputs of finished jobs into open notebooks.',
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
    const find = (path: string) =>
      tracker.find(panel => panel.context.localPath === path) ?? null;
    const show = async (path: string, cell: number | null) => {
      const open = find(path);
      if (open) {
        app.shell.activateById(open.id);
      }
      const panel: unknown =
        open ?? (await app.commands.execute('docmanager:open', { path }));
      if (panel instanceof NotebookPanel && cell !== null) {
        const { revealCell } = await import('../details/revealCell');
        await panel.revealed;
        revealCell(panel, cell);
      }
    };
    const trans = (translator ?? nullTranslator).load('jupyterlab_cache');
    let isAutomatic = true;
    followSettings(settingRegistry, ID, settings => {
      isAutomatic = settings.get('automatic').composite !== false;
    });
    const finish = async (job: Job) => {
      const { JobResults } = await import('../actions/jobResults');
      const results = new JobResults({ cache, find, show, trans, isAutomatic });
      await results.finish(job);
    };
    cache.jobs.ended.connect((_, job) => void finish(job));
  }
};
