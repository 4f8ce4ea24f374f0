import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IOutput } from '@jupyterlab/nbformat';
import { bundleOf } from '../diff/outputs';
import type { IOutputPair } from '../diff/outputs';

const SVG = 'image/svg+xml';

/** Texts in which differing words and numbers can be marked. */
const MARKED = new Set([
  'application/vnd.jupyter.stderr',
  'application/vnd.jupyter.stdout',
  'text/html',
  'text/plain'
]);

/** Whether differing parts of a form are marked in its text. */
export function isMarked(mime: string): boolean {
  return MARKED.has(mime);
}

/** Texts of which a part can be shown alone. */
export function isPlainText(mime: string): boolean {
  return isMarked(mime) && mime !== 'text/html';
}

/** Whether a form is shown as a picture. */
export function isImage(mime: string): boolean {
  return mime.startsWith('image/');
}

/**
 * In which form outputs that stand beside each other are shown: the richest of those that changed.
 *
 * Nothing is chosen that could run scripts; SVG is a picture, in which none run.
 *
 * @returns Null when none can be shown.
 */
export function mimeOf(
  pair: IOutputPair,
  rendermime: IRenderMimeRegistry
): string | null {
  const ranked = rankedMimes(rendermime);
  const known = ranked.filter(mime => pair.mimes.some(m => m.mime === mime));
  const isOne = (change: string) => (mime: string) =>
    pair.mimes.some(m => m.mime === mime && m.change === change);
  return known.find(isOne('changed')) ?? known[0] ?? null;
}

/** The address of a picture that needs no server and runs no scripts. */
export function imageUrl(mime: string, value: unknown): string | null {
  if (typeof value !== 'string') {
    return null;
  }
  return mime === SVG
    ? `data:${SVG};charset=utf-8,${encodeURIComponent(value)}`
    : `data:${mime};base64,${value.includes('\n') ? value.replaceAll('\n', '') : value}`;
}

/** An output's content in one form; undefined when it has not that form. */
export function valueIn(output: IOutput | null, mime: string): unknown {
  return output ? bundleOf(output)[mime] : undefined;
}

function rankedMimes(rendermime: IRenderMimeRegistry): string[] {
  return rendermime.mimeTypes.filter(
    mime => mime === SVG || rendermime.getFactory(mime)?.safe === true
  );
}
