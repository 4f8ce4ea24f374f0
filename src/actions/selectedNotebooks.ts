import { CacheError } from '../contract';
import type { ICacheClient, NotebookLine, NotebookList } from '../contract';

/** What is selected in a file browser. */
export interface ISelection {
  /** Its path, without a drive's prefix. */
  readonly path: string;

  /** Whether it is a folder, a notebook, or a text that may be a notebook. */
  readonly kind: 'folder' | 'notebook' | 'text';
}

/** The notebooks that a selection stands for, each of them once. */
export interface ISelectedNotebooks {
  /** Paths of those that were selected themselves. */
  readonly named: readonly string[];

  /** Those below selected folders. */
  readonly below: readonly NotebookLine[];

  /** How many more there are below them than the server lists. */
  readonly unlisted: number;
}

/**
 * Find the notebooks that a selection stands for; what is none is passed over.
 *
 * @param selection - What is selected.
 * @param client - Knows what is below folders, and which text is a notebook.
 * @returns The notebooks. Rejects when a folder cannot be looked through.
 */
export async function selectedNotebooks(
  selection: readonly ISelection[],
  client: Pick<ICacheClient, 'notebooks'>
): Promise<ISelectedNotebooks> {
  const named = new Set<string>();
  const below = new Map<string, NotebookLine>();
  let unlisted = 0;
  for (const { kind, path } of selection) {
    if (kind === 'notebook') {
      named.add(path);
    } else if (kind === 'text') {
      const list = await client.notebooks(path).catch(noneIfRefused);
      list?.notebooks.forEach(line => named.add(line.path));
    } else {
      const list = await client.notebooks(path);
      list.notebooks.forEach(line => below.set(line.path, line));
      unlisted += list.total - list.notebooks.length;
    }
  }
  return {
    named: [...named],
    below: [...below.values()].filter(({ path }) => !named.has(path)),
    unlisted
  };
}

/** The server refuses to list a text that is no notebook. */
function noneIfRefused(reason: unknown): NotebookList | null {
  if (reason instanceof CacheError && reason.status === 400) {
    return null;
  }
  throw reason;
}
