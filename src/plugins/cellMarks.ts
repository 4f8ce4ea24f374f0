import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { INotebookCache } from '../tokens';
import { followSettings } from './settings';

const ID = 'jupyterlab-cache:cell-marks';

/** Marks the cells of stale notebooks whose outputs may not be true any more. */
export const cellMarksPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Marks beside cells whose outputs may not be true any more.',
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
    const marks = new Map<NotebookPanel, IDisposable>();
    let isOn = true;
    const begin = async (panel: NotebookPanel) => {
      const { CellMarks } = await import('../marks/cellMarks');
      if (isOn && !panel.isDisposed && !marks.has(panel)) {
        marks.set(panel, new CellMarks(panel, cache.statusOf(panel), trans));
        panel.disposed.connect(() => marks.delete(panel));
      }
    };
    const beginAll = () => tracker.forEach(panel => void begin(panel));
    tracker.widgetAdded.connect((__, panel) => {
      if (isOn) {
        void begin(panel);
      }
    });
    beginAll();
    followSettings(settingRegistry, ID, settings => {
      isOn = settings.get('shown').composite !== false;
      if (isOn) {
        beginAll();
      } else {
        marks.forEach(each => each.dispose());
        marks.clear();
      }
    });
  }
};
