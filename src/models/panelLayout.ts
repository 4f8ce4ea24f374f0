/** How the sections of the panel stand. */
export interface IPanelLayout {
  /** Whether each section is folded, by its name. */
  readonly folded: Readonly<Record<string, boolean>>;

  /** The share of the height that each section had when it was last unfolded, by its name. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** How they stand before a person moves them: *Cache* is folded, since it is for now and then. */
export const DEFAULT_LAYOUT: IPanelLayout = {
  folded: { cache: true },
  sizes: { notebook: 3, notebooks: 2, jobs: 1, cache: 4 }
};

/** A layout as it was kept, whatever became of it meanwhile. */
export function layoutFrom(value: unknown): IPanelLayout {
  const kept = fieldsOf(value);
  return {
    folded: {
      ...DEFAULT_LAYOUT.folded,
      ...those(kept.folded, item => typeof item === 'boolean')
    },
    sizes: { ...DEFAULT_LAYOUT.sizes, ...those(kept.sizes, isShare) }
  };
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function those<T>(
  value: unknown,
  check: (item: unknown) => item is T
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(fieldsOf(value)).filter((pair): pair is [string, T] =>
      check(pair[1])
    )
  );
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
