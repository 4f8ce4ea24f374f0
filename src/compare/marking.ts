import type { TranslationBundle } from '@jupyterlab/translation';
import type { IMark } from '../diff/texts';
import { numberText } from './words';

/**
 * Mark parts of a text that is rendered already, be it coloured, linked or in a table.
 *
 * @param node - What was rendered.
 * @param marks - Which parts of its text content, in order.
 * @param trans - For the words that name changes of numbers.
 */
export function markText(
  node: HTMLElement,
  marks: readonly IMark[],
  trans: TranslationBundle
): void {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) {
    texts.push(walker.currentNode as Text);
  }
  let index = 0;
  let begin = 0;
  for (let text of texts) {
    const end = begin + text.length;
    let place = begin;
    for (let mark = marks[index]; mark; mark = marks[index]) {
      if (mark.from >= end) {
        break;
      }
      const from = Math.max(mark.from, place);
      const to = Math.min(mark.to, end);
      if (to > from) {
        const marked = from > place ? text.splitText(from - place) : text;
        text = to < end ? marked.splitText(to - from) : marked;
        wrap(marked, mark, trans);
        place = to;
      }
      if (mark.to > end) {
        break; // it goes on in the next text
      }
      index++;
      if (place >= end) {
        break;
      }
    }
    begin = end;
  }
}

function wrap(text: Text, mark: IMark, trans: TranslationBundle): void {
  // Between the rows of a table there may be nothing but white space.
  if (!text.data.trim() && isInTable(text)) {
    return;
  }
  const element = document.createElement('mark');
  element.className = 'jp-NotebookCache-mark-change';
  if (mark.number) {
    element.classList.add('jp-mod-number');
    element.title = numberText(mark.number, trans);
  }
  text.replaceWith(element);
  element.append(text);
}

function isInTable(text: Text): boolean {
  const name = text.parentElement?.tagName ?? '';
  return ['TABLE', 'TBODY', 'THEAD', 'TFOOT', 'TR'].includes(name);
}
