import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { INotebookCache } from '../tokens';
import { CommandIDs } from './commandIds';
import { followSettings } from './settings';
import { showNotebook } from './opening';

const ID = 'jupyterlab-cache:job-results';
const LONG_SECONDS = 30;

/** Brings the outputs of finished jobs into open notebooks, and tells what became of jobs. */
export const jobResultsPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Puts the outputs of finished jobs into open notebooks.',
  autoStart: true,
  requires: [INotebookCache],
  optional: [ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    cache: INotebookCache,
    settingRegistry: ISettingRegistry | null,
    translator: ITranslator | null
  ): void => {
    const find = (path: string) => cache.openAt(path);
    const show = (path: string, cell: number | null) =>
      showNotebook(app, cache, path, cell);
    const trans = (translator ?? nullTranslator).load('jupyterlab_cache');
    const showReasons = async (path: string) => {
      await show(path, null);
      if (app.commands.hasCommand(CommandIDs.showPanel)) {
        await app.commands.execute(CommandIDs.showPanel);
      }
    };
    let isAutomatic = true;
    let longSeconds = LONG_SECONDS;
    followSettings(settingRegistry, ID, settings => {
      isAutomatic = settings.get('automatic').composite !== false;
      const seconds = settings.get('longJobSeconds').composite;
      longSeconds = typeof seconds === 'number' ? seconds : LONG_SECONDS;
    });
    const load = async () => {
      const [{ JobNotices }, { JobResults }] = await Promise.all([
        import('../actions/jobNotices'),
        import('../actions/jobResults')
      ]);
      return new JobResults({
        cache,
        find,
        notices: new JobNotices({
          actions: cache.actions,
          jobs: cache.jobs,
          longAfter: () => longSeconds * 1000,
          trans
        }),
        show,
        showReasons,
        trans,
        get isAutomatic() {
          return isAutomatic;
        }
      });
    };
    let loaded: ReturnType<typeof load> | null = null;
    cache.jobs.changed.connect(({ jobs }) => {
      if (!loaded && jobs.some(({ id }) => cache.jobs.isMine(id))) {
        loaded = load();
      }
    });
    cache.jobs.ended.connect((_, job) => {
      loaded ??= load();
      void loaded.then(results => results.finish(job));
    });
  }
};
