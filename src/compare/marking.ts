import type { TranslationBundle } from '@jupyterlab/translation';
import { diffTexts } from '../diff/texts';
import type { IMark } from '../diff/texts';
import { numberText } from './words';

/** Longer renderings are not marked. */
const MOST_CHARACTERS = 200_000;

/** What stands in one of these is not continued in the next. */
const BLOCKS = 'td, th, tr, li, p, pre, div, dd, dt, h1, h2, h3, h4, h5, h6';

/**
 * Mark in two renderings what the other has not, be they coloured, linked or tables.
 *
 * @param before - What was rendered of the side before.
 * @param after - The same of the side after.
 * @param trans - For the words that name changes of numbers.
 */
export function markDifferences(
  before: HTMLElement,
  after: HTMLElement,
  trans: TranslationBundle
): void {
  const left = new RenderedText(before);
  const right = new RenderedText(after);
  if (left.text.length + right.text.length <= MOST_CHARACTERS) {
    const found = diffTexts(left.text, right.text);
    left.mark(found.before, trans);
    right.mark(found.after, trans);
  }
}

/** The text of something that is rendered, each block on lines of its own. */
class RenderedText {
  constructor(node: HTMLElement) {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    const parts: string[] = [];
    let length = 0;
    let last: Element | null = null;
    while (walker.nextNode()) {
      const text = walker.currentNode as Text;
      const block = text.parentElement?.closest(BLOCKS) ?? null;
      if (block !== last && length > 0) {
        parts.push('\n');
        length++;
      }
      last = block;
      this._places.push({ text, from: length });
      parts.push(text.data);
      length += text.length;
    }
    this.text = parts.join('');
  }

  /** The text. */
  readonly text: string;

  /** Mark parts of it, which come in order. */
  mark(marks: readonly IMark[], trans: TranslationBundle): void {
    let first = 0;
    for (const { from, text } of this._places) {
      const end = from + text.length;
      while ((marks[first]?.to ?? Infinity) <= from) {
        first++;
      }
      // From the last to the first, so that the places of the others stay.
      let next = first;
      while ((marks[next]?.from ?? Infinity) < end) {
        next++;
      }
      for (const mark of marks.slice(first, next).reverse()) {
        wrap(
          text,
          Math.max(mark.from, from) - from,
          Math.min(mark.to, end) - from,
          mark,
          trans
        );
      }
    }
  }

  private readonly _places: { readonly text: Text; readonly from: number }[] =
    [];
}

function wrap(
  text: Text,
  from: number,
  to: number,
  mark: IMark,
  trans: TranslationBundle
): void {
  const part = text.data.slice(from, to);
  // Between the rows of a table there may be nothing but white space.
  if (!part || (!part.trim() && isInTable(text))) {
    return;
  }
  if (to < text.length) {
    text.splitText(to);
  }
  const marked = from > 0 ? text.splitText(from) : text;
  const element = document.createElement('mark');
  element.className = 'jp-NotebookCache-mark-change';
  if (mark.number) {
    element.classList.add('jp-mod-number');
    element.title = numberText(mark.number, trans);
  }
  marked.replaceWith(element);
  element.append(marked);
}

function isInTable(text: Text): boolean {
  const name = text.parentElement?.tagName ?? '';
  return ['TABLE', 'TBODY', 'THEAD', 'TFOOT', 'TR'].includes(name);
}
