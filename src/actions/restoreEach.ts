import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { messageOf } from '../contract';
import { isRestorable } from '../models/verdict';
import type { ICacheActions, INotebookCache } from '../tokens';
import { SHORT_MS } from './shortMessage';

/** So many notebooks are named of those that got nothing. */
const MOST_NAMED = 3;

/** What became of one notebook of many. */
export interface IRestored {
  /** The notebook. */
  readonly path: string;

  /** Why it got no outputs; null when it did. */
  readonly obstacle: string | null;
}

/**
 * Put cached outputs into many notebooks, one after the other.
 *
 * @param paths - Which; an open one gets them through its document, another one in its file.
 * @param cache - Knows which are open.
 * @param actions - For those that are open.
 * @returns What became of each; this rejects for none of them.
 */
export async function restoreEach(
  paths: readonly string[],
  cache: Pick<INotebookCache, 'client' | 'openAt' | 'statusOf'>,
  actions: Pick<ICacheActions, 'put'>
): Promise<IRestored[]> {
  const results: IRestored[] = [];
  for (const path of paths) {
    try {
      const open = cache.openAt(path);
      const obstacle = open
        ? await intoDocument(open, cache, actions)
        : await intoFile(path, cache);
      results.push({ path, obstacle });
    } catch (error) {
      results.push({ path, obstacle: messageOf(error) });
    }
  }
  return results;
}

/** Tell a person what became of many notebooks. */
export function tellRestored(
  results: readonly IRestored[],
  trans: TranslationBundle
): void {
  const failed = results.filter(({ obstacle }) => obstacle !== null);
  const count = results.length - failed.length;
  const done = trans._n(
    '%1 notebook has its cached outputs.',
    '%1 notebooks have their cached outputs.',
    count
  );
  if (failed.length === 0) {
    Notification.success(done, { autoClose: SHORT_MS });
    return;
  }
  const named = failed
    .slice(0, MOST_NAMED)
    .map(({ path, obstacle }) => `${path}: ${obstacle ?? ''}`);
  const more = failed.length - named.length;
  if (more > 0) {
    named.push(trans._n('and %1 more', 'and %1 more', more));
  }
  Notification.warning(
    `${done} ${trans.__('Not restored: %1', named.join('; '))}`,
    { autoClose: false }
  );
}

async function intoDocument(
  panel: NotebookPanel,
  cache: Pick<INotebookCache, 'statusOf'>,
  actions: Pick<ICacheActions, 'put'>
): Promise<string | null> {
  const status = await cache.statusOf(panel).refresh();
  if (!status || status.entry === null || !isRestorable(status.verdict)) {
    return status?.reasons[0]?.message ?? status?.verdict ?? '';
  }
  await actions.put(panel, status.entry, true);
  return null;
}

async function intoFile(
  path: string,
  { client }: Pick<INotebookCache, 'client'>
): Promise<string | null> {
  const done = await client.restoreDocument(path);
  return done.restored ? null : done.message;
}
