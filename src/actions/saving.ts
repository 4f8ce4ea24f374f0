import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { INotebookCache } from '../tokens';

const LOOK_MS = 200;

/** So long the server gets to save a document that people share: by default it does so after a second. */
const OWN_ACCORD_MS = 3000;

/** So long it may take until the file has what it was told to save. */
const LONGEST_MS = 10_000;

type Cache = Pick<INotebookCache, 'client' | 'statusOf'>;

/**
 * Save what the server is going to read; resolves when its code is in the file.
 *
 * A document that people share is saved by the server, which also writes what was told to it later.
 * Telling it to save in between makes JupyterLab ask a person what to do about a file that changed, so
 * that is left to the case that it does not save by itself. And its word that it has saved may come
 * before the last change has, so it is asked what code the file holds.
 *
 * @param panel - The open notebook.
 * @param cache - Knows what the document and the file hold.
 * @param trans - For what people are told.
 *
 * @throws An error for a person, when the file does not come to hold the document's code.
 */
export async function save(
  panel: NotebookPanel,
  cache: Cache,
  trans: TranslationBundle
): Promise<void> {
  const { context } = panel;
  await context.ready;
  const { model } = context;
  if (!model.collaborative) {
    if (model.dirty) {
      await context.save();
    }
    return;
  }
  const isSaved = () => isInFile(panel, cache);
  if (await comesTrue(() => !model.dirty && isSaved(), OWN_ACCORD_MS)) {
    return;
  }
  await context.save();
  if (!(await comesTrue(isSaved, LONGEST_MS))) {
    throw new Error(
      trans.__(
        'its present code is not saved yet. Try again when nobody types.'
      )
    );
  }
}

async function isInFile(panel: NotebookPanel, cache: Cache): Promise<boolean> {
  const model = cache.statusOf(panel);
  // Which kernel a document gets that names none is for the server to say.
  await (model.status ?? model.refresh());
  const [filed] = await cache.client.statuses([{ path: model.path }]);
  return filed?.code_key === model.codeKey();
}

async function comesTrue(
  condition: () => boolean | Promise<boolean>,
  milliseconds: number
): Promise<boolean> {
  const end = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > end) {
      return false;
    }
    await new Promise(resolve => setTimeout(resolve, LOOK_MS));
  }
  return true;
}
