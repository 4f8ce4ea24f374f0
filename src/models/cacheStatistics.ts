import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { messageOf } from '../contract';
import type { NotebookStatistics, Statistics } from '../contract';
import type { INotebookCache } from '../tokens';

/** All entries are counted for an answer, so not after each of many. */
const SETTLE_MS = 3000;

/** What the statistics come from. */
export type StatisticsSource = Pick<
  INotebookCache,
  'client' | 'entriesChanged'
>;

/** How much the notebooks below a folder took and saved; rests while nobody looks. */
export class CacheStatistics implements IDisposable {
  /**
   * @param cache - Asks the server, and tells of entries.
   */
  constructor(cache: StatisticsSource) {
    this._cache = cache;
    cache.entriesChanged.connect(this._onEntries, this);
  }

  /** The latest answer; null before there is one. */
  get statistics(): Statistics | null {
    return this._statistics;
  }

  /**
   * Bytes of the store of the folder that is looked at, being a project's, without
   * those of projects below it; null before there is an answer.
   */
  get storeBytes(): number | null {
    const stores = this._statistics?.stores;
    const own = stores?.find(({ project }) => project === this._known);
    return stores ? (own?.bytes ?? 0) : null;
  }

  /** Why there is no answer; null when there is one. */
  get error(): string | null {
    return this._error;
  }

  /** There is another answer. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /**
   * Look at the notebooks below a folder, or at nothing.
   *
   * @param folder - The folder; null to rest.
   */
  follow(folder: string | null): void {
    const isOther = folder !== null && folder !== this._known;
    this._folder = folder;
    if (isOther || (folder !== null && this._isBehind)) {
      void this.refresh();
    }
  }

  /** Ask the server again. */
  async refresh(): Promise<void> {
    clearTimeout(this._timer);
    this._timer = undefined;
    const folder = this._folder;
    if (folder === null || this._isDisposed) {
      this._isBehind = true;
      return;
    }
    if (folder !== this._known) {
      this._statistics = null;
    }
    this._known = folder;
    this._isBehind = false;
    const turn = ++this._turn;
    let statistics = this._statistics;
    let error: string | null = null;
    try {
      statistics = await this._cache.client.statistics(folder);
    } catch (reason) {
      error = messageOf(reason);
    }
    if (turn === this._turn && !this._isDisposed) {
      this._statistics = statistics;
      this._error = error;
      this._isBehind ||= error !== null;
      this._changed.emit();
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      clearTimeout(this._timer);
      Signal.disconnectReceiver(this);
      Signal.clearData(this);
    }
  }

  private _onEntries(): void {
    this._isBehind = true;
    if (this._folder !== null && this._timer === undefined) {
      this._timer = setTimeout(() => void this.refresh(), SETTLE_MS);
    }
  }

  private _statistics: Statistics | null = null;
  private _error: string | null = null;
  private _folder: string | null = null;
  private _known: string | null = null;
  private _turn = 0;
  private _isBehind = true;
  private _isDisposed = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _cache: StatisticsSource;
  private readonly _changed = new Signal<this, void>(this);
}

/**
 * The notebooks that took or saved most, those that saved most first.
 *
 * @param notebooks - All of them.
 * @param most - How many.
 */
export function foremost(
  notebooks: readonly NotebookStatistics[],
  most: number
): NotebookStatistics[] {
  return notebooks
    .filter(
      ({ execution_seconds: executed, seconds_saved: saved }) =>
        executed + saved > 0
    )
    .sort(
      (a, b) =>
        b.seconds_saved - a.seconds_saved ||
        b.execution_seconds - a.execution_seconds ||
        (a.path < b.path ? -1 : 1)
    )
    .slice(0, most);
}
