import type { TranslationBundle } from '@jupyterlab/translation';
import { CacheError } from '../contract';
import type { ICacheClient } from '../contract';

/** The name of the parameter of an address that names an entry. */
export const PARAMETER = 'cache';

/** A whole identifier, or enough of its beginning. */
const ENTRY = /^[0-9a-f]{4,32}$/;
const WHOLE = 32;

/** So many entries are asked for at once. */
const PAGE = 1000;

/** Where JupyterLab and Notebook 7 have the path of a document in their addresses. */
const DOCUMENT =
  /^\/?(?:(?:lab|doc)(?:\/workspaces\/[^/]+)?\/tree|notebooks)\/(.+)$/;

/** What an address asks for. */
export interface IEntryLink {
  /** The notebook. */
  readonly path: string;

  /** The entry as the address names it; whoever wrote the address can have written anything. */
  readonly entry: string;

  /** The same address without it. */
  readonly rest: string;
}

/**
 * Read an address.
 *
 * @param location - The path below the server's base address, the query, and what follows it.
 * @returns What it asks for; null when it names no entry of a document.
 */
export function entryLinkOf(location: {
  readonly path?: string;
  readonly search?: string;
  readonly hash?: string;
}): IEntryLink | null {
  const { hash = '', path = '', search = '' } = location;
  const query = new URLSearchParams(search);
  const entry = query.get(PARAMETER);
  const document = decoded(DOCUMENT.exec(path)?.[1] ?? '');
  if (entry === null || !document) {
    return null;
  }
  query.delete(PARAMETER);
  const others = query.toString();
  return {
    path: document,
    entry: entry.trim().toLowerCase(),
    rest: path + (others && `?${others}`) + hash
  };
}

/**
 * Whether JupyterLab is about to route the same address again, without these parameters: what it is
 * asked for besides has to wait for that.
 */
export function isRoutedAgain(search: string): boolean {
  const query = new URLSearchParams(search);
  return query.has('reset') || query.has('clone');
}

/**
 * The address that opens a notebook and compares it with an entry.
 *
 * @param document - The address of the notebook.
 * @param entry - The entry.
 */
export function linkTo(document: string, entry: string): string {
  return `${document}?${PARAMETER}=${encodeURIComponent(entry)}`;
}

/**
 * Find the entry that a link names.
 *
 * @param link - The notebook, and an identifier or its beginning.
 * @param client - The server.
 * @param trans - For what is said when there is none.
 * @returns Its identifier. Rejects with a message for a person when it is malformed, unknown or ambiguous.
 */
export async function linkedEntry(
  link: Pick<IEntryLink, 'path' | 'entry'>,
  client: Pick<ICacheClient, 'entries' | 'entry'>,
  trans: TranslationBundle
): Promise<string> {
  const { entry, path } = link;
  if (!ENTRY.test(entry)) {
    throw new Error(
      trans.__(
        'What the link names is no entry of the cache: that is 4 to 32 of the characters 0–9 and a–f.'
      )
    );
  }
  const unknown = new Error(
    trans.__('The cache has no entry %1 for this notebook.', entry)
  );
  if (entry.length === WHOLE) {
    // A notebook that was renamed has entries under its former name, so its list is not all.
    return client.entry(entry, path).then(
      ({ id }) => id,
      (reason: unknown) => {
        throw reason instanceof CacheError && reason.status === 404
          ? unknown
          : reason;
      }
    );
  }
  const found = new Set<string>();
  for (let offset = 0, total = 1; offset < total; offset += PAGE) {
    const page = await client.entries(path, offset, PAGE);
    total = page.total;
    page.entries
      .filter(({ id }) => id.startsWith(entry))
      .forEach(({ id }) => found.add(id));
  }
  const [first, ...others] = found;
  if (first === undefined) {
    throw unknown;
  }
  if (others.length > 0) {
    throw new Error(
      trans.__(
        'Several entries of this notebook begin with %1: the link has to name more of it.',
        entry
      )
    );
  }
  return first;
}

/** A path as it is written in an address; empty when that is malformed. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
