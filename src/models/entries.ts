import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { messageOf } from '../contract';
import type { EntryPage, EntrySummary } from '../contract';
import type { INotebookCache } from '../tokens';

const PAGE = 20;

const NONE: EntryPage = { entries: [], total: 0, project: '' };

/** The entries of the current notebook, newest first; rests while nobody looks. */
export class Entries implements IDisposable {
  /**
   * @param cache - Tells which notebook is the current one, and asks the server.
   */
  constructor(cache: INotebookCache) {
    this._cache = cache;
    cache.currentChanged.connect(this._onCurrent, this);
    cache.entriesChanged.connect(this._onEntries, this);
  }

  /** Those fetched so far, newest first. */
  get entries(): readonly EntrySummary[] {
    return this._page.entries;
  }

  /** How many there are in all. */
  get total(): number {
    return this._page.total;
  }

  /** Why they could not be fetched; null when they were. */
  get error(): string | null {
    return this._error;
  }

  /** They changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether somebody looks: they are kept up to date only then. */
  get isActive(): boolean {
    return this._isActive;
  }
  set isActive(isActive: boolean) {
    this._isActive = isActive;
    void this._catchUp();
  }

  /** Ask the server again. */
  async refresh(): Promise<void> {
    this._isBehind = true;
    await this._catchUp();
  }

  /** Fetch older ones too. */
  async more(): Promise<void> {
    this._wanted += PAGE;
    await this.refresh();
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
    const path = this._currentPath();
    if (path !== this._path) {
      this._wanted = PAGE;
      this._isBehind = true;
      void this._catchUp();
    }
  }

  private _onEntries(_: unknown, path: string): void {
    if (path === this._path) {
      this._isBehind = true;
      void this._catchUp();
    }
  }

  private _currentPath(): string | null {
    return this._cache.current?.context.localPath ?? null;
  }

  private async _catchUp(): Promise<void> {
    if (!this._isActive || this._isDisposed) {
      return;
    }
    const path = this._currentPath();
    if (path === this._path && !this._isBehind) {
      return;
    }
    if (path !== this._path) {
      this._path = path;
      this._take(NONE, null);
    }
    this._isBehind = false;
    const turn = ++this._turn;
    if (path === null) {
      return;
    }
    let page = NONE;
    let error: string | null = null;
    try {
      page = await this._cache.client.entries(path, 0, this._wanted);
    } catch (reason) {
      error = messageOf(reason);
      this._isBehind = true;
    }
    if (turn === this._turn && !this._isDisposed) {
      this._take(page, error);
    }
  }

  private _take(page: EntryPage, error: string | null): void {
    this._page = page;
    this._error = error;
    this._changed.emit();
  }

  private _page: EntryPage = NONE;
  private _error: string | null = null;
  private _path: string | null = null;
  private _wanted = PAGE;
  private _turn = 0;
  private _isBehind = true;
  private _isActive = false;
  private _isDisposed = false;
  private readonly _cache: INotebookCache;
  private readonly _changed = new Signal<this, void>(this);
}
