import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { EntrySummary } from '../contract/types';
import type { INotebookCache } from '../tokens';
import type { NotebookStatus } from './notebookStatus';

/** The entries of the current notebook; rests while nobody looks. */
export class EntriesModel implements IDisposable {
  /**
   * @param cache - Tells which notebook is the current one, and asks the server.
   */
  constructor(cache: INotebookCache) {
    this._cache = cache;
    cache.currentChanged.connect(this._onCurrent, this);
    this._onCurrent();
  }

  /** The latest entries, newest first. */
  get entries(): readonly EntrySummary[] {
    return this._entries;
  }

  /** They changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Somebody looks: keep up to date. */
  resume(): void {
    this._isResting = false;
    void this._fetch();
  }

  /** Nobody looks any more. */
  pause(): void {
    this._isResting = true;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._cache.currentChanged.disconnect(this._onCurrent, this);
      this._status?.changed.disconnect(this._onStatus, this);
      Signal.clearData(this);
    }
  }

  private _onCurrent(): void {
    this._status?.changed.disconnect(this._onStatus, this);
    this._status = this._cache.current;
    this._status?.changed.connect(this._onStatus, this);
    void this._fetch();
  }

  private _onStatus(): void {
    void this._fetch();
  }

  private async _fetch(): Promise<void> {
    const status = this._status;
    if (this._isResting || this._isDisposed) {
      return;
    }
    let entries: EntrySummary[] = [];
    if (status) {
      try {
        entries = (await this._cache.client.entries(status.path)).entries;
      } catch {
        // The status says what is wrong with the server.
      }
    }
    if (!this._isDisposed && status === this._status) {
      this._entries = entries;
      this._changed.emit();
    }
  }

  private _entries: EntrySummary[] = [];
  private _status: NotebookStatus | null = null;
  private _isResting = true;
  private _isDisposed = false;
  private readonly _cache: INotebookCache;
  private readonly _changed = new Signal<this, void>(this);
}
