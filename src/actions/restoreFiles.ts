import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type {
  ICacheClient,
  RestorationRequest,
  RestoredFile
} from '../contract';
import { SHORT_MS } from './shortMessage';

/** So many files are named in a question or a message. */
const MOST_NAMED = 10;

/**
 * Write the files of an execution to disk again, ask before anything is overwritten or taken from
 * somebody else, and tell what came of it.
 *
 * @param client - The server.
 * @param request - Whose files.
 * @param trans - For the words.
 */
export async function restoreFiles(
  client: Pick<ICacheClient, 'restoreArtefacts'>,
  request: RestorationRequest,
  trans: TranslationBundle
): Promise<void> {
  let wish = request;
  let files = await client.restoreArtefacts(wish);
  let restored = writtenOf(files);
  const ask = async (
    result: RestoredFile['result'],
    title: string,
    label: string,
    yes: Partial<RestorationRequest>
  ): Promise<void> => {
    const concerned = files.filter(file => file.result === result);
    if (
      concerned.length > 0 &&
      (await isWanted(title, namesOf(concerned, trans), label, trans))
    ) {
      wish = { ...wish, ...yes };
      files = await client.restoreArtefacts(wish);
      restored += writtenOf(files);
    }
  };
  await ask(
    'untrusted',
    trans.__(
      'These files come from an entry that was not made here. Write them all the same?'
    ),
    trans.__('Write Files'),
    { accept_untrusted: true }
  );
  await ask(
    'differs',
    trans.__('These files have another content now. Overwrite them?'),
    trans.__('Overwrite'),
    { overwrite: true }
  );
  tell(files, restored, trans);
}

function writtenOf(files: readonly RestoredFile[]): number {
  return files.filter(
    ({ result }) => result === 'restored' || result === 'overwritten'
  ).length;
}

function namesOf(
  files: readonly RestoredFile[],
  trans: TranslationBundle
): string {
  const names = files.slice(0, MOST_NAMED).map(({ path }) => path);
  const rest = files.length - names.length;
  if (rest > 0) {
    names.push(trans._n('and %1 more file', 'and %1 more files', rest));
  }
  return names.join(', ');
}

async function isWanted(
  title: string,
  body: string,
  label: string,
  trans: TranslationBundle
): Promise<boolean> {
  const answer = await showDialog({
    title,
    body,
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.warnButton({ label })
    ],
    // What cannot be undone is not what a hasty Enter does.
    defaultButton: 0
  });
  return answer.button.accept;
}

function tell(
  files: readonly RestoredFile[],
  restored: number,
  trans: TranslationBundle
): void {
  const failed = files.filter(({ result }) =>
    ['failed', 'refused', 'not-stored'].includes(result)
  );
  if (failed.length > 0) {
    const causes = failed
      .slice(0, MOST_NAMED)
      .map(({ path, message }) => `${path}: ${message}`);
    Notification.warning(
      [
        trans._n(
          '%1 file could not be restored.',
          '%1 files could not be restored.',
          failed.length
        ),
        ...causes
      ].join(' '),
      { autoClose: false }
    );
  }
  if (restored > 0) {
    Notification.success(
      trans._n('%1 file is restored.', '%1 files are restored.', restored),
      { autoClose: SHORT_MS }
    );
  } else if (files.every(({ result }) => result === 'same')) {
    Notification.info(trans.__('All files are there already.'), {
      autoClose: SHORT_MS
    });
  }
}
