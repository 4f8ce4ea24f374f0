import type { TranslationBundle } from '@jupyterlab/translation';
import type { Sentence } from '../contract';

/**
 * A sentence of the server in the person's language.
 *
 * @param sentence - What the server says; also a reason is one.
 * @param trans - Knows the sentences of the server as well: they are in the same template.
 */
export function sentenceText(
  { text, values }: Pick<Sentence, 'text' | 'values'>,
  trans: TranslationBundle
): string {
  // The server's sentences are extracted where they are written.
  // eslint-disable-next-line jupyter/no-dynamic-translation
  return trans.gettext(text, ...values);
}
