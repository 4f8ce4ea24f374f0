import { ReactWidget } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import * as React from 'react';
import { turn } from '../../__tests__/support';
import { WindowedList } from '../windowedList';

const ROW = 10;
const HEIGHT = 100;

// The browser's own, which this environment does not have.
window.ResizeObserver = class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

/** A list whose rows can change. */
class TestList extends ReactWidget {
  ids = Array.from({ length: 1000 }, (_, index) => `${index}`);
  shown: [number, number] = [0, 0];

  protected override render(): JSX.Element {
    return (
      <WindowedList
        count={this.ids.length}
        rowHeight={ROW}
        label="Rows"
        keyOf={index => this.ids[index] ?? ''}
        onShow={this._onShow}
        render={(index, tabIndex) => (
          <button type="button" tabIndex={tabIndex}>
            {this.ids[index]}
          </button>
        )}
      />
    );
  }

  private readonly _onShow = (first: number, end: number): void => {
    this.shown = [first, end];
  };
}

describe('WindowedList', () => {
  let list: TestList;

  beforeEach(async () => {
    // There is no layout here.
    Object.defineProperty(HTMLElement.prototype, 'clientHeight', {
      configurable: true,
      get: () => HEIGHT
    });
    list = new TestList();
    Widget.attach(list, document.body);
    await list.renderPromise;
    await turn();
  });

  afterEach(() => {
    list.dispose();
    Reflect.deleteProperty(HTMLElement.prototype, 'clientHeight');
  });

  const rows = (): HTMLElement[] => [...list.node.querySelectorAll('li')];
  const stops = (): string[] =>
    [...list.node.querySelectorAll<HTMLElement>('[tabindex="0"]')].map(
      node => `${node.tagName} ${node.textContent ?? ''}`
    );
  const press = async (key: string, init: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent('keydown', {
      key,
      bubbles: true,
      cancelable: true,
      ...init
    });
    document.activeElement?.dispatchEvent(event);
    await turn();
    return event.defaultPrevented;
  };
  const focused = (): string => document.activeElement?.textContent ?? '';

  it('draws what can be seen, tells of it, and has one tab stop', () => {
    expect(rows().length).toBeLessThan(40);
    expect(list.shown).toEqual([0, rows().length]);
    expect(rows()[0]?.getAttribute('aria-setsize')).toBe('1000');
    expect(rows()[0]?.getAttribute('aria-posinset')).toBe('1');
    expect(stops()).toEqual(['LI 0', 'BUTTON 0']);
  });

  it('is walked with the keyboard, to rows that were not there', async () => {
    rows()[0]?.focus();
    for (const [key, row] of [
      ['ArrowDown', '1'],
      ['ArrowUp', '0'],
      ['ArrowUp', '0'],
      ['PageDown', '9'],
      ['PageUp', '0'],
      ['End', '999'],
      ['ArrowDown', '999'],
      ['Home', '0']
    ] as const) {
      expect(await press(key)).toBe(true);
      expect(focused()).toBe(row);
      expect(stops()).toEqual([`LI ${row}`, `BUTTON ${row}`]);
    }
    expect(await press('a')).toBe(false);
    expect(await press('ArrowDown', { ctrlKey: true })).toBe(false);
    expect(focused()).toBe('0');
  });

  it('goes on from a control of a row', async () => {
    list.node.querySelectorAll('button')[3]?.focus();
    await turn();
    expect(stops()).toEqual(['LI 3', 'BUTTON 3']);
    await press('ArrowDown');
    expect(focused()).toBe('4');
  });

  it('keeps the row of the keyboard when it is scrolled away', async () => {
    rows()[2]?.focus();
    const scroller = list.node.querySelector('.jp-NotebookCache-windowed');
    scroller!.scrollTop = 5000;
    scroller!.dispatchEvent(new Event('scroll'));
    await turn();
    expect(focused()).toBe('2');
    await press('ArrowDown');
    expect(focused()).toBe('3');
    expect(scroller!.scrollTop).toBe(30);
  });

  it('gives the focus of a row that is gone to the one in its place', async () => {
    list.node.querySelectorAll('button')[5]?.focus();
    list.ids = list.ids.filter(id => id !== '5');
    list.update();
    await turn(20);
    expect(focused()).toBe('6');
    list.ids = ['0', '1'];
    list.update();
    await turn(20);
    expect(focused()).toBe('1');
  });

  it('takes the focus from nobody', async () => {
    rows()[1]?.focus();
    (document.activeElement as HTMLElement).blur();
    list.ids = list.ids.slice(1);
    list.update();
    await turn(20);
    expect(document.activeElement).toBe(document.body);
  });
});
