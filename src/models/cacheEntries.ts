import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { messageOf } from '../contract';
import type { EntrySummary } from '../contract';
import type { INotebookCache } from '../tokens';
import { EntryPages, PAGE } from './entryPages';
import type { IEntryQuery } from './entryPages';
import { DEFAULT_ENTRY_VIEW } from './entryView';
import type { IEntryView } from './entryView';

/** Letters that come this quickly after each other are one search. */
const TYPING_MS = 30;

/** Many entries may come within a moment. */
const SETTLE_MS = 500;

/** So many pages are fetched at once while a person scrolls. */
const MOST_ASKED = 2;

/** The server's root, as a path. */
export const ROOT = '.';

/** What the entries of a project come from. */
export type EntriesSource = Pick<
  INotebookCache,
  'client' | 'current' | 'currentChanged' | 'entriesChanged'
>;

/**
 * All entries of the project of the current notebook, or of the root folder if none is open. Only the pages
 * that somebody looks at are fetched, and nothing while nobody does.
 */
export class CacheEntries implements IDisposable {
  /**
   * @param cache - Tells which notebook is the current one, and asks the server.
   */
  constructor(cache: EntriesSource) {
    this._cache = cache;
    cache.currentChanged.connect(this._onCurrent, this);
    cache.entriesChanged.connect(this._onEntries, this);
  }

  /** How many entries match. */
  get total(): number {
    return this._shown?.total ?? 0;
  }

  /** Whether there has been an answer yet. */
  get isKnown(): boolean {
    return this._shown !== null;
  }

  /** The query whose answers are shown; null before there are any. */
  get query(): IEntryQuery | null {
    return this._shown?.query ?? null;
  }

  /** The project whose entries they are, relative to the server's root. */
  get project(): string {
    return this._shown?.project ?? ROOT;
  }

  /** Why they could not be fetched; null when they were. */
  get error(): string | null {
    return this._error;
  }

  /** They changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The entry at a position; null as long as it is on its way. */
  at(index: number): EntrySummary | null {
    return this._shown?.at(index) ?? null;
  }

  /** Say which positions can be seen, the end excluded. */
  need(first: number, end: number): void {
    this._first = first;
    this._end = end;
    this._pump();
  }

  /** Look for something else, or in another order. */
  choose(view: Pick<IEntryView, 'search' | 'sort' | 'order'>): void {
    const { order, search, sort } = view;
    const before = this._view;
    this._view = { order, search: search.trim(), sort };
    const isTyping = this._view.search !== before.search;
    if (isTyping || order !== before.order || sort !== before.sort) {
      // A letter after a pause is looked for at once.
      const isQuick = performance.now() - this._typed < TYPING_MS;
      this._typed = isTyping ? performance.now() : -Infinity;
      this._plan(isTyping && isQuick ? TYPING_MS : 0, true);
    }
  }

  /** Whether somebody looks: they are kept up to date only then. */
  get isActive(): boolean {
    return this._isActive;
  }
  set isActive(isActive: boolean) {
    this._isActive = isActive;
    if (isActive && this._isBehind) {
      this.refresh();
    }
  }

  /** Ask the server again. */
  refresh(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    this._isBehind = true;
    if (!this._isActive || this._isDisposed) {
      return;
    }
    this._isBehind = false;
    const query = { folder: this._folder(), ...this._view };
    const isSame =
      JSON.stringify(query) === JSON.stringify(this._shown?.query ?? null);
    this._wanted = new EntryPages(query, isSame ? this._shown : null);
    this._asked.clear();
    this._error = null;
    void this._fetch(
      this._wanted,
      isSame ? Math.floor(Math.min(this._first, this.total) / PAGE) : 0
    );
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

  private _folder(): string {
    const path = this._cache.current?.context.localPath ?? '';
    return path.slice(0, Math.max(0, path.lastIndexOf('/'))) || ROOT;
  }

  private _onCurrent(): void {
    if (this._folder() !== this._wanted?.query.folder) {
      this._plan(0, true);
    }
  }

  private _onEntries(): void {
    // The first of many sets the time, so that a long batch is followed.
    this._plan(SETTLE_MS, false);
  }

  private _plan(delay: number, isUrgent: boolean): void {
    this._isBehind = true;
    if (!this._isActive || (this._timer !== undefined && !isUrgent)) {
      return;
    }
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.refresh(), delay);
  }

  /** Fetch what can be seen and is not there, the current range first whatever was passed meanwhile. */
  private _pump(): void {
    const pages = this._wanted;
    // What is shown is out of date if it is not what is wanted: then an answer is on its way.
    if (!pages || pages !== this._shown || !this._isActive || this._error) {
      return;
    }
    while (this._asked.size < MOST_ASKED) {
      const page = pages.missing(this._first, this._end, this._asked);
      if (page === null) {
        return;
      }
      void this._fetch(pages, page);
    }
  }

  private async _fetch(pages: EntryPages, page: number): Promise<void> {
    this._asked.add(page);
    const { folder, ...query } = pages.query;
    try {
      const answer = await this._cache.client.entries(
        folder,
        page * PAGE,
        PAGE,
        query
      );
      // Meanwhile something else may be wanted.
      if (pages !== this._wanted || this._isDisposed) {
        return;
      }
      pages.take(page, answer);
      this._shown = pages;
    } catch (reason) {
      if (pages !== this._wanted || this._isDisposed) {
        return;
      }
      this._error = messageOf(reason);
      this._isBehind = true;
    }
    this._asked.delete(page);
    this._changed.emit();
    this._pump();
  }

  private _view: Omit<IEntryQuery, 'folder'> = {
    order: DEFAULT_ENTRY_VIEW.order,
    search: DEFAULT_ENTRY_VIEW.search,
    sort: DEFAULT_ENTRY_VIEW.sort
  };
  private _wanted: EntryPages | null = null;
  private _shown: EntryPages | null = null;
  private _error: string | null = null;
  private _first = 0;
  private _end = 0;
  private _typed = -Infinity;
  private _isActive = false;
  private _isBehind = true;
  private _isDisposed = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _asked = new Set<number>();
  private readonly _cache: EntriesSource;
  private readonly _changed = new Signal<this, void>(this);
}
