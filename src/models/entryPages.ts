import type {
  EntryOrder,
  EntryPage,
  EntrySort,
  EntrySummary
} from '../contract';

/** So many entries are fetched at once. */
export const PAGE = 100;

/** What was asked for. */
export interface IEntryQuery {
  /** A folder, whose whole project is meant. */
  readonly folder: string;

  /** Words that all have to occur. */
  readonly search: string;

  /** By what they are sorted, and which way. */
  readonly sort: EntrySort;
  readonly order: EntryOrder;
}

/** The answers to one query so far, page by page. */
export class EntryPages {
  /**
   * @param query - The query.
   * @param before - Earlier answers to the same query, shown until there are new ones.
   */
  constructor(query: IEntryQuery, before: EntryPages | null = null) {
    this.query = query;
    this._project = query.folder;
    this._old = new Map([...(before?._old ?? []), ...(before?._pages ?? [])]);
  }

  /** What was asked for. */
  readonly query: IEntryQuery;

  /** How many entries match. */
  get total(): number {
    return this._total;
  }

  /** The project, relative to the server's root. */
  get project(): string {
    return this._project;
  }

  /** The entry at a position; null as long as it is not there. */
  at(index: number): EntrySummary | null {
    const page = Math.floor(index / PAGE);
    const found = this._pages.get(page) ?? this._old.get(page);
    return found?.[index % PAGE] ?? null;
  }

  /** The first page of a range that has not been fetched; null when all have. */
  missing(
    first: number,
    end: number,
    asked: ReadonlySet<number>
  ): number | null {
    const last = Math.floor((Math.min(end, this._total) - 1) / PAGE);
    for (let page = Math.floor(first / PAGE); page <= last; page++) {
      if (!this._pages.has(page) && !asked.has(page)) {
        return page;
      }
    }
    return null;
  }

  /** Take in an answer. */
  take(page: number, answer: EntryPage): void {
    this._pages.set(page, answer.entries);
    this._total = answer.total;
    this._project = answer.project;
  }

  private _total = 0;
  private _project: string;
  private readonly _pages = new Map<number, readonly EntrySummary[]>();
  private readonly _old: ReadonlyMap<number, readonly EntrySummary[]>;
}
