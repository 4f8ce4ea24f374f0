import type { EntryOrder, EntrySort } from '../contract';

/** What a person chose to see of the entries of a project. */
export interface IEntryView {
  /** Words that all have to occur. */
  readonly search: string;

  /** By what they are sorted. */
  readonly sort: EntrySort;

  /** Which way. */
  readonly order: EntryOrder;

  /** Whether the statistics are unfolded. */
  readonly isStatisticsOpen: boolean;
}

/** As much as the server takes. */
export const LONGEST_SEARCH = 200;

/** The way in which people look at each of them first. */
const USUAL_ORDER: Record<EntrySort, EntryOrder> = {
  created: 'descending',
  path: 'ascending',
  seconds: 'descending',
  bytes: 'descending',
  used: 'descending'
};

/** What is shown before a person chooses. */
export const DEFAULT_ENTRY_VIEW: IEntryView = {
  search: '',
  sort: 'created',
  order: USUAL_ORDER.created,
  isStatisticsOpen: false
};

/** A change to another order of a list, the usual way round. */
export function sortedBy(sort: EntrySort): Pick<IEntryView, 'sort' | 'order'> {
  return { sort, order: USUAL_ORDER[sort] };
}

/** A view as it was kept, whatever became of it meanwhile. */
export function entryViewFrom(value: unknown): IEntryView {
  const kept = (
    typeof value === 'object' && value !== null ? value : {}
  ) as Partial<Record<keyof IEntryView, unknown>>;
  const usual = DEFAULT_ENTRY_VIEW;
  return {
    search:
      typeof kept.search === 'string'
        ? kept.search.slice(0, LONGEST_SEARCH)
        : usual.search,
    sort: isSort(kept.sort) ? kept.sort : usual.sort,
    order: isOrder(kept.order) ? kept.order : usual.order,
    isStatisticsOpen: kept.isStatisticsOpen === true
  };
}

function isSort(value: unknown): value is EntrySort {
  return typeof value === 'string' && Object.hasOwn(USUAL_ORDER, value);
}

function isOrder(value: unknown): value is EntryOrder {
  return value === 'ascending' || value === 'descending';
}
