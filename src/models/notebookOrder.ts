import type { NotebookLine, Verdict } from '../contract';

/** Which notebooks a list shows. */
export type NotebookFilter = 'all' | 'not-fresh' | Verdict;

/** By what a list is sorted. */
export type NotebookSort = 'path' | 'verdict' | 'seconds' | 'created';

/** What a person chose to see of a list of notebooks. */
export interface INotebookView {
  /** Part of the path, in any case. */
  readonly text: string;

  /** Which of them. */
  readonly filter: NotebookFilter;

  /** In which order. */
  readonly sort: NotebookSort;
}

/** What is shown before a person chooses. */
export const DEFAULT_VIEW: INotebookView = {
  text: '',
  filter: 'all',
  sort: 'path'
};

/** What asks for something comes first. */
const URGENCY: Record<Verdict, number> = {
  failed: 0,
  stale: 1,
  uncached: 2,
  fresh: 3
};

/** The notebooks that a person wants to see, in that order; those that are equal by path. */
export function notebooksFor(
  notebooks: readonly NotebookLine[],
  view: INotebookView
): NotebookLine[] {
  const text = view.text.trim().toLowerCase();
  const compare = ORDER[view.sort];
  return notebooks
    .filter(
      ({ path, verdict }) =>
        fits(verdict, view.filter) && path.toLowerCase().includes(text)
    )
    .sort((a, b) => compare(a, b) || byPath(a, b));
}

/** Whether a notebook has to be executed for its outputs to be true. */
export function isDue({ verdict }: NotebookLine): boolean {
  return verdict === 'stale' || verdict === 'uncached';
}

/** A view as it was kept, whatever became of it meanwhile. */
export function viewFrom(value: unknown): INotebookView {
  const kept = (
    typeof value === 'object' && value !== null ? value : {}
  ) as Partial<Record<keyof INotebookView, unknown>>;
  return {
    text: typeof kept.text === 'string' ? kept.text : DEFAULT_VIEW.text,
    filter: isFilter(kept.filter) ? kept.filter : DEFAULT_VIEW.filter,
    sort: isSort(kept.sort) ? kept.sort : DEFAULT_VIEW.sort
  };
}

function fits(verdict: Verdict, filter: NotebookFilter): boolean {
  return (
    filter === 'all' ||
    (filter === 'not-fresh' ? verdict !== 'fresh' : verdict === filter)
  );
}

const byPath = (a: NotebookLine, b: NotebookLine): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : 0;

const ORDER: Record<
  NotebookSort,
  (a: NotebookLine, b: NotebookLine) => number
> = {
  path: byPath,
  verdict: (a, b) => URGENCY[a.verdict] - URGENCY[b.verdict],
  // The slowest and the newest first; what was never executed last.
  seconds: (a, b) => (b.seconds ?? -1) - (a.seconds ?? -1),
  created: (a, b) => (b.created ?? -1) - (a.created ?? -1)
};

function isFilter(value: unknown): value is NotebookFilter {
  return (
    value === 'all' ||
    value === 'not-fresh' ||
    (typeof value === 'string' && value in URGENCY)
  );
}

function isSort(value: unknown): value is NotebookSort {
  return typeof value === 'string' && value in ORDER;
}
