import type { IStateDB } from '@jupyterlab/statedb';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { DEFAULT_VIEW, viewFrom } from './notebookOrder';
import type { INotebookView } from './notebookOrder';

const KEY = 'jupyterlab-cache:notebooks-view';

/** What a person chose to see of the notebooks; it outlives a reload of the page. */
export class KeptView {
  /**
   * @param state - Where it is kept; null when nowhere.
   */
  constructor(state: Pick<IStateDB, 'fetch' | 'save'> | null) {
    this._state = state;
  }

  /** What is chosen now. */
  get view(): INotebookView {
    return this._view;
  }

  /** Another choice was made, or an earlier one was found. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Find what was chosen before the page was loaded, unless something was chosen since. */
  async restore(): Promise<void> {
    const before = this._view;
    const kept = await this._state?.fetch(KEY);
    if (kept !== undefined && this._view === before) {
      this._view = viewFrom(kept);
      this._changed.emit();
    }
  }

  /** Choose something else. */
  choose(change: Partial<INotebookView>): void {
    this._view = { ...this._view, ...change };
    this._changed.emit();
    const { text, filter, sort } = this._view;
    void this._state?.save(KEY, { text, filter, sort });
  }

  private _view: INotebookView = DEFAULT_VIEW;
  private readonly _state: Pick<IStateDB, 'fetch' | 'save'> | null;
  private readonly _changed = new Signal<this, void>(this);
}
