import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { SHORT_MS } from '../actions/shortMessage';
import { messageOf } from '../contract';
import type { Collection, ICacheClient } from '../contract';
import { ago, size } from '../details/time';
import { usedText } from '../details/words';
import {
  DEFAULT_LIMITS,
  collectionOf,
  wrongLimit
} from '../models/cleanUpLimits';
import type { CleanUpLimits } from '../models/cleanUpLimits';
import { CleanUpForm } from './cleanUpForm';

/** So many entries that go are named. */
const MOST_LISTED = 200;

/** What is cleaned up, and how. */
export interface ICleanUpOptions {
  readonly client: Pick<ICacheClient, 'collect'>;

  /** The project whose store is meant. */
  readonly project: string;

  /** What the project is called. */
  readonly name: string;

  readonly trans: TranslationBundle;
}

/**
 * Make room in a store: a person sets limits, sees what goes, and then it goes. Tells what became of it, and
 * never rejects.
 *
 * @param options - What is cleaned up.
 * @param first - The limits that the person finds.
 * @returns Whether something was removed.
 */
export async function cleanUp(
  options: ICleanUpOptions,
  first = DEFAULT_LIMITS
): Promise<boolean> {
  const { client, project, trans } = options;
  let limits = first;
  try {
    for (;;) {
      const wanted = await askForLimits(limits, options);
      if (!wanted) {
        return false;
      }
      limits = wanted;
      const preview = await client.collect(collectionOf(project, limits, true));
      const answer = await show(preview, options);
      if (answer === 'remove') {
        const done = await client.collect(collectionOf(project, limits, false));
        Notification.success(doneText(done, trans), { autoClose: SHORT_MS });
        return true;
      }
      if (answer === 'cancel') {
        return false;
      }
    }
  } catch (reason) {
    const again = trans.__('Clean Up Again…');
    Notification.error(
      trans.__('The cache was not cleaned up: %1', messageOf(reason)),
      {
        autoClose: false,
        actions: [
          { label: again, callback: () => void cleanUp(options, limits) }
        ]
      }
    );
    return false;
  }
}

/** Ask until all limits make sense; null when the person does not want to go on. */
async function askForLimits(
  limits: CleanUpLimits,
  { name, trans }: ICleanUpOptions
): Promise<CleanUpLimits | null> {
  let current = limits;
  do {
    const answer = await showDialog({
      title: trans.__('Clean up the cache of %1', name),
      body: new CleanUpForm(current, trans),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Cancel') }),
        Dialog.okButton({ label: trans.__('Show What Goes') })
      ]
    });
    if (!answer.button.accept || !answer.value) {
      return null;
    }
    current = answer.value;
  } while (wrongLimit(current) !== null);
  return current;
}

async function show(
  preview: Collection,
  { trans }: ICleanUpOptions
): Promise<'remove' | 'back' | 'cancel'> {
  const back = Dialog.createButton({
    label: trans.__('Back'),
    actions: ['back']
  });
  const isSome = preview.total > 0 || preview.orphan_blobs > 0;
  const remove = Dialog.warnButton({
    label: preview.total
      ? trans._n('Remove %1 Entry', 'Remove %1 Entries', preview.total)
      : trans.__('Remove')
  });
  const answer = await showDialog({
    title: isSome
      ? trans.__('What goes')
      : trans.__('There is nothing to remove'),
    body: ReactWidget.create(<Preview preview={preview} trans={trans} />),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      back,
      ...(isSome ? [remove] : [])
    ],
    // What cannot be undone is not what a hasty Enter does.
    defaultButton: 0
  });
  if (answer.button.actions.includes('back')) {
    return 'back';
  }
  return answer.button.accept && isSome ? 'remove' : 'cancel';
}

interface IPreviewProps {
  readonly preview: Collection;
  readonly trans: TranslationBundle;
}

function Preview({ preview, trans }: IPreviewProps): JSX.Element {
  const { removed, total } = preview;
  const listed = removed.slice(0, MOST_LISTED);
  return (
    <div className="jp-NotebookCache-preview">
      <p>{sumText(preview, trans)}</p>
      {listed.length > 0 && (
        <ul
          // A list that scrolls has to be within reach of the keyboard.
          tabIndex={0}
          aria-label={trans.__('Entries that go')}
        >
          {listed.map(entry => (
            <li key={entry.id}>
              <span>{entry.path}</span>
              <span className="jp-NotebookCache-rowDetail">
                {[
                  trans.__('made %1', ago(entry.created, trans)),
                  usedText(entry, trans),
                  size(entry.bytes, trans)
                ].join(trans.__(', '))}
              </span>
            </li>
          ))}
        </ul>
      )}
      {total > listed.length && (
        <p>{trans._n('And %1 more.', 'And %1 more.', total - listed.length)}</p>
      )}
    </div>
  );
}

function sumText(preview: Collection, trans: TranslationBundle): string {
  return [
    trans._n(
      '%1 entry goes and frees %2.',
      '%1 entries go and free %2.',
      preview.total,
      size(preview.freed_bytes, trans)
    ),
    preview.orphan_blobs > 0
      ? trans._n(
          'So does %1 file that no entry names.',
          'So do %1 files that no entry names.',
          preview.orphan_blobs
        )
      : '',
    waitingText(preview, trans),
    preview.kept_entries > 0
      ? trans._n(
          '%1 entry with %2 stays.',
          '%1 entries with %2 stay.',
          preview.kept_entries,
          size(preview.kept_bytes, trans)
        )
      : trans.__('No entry stays.')
  ]
    .filter(Boolean)
    .join(' ');
}

function doneText(done: Collection, trans: TranslationBundle): string {
  const text = trans._n(
    '%1 entry is removed, %2 are freed.',
    '%1 entries are removed, %2 are freed.',
    done.total,
    size(done.freed_bytes, trans)
  );
  return [text, waitingText(done, trans)].filter(Boolean).join(' ');
}

function waitingText(
  { waiting_bytes: bytes }: Collection,
  trans: TranslationBundle
): string {
  return bytes > 0
    ? trans.__(
        'Another %1 can go in an hour: it is too new to be sure that nobody needs it.',
        size(bytes, trans)
      )
    : '';
}
