import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { INotebookCache } from '../tokens';

/** So many notebooks are proposed. */
const MOST_PROPOSED = 3;

/** What is asked for and followed. */
type Cache = Pick<
  INotebookCache,
  'client' | 'current' | 'currentChanged' | 'entriesChanged'
>;

/** Whether a person needs to be shown the first steps: nothing is cached yet, or no notebook is open. */
export class FirstSteps implements IDisposable {
  /**
   * @param cache - The server, and what is open.
   */
  constructor(cache: Cache) {
    this._cache = cache;
    cache.currentChanged.connect(this._onCurrent, this);
    cache.entriesChanged.connect(this._onEntries, this);
  }

  /** Whether they are to be shown; not before it is known. */
  get isNeeded(): boolean {
    return this._isKnown && (!this._isCached || this._cache.current === null);
  }

  /** Whether anything is cached. */
  get isCached(): boolean {
    return this._isCached;
  }

  /** Paths of notebooks that could be opened. */
  get proposed(): readonly string[] {
    return this._proposed;
  }

  /** It changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether somebody looks: the server is asked only then, and only until something is cached. */
  set isActive(isActive: boolean) {
    this._isActive = isActive;
    this._askIfNeeded();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      Signal.disconnectReceiver(this);
      Signal.clearData(this);
    }
  }

  private _onCurrent(): void {
    this._changed.emit();
  }

  private _onEntries(): void {
    this._isOutdated = true;
    this._askIfNeeded();
  }

  private _askIfNeeded(): void {
    if (this._isActive && this._isOutdated && !this._isCached) {
      void this._ask();
    }
  }

  private async _ask(): Promise<void> {
    this._isOutdated = false;
    try {
      const { notebooks } = await this._cache.client.notebooks();
      this._isCached ||= notebooks.some(({ entry }) => entry !== null);
      this._proposed = notebooks
        .slice(0, MOST_PROPOSED)
        .map(({ path }) => path);
      this._isKnown = true;
    } catch {
      // The sections tell of a server that cannot be reached; here it is tried when somebody looks again.
      this._isOutdated = true;
    }
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private _isActive = false;
  private _isCached = false;
  private _isDisposed = false;
  private _isKnown = false;
  private _isOutdated = true;
  private _proposed: readonly string[] = [];
  private readonly _cache: Cache;
  private readonly _changed = new Signal<this, void>(this);
}
