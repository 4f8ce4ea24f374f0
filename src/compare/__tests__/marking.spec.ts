import { nullTranslator } from '@jupyterlab/translation';
import { markDifferences } from '../marking';

const trans = nullTranslator.load('jupyterlab_cache');

/** Markup of the side after, with what differs from the side before marked. */
function marked(before: string, after: string): string {
  const [left, right] = [before, after].map(html => {
    const node = document.createElement('div');
    node.innerHTML = html;
    return node;
  });
  if (!left || !right) {
    return '';
  }
  const text = right.textContent;
  markDifferences(left, right, trans);
  expect(right.textContent).toBe(text);
  return right.innerHTML
    .replaceAll(/<mark class="jp-NotebookCache-mark-change[^"]*"/g, '<mark')
    .replaceAll(/ title="[^"]*"/g, '');
}

describe('markDifferences', () => {
  it('marks parts of one text', () => {
    expect(marked('<pre>a red b</pre>', '<pre>a blue b</pre>')).toBe(
      '<pre>a <mark>blue</mark> b</pre>'
    );
    expect(marked('x 1 y 2', 'x 3 y 4')).toBe(
      'x <mark>3</mark> y <mark>4</mark>'
    );
  });

  it('marks across elements', () => {
    expect(
      marked('<pre>loss</pre>', '<pre>loss <b>ne</b>w<i>er</i> end</pre>')
    ).toBe(
      '<pre>loss<mark> </mark><b><mark>ne</mark></b><mark>w</mark><i><mark>er</mark></i><mark> end</mark></pre>'
    );
  });

  it('leaves the white space between rows of a table alone', () => {
    const table = (rows: string) => `<table><tbody>\n${rows}\n</tbody></table>`;
    expect(
      marked(
        table('<tr><td>1</td></tr>'),
        table('<tr><td>1</td></tr>\n<tr><td>2</td></tr>')
      )
    ).toBe(table('<tr><td>1</td></tr>\n<tr><td><mark>2</mark></td></tr>'));
  });

  it('takes neighbouring cells of a table for what they are', () => {
    const row = (size: string) =>
      `<table><tbody><tr><td>size</td><td>${size}</td></tr></tbody></table>`;
    expect(marked(row('12'), row('24'))).toBe(row('<mark>24</mark>'));
  });

  it('says by how much a number changed', () => {
    const left = document.createElement('div');
    const right = document.createElement('div');
    left.textContent = 'loss 0.25';
    right.textContent = 'loss 0.5';
    markDifferences(left, right, trans);
    for (const node of [left, right]) {
      expect(node.querySelector('mark')?.title).toBe('0.25 → 0.5 (+100 %)');
    }
  });

  it('marks nothing where nothing differs', () => {
    expect(marked('<b>same</b>', '<b>same</b>')).toBe('<b>same</b>');
  });
});
