import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

/** What is kept of a choice, and how it is read again. */
export interface IKeptViewOptions<T extends object> {
  /** Where it is kept; null when nowhere. */
  readonly state: Pick<IStateDB, 'fetch' | 'save'> | null;

  /** Under which key. */
  readonly key: string;

  /** Makes a choice of what was kept, whatever became of it meanwhile; of `undefined`, the usual one. */
  readonly read: (value: unknown) => T;
}

/** What a person chose to see; it outlives a reload of the page. */
export class KeptView<T extends object> {
  constructor(options: IKeptViewOptions<T>) {
    this._options = options;
    this._view = options.read(undefined);
  }

  /** What is chosen now. */
  get view(): T {
    return this._view;
  }

  /** Another choice was made, or an earlier one was found. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Find what was chosen before the page was loaded, unless something was chosen since. */
  async restore(): Promise<void> {
    const { key, read, state } = this._options;
    const before = this._view;
    const kept = await state?.fetch(key);
    if (kept !== undefined && this._view === before) {
      this._view = read(kept);
      this._changed.emit();
    }
  }

  /** Choose something else. */
  choose(change: Partial<T>): void {
    const { key, state } = this._options;
    this._view = { ...this._view, ...change };
    this._changed.emit();
    void state?.save(key, { ...this._view } as ReadonlyJSONObject);
  }

  private _view: T;
  private readonly _options: IKeptViewOptions<T>;
  private readonly _changed = new Signal<this, void>(this);
}
