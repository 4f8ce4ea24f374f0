import type { TranslationBundle } from '@jupyterlab/translation';
import type { EntryArtefact, Status } from '../contract';
import { size } from './time';

const UNIT = 1000;

/** So many files are named in a sentence. */
const MOST_NAMED = 3;

/** What became of a file; null where nothing did. */
export function presenceText(
  state: EntryArtefact['state'],
  trans: TranslationBundle
): string | null {
  switch (state) {
    case 'missing':
      return trans.__('gone');
    case 'changed':
      return trans.__('changed since');
    case 'present':
    case 'unknown':
      return null;
  }
}

/** That files of an execution are not as it left them; null when there is nothing to say. */
export function artefactsText(
  artefacts: Status['artefacts'],
  trans: TranslationBundle
): string | null {
  if (artefacts.length === 0) {
    return null;
  }
  const names = artefacts.slice(0, MOST_NAMED).map(({ path }) => path);
  const rest = artefacts.length - names.length;
  if (rest > 0) {
    names.push(trans._n('and %1 more file', 'and %1 more files', rest));
  }
  return trans._n(
    'A file that the execution wrote is gone, changed or not stored: %2',
    '%1 files that the execution wrote are gone, changed or not stored: %2',
    artefacts.length,
    names.join(', ')
  );
}

/** Why the content of a file was not stored. */
export function leftOutText(
  cause: EntryArtefact['left_out'],
  trans: TranslationBundle
): string {
  switch (cause) {
    case 'too-large':
      return trans.__('not stored: too large');
    case 'too-much':
      return trans.__('not stored: too much in all');
    case 'too-many':
      return trans.__('not stored: too many files');
    case 'ignored':
      return trans.__('not stored: ignored');
    case 'secret':
      return trans.__('not stored: may be a secret');
    case 'outside':
      return trans.__('not stored: outside the project');
    case 'not-writable':
      return trans.__('not stored: a name that is never written');
    case 'changed':
      return trans.__('not stored: it was changed meanwhile');
    case 'unreadable':
      return trans.__('not stored: it could not be read');
    case null:
      return trans.__('not stored');
  }
}

/** Bytes as a person reads them: `12 bytes`, `3.4 kB`, `120 MB`. */
export function sizeText(bytes: number, trans: TranslationBundle): string {
  if (bytes < UNIT) {
    return trans._n('%1 byte', '%1 bytes', bytes);
  }
  return size(bytes, trans);
}
