import type { INotebookModel } from '@jupyterlab/notebook';
import { UUID } from '@lumino/coreutils';
import type { ICacheClient } from '../contract';

/** Short, lest outputs that came and were cleared by a person are put in once more. */
const LOOK_MS = 100;

/** Nobody waits longer than this, whatever the server says. */
const LONGEST_MS = 15_000;

/** What this page is called. */
const PAGE = UUID.uuid4();

/**
 * Put outputs into a document so that pages that share it and want the same at once do not all do it.
 *
 * What two pages insert at the same time is both there afterwards, so outputs would be doubled. Who has
 * to wait sees then what the other one did, and finds nothing left to do.
 *
 * @param model - The document; nothing is waited for unless people share it.
 * @param path - Where it is saved.
 * @param client - The server, which decides whose turn it is.
 * @param isDone - Whether nothing is left to do.
 * @param change - What is done, at once and as a whole.
 * @returns What `change` returns; 0 when another page did it.
 */
export async function inTurn(
  model: Pick<INotebookModel, 'collaborative'>,
  path: string,
  client: Pick<ICacheClient, 'takeTurn'>,
  isDone: () => boolean,
  change: () => number
): Promise<number> {
  const end = Date.now() + LONGEST_MS;
  while (
    model.collaborative &&
    !(await client.takeTurn(path, PAGE)) &&
    Date.now() < end
  ) {
    await new Promise(resolve => setTimeout(resolve, LOOK_MS));
    if (isDone()) {
      return 0;
    }
  }
  return change();
}
