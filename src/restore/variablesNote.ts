import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

/** Long enough to be read and acted upon, in milliseconds. */
const READ_MS = 12_000;

/** Says, once for each page, that restored outputs come without the variables that made them. */
export class VariablesNote {
  /**
   * @param runAllAbove - Executes the cells above the one that a person is in.
   * @param trans - For what people are told.
   */
  constructor(
    runAllAbove: (panel: NotebookPanel) => void,
    trans: TranslationBundle
  ) {
    this._runAllAbove = runAllAbove;
    this._trans = trans;
  }

  /** Outputs were put into a notebook. */
  noteRestored(panel: NotebookPanel): void {
    if (this._isSaid) {
      return;
    }
    this._isSaid = true;
    const trans = this._trans;
    Notification.info(
      trans.__(
        'The outputs are restored, the variables are not: run the cells above to go on working from here.'
      ),
      {
        autoClose: READ_MS,
        actions: [
          {
            label: trans.__('Run All Above'),
            callback: () => {
              if (!panel.isDisposed) {
                this._runAllAbove(panel);
              }
            }
          }
        ]
      }
    );
  }

  private _isSaid = false;
  private readonly _runAllAbove: (panel: NotebookPanel) => void;
  private readonly _trans: TranslationBundle;
}
