import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { INotebookCache } from '../tokens';

/** Brings the outputs of finished jobs into open notebooks. */
export const jobResultsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-cache:job-results',
  description: 'Puts the outputs of finished jobs into open notebooks.',
  autoStart: true,
  requires: [INotebookCache, INotebookTracker],
  activate: (
    _: JupyterFrontEnd,
    cache: INotebookCache,
    tracker: INotebookTracker
  ): void => {
    cache.jobs.ended.connect((_, job) => {
      const panel = tracker.find(
        candidate => candidate.context.localPath === job.path
      );
      void cache.actions.finish(panel ?? null, job);
    });
  }
};
