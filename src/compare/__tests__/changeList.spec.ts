import { CodeMirrorEditorFactory } from '@jupyterlab/codemirror';
import {
  RenderMimeRegistry,
  standardRendererFactories
} from '@jupyterlab/rendermime';
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { stream, turn } from '../../__tests__/support';
import { cell, display, side } from '../../diff/__tests__/cells';
import { diffNotebooks } from '../../diff/notebooks';
import type { ISideCell } from '../../diff/sides';
import { ChangeList } from '../changeList';

describe('ChangeList', () => {
  let list: ChangeList;

  beforeEach(() => {
    // jsdom has no layout, so nothing can be scrolled to.
    Element.prototype.scrollIntoView = jest.fn();
    // Nor does anything come into view: all is drawn at once, as in browsers that cannot tell.
    Object.defineProperty(window, 'IntersectionObserver', {
      configurable: true,
      value: undefined
    });
    list = new ChangeList({
      factory: new CodeMirrorEditorFactory().newInlineEditor,
      rendermime: new RenderMimeRegistry({
        initialFactories: standardRendererFactories
      }),
      trans: nullTranslator.load('jupyterlab_cache'),
      translator: nullTranslator
    });
    Widget.attach(list, document.body);
  });

  afterEach(() => list.dispose());

  const show = (before: ISideCell[], after: ISideCell[]) =>
    list.showRows(diffNotebooks(side(...before), side(...after)).rows, null);
  const buttons = () =>
    Array.from(list.node.querySelectorAll('button'), button => ({
      text: button.textContent?.trim(),
      isOpen: button.getAttribute('aria-expanded') === 'true'
    }));
  const printed = (source: string, text: string) =>
    cell(source, { outputs: [stream(text)] });
  /** Wait until everything is drawn. */
  const drawn = async (count: number) => {
    for (let i = 0; i < 200; i++) {
      if (list.node.querySelectorAll('mark').length === count) {
        return;
      }
      await turn(10);
    }
  };

  it('opens what changed and folds the rest', () => {
    show(
      [cell('a'), cell('b'), printed('c', '1'), cell('d')],
      [cell('a'), cell('b'), printed('c', '2'), cell('d'), cell('e()')]
    );
    expect(buttons()).toEqual([
      { text: '2 unchanged cells', isOpen: false },
      { text: 'Cell 3 1 output changed', isOpen: true },
      { text: '1 unchanged cell', isOpen: false },
      { text: 'Cell 5 added', isOpen: true }
    ]);
    expect(list.total).toBe(2);
    list.node.querySelector('button')?.click();
    expect(buttons().slice(0, 2)).toEqual([
      { text: 'Cell 1 unchanged', isOpen: false },
      { text: 'Cell 2 unchanged', isOpen: false }
    ]);
  });

  it('goes from change to change, and stays at the ends', () => {
    show(
      [printed('a', '1'), printed('b', '1')],
      [printed('a', '2'), printed('b', '2')]
    );
    expect(list.position).toBe(0);
    list.go(1);
    expect(list.position).toBe(1);
    expect(document.activeElement?.textContent).toMatch(/^Cell 1 /);
    list.go(1);
    list.go(1);
    expect(list.position).toBe(2);
    list.isAllOpen = false;
    list.go(-5);
    expect(list.position).toBe(1);
    expect(buttons().map(({ isOpen }) => isOpen)).toEqual([true, false]);
  });

  it('draws both outputs, with the numbers that changed', async () => {
    show([printed('a', 'n 1\n')], [printed('a', 'n 2\n')]);
    await drawn(2);
    const marks = list.node.querySelectorAll('mark');
    expect(Array.from(marks, mark => mark.textContent)).toEqual(['1', '2']);
    expect(marks[1]?.title).toBe('1 → 2 (+100 %)');
  });

  it('runs no script and prefers what is safe', async () => {
    const harmful = (text: string) =>
      cell('a', {
        outputs: [
          display({
            'application/javascript': 'window.hasRun = true',
            'text/plain': text
          }),
          display({
            'text/html': `<b onclick="x()">${text}</b><script>window.hasRun = true</script>`
          })
        ]
      });
    show([harmful('one')], [harmful('two')]);
    await drawn(4);
    expect(list.node.querySelectorAll('mark')).toHaveLength(4);
    expect(list.node.querySelector('script')).toBeNull();
    expect(list.node.querySelector('[onclick]')).toBeNull();
    expect((window as { hasRun?: boolean }).hasRun).toBeUndefined();
  });
});
