import * as React from 'react';
import { rowAfter } from './rowKeys';

/** Rows beyond the edges that are drawn as well, so that quick scrolling shows no gaps. */
const MARGIN_ROWS = 8;

/** What a list draws. */
export interface IWindowedListProps {
  /** How many rows there are. */
  readonly count: number;

  /** Height of each row in pixels. */
  readonly rowHeight: number;

  /** What the list is called. */
  readonly label: string;

  /** Identifies a row while others come and go. */
  readonly keyOf: (index: number) => string;

  /** Draws what stands in a row; controls of other rows than the keyboard's are no tab stops. */
  readonly render: (index: number, tabIndex: 0 | -1) => React.ReactNode;

  /** Told which rows are drawn, the end excluded. */
  readonly onShow?: (first: number, end: number) => void;
}

/**
 * A list of rows of one height, of which only those are in the page that can be seen. One row is a tab
 * stop, and with it its controls; arrow keys, Page Up and Down, Home and End go to others.
 */
export function WindowedList(props: IWindowedListProps): JSX.Element {
  const { count, rowHeight, label, keyOf, render, onShow } = props;
  const node = React.useRef<HTMLDivElement>(null);
  const shown = useShown(node);
  const last = Math.max(0, count - 1);
  const [chosen, setChosen] = React.useState(0);
  const current = Math.min(chosen, last);
  const first = Math.max(0, Math.floor(shown.top / rowHeight) - MARGIN_ROWS);
  const rows = Math.ceil(shown.height / rowHeight) + 2 * MARGIN_ROWS;
  const end = Math.min(count, first + rows);
  const indices = indicesOf(first, end, count > 0 ? current : null);
  const focus = useFocus(node, current);
  React.useEffect(() => onShow?.(first, end), [onShow, first, end]);
  const go = (event: React.KeyboardEvent): void => {
    const list = node.current;
    const page = Math.max(1, Math.floor(shown.height / rowHeight) - 1);
    const next = rowAfter(event.key, current, last, page);
    const isPlain = !event.altKey && !event.ctrlKey && !event.metaKey;
    if (list && next !== null && isPlain) {
      event.preventDefault();
      event.stopPropagation();
      setChosen(next);
      focus.take();
      reveal(list, next * rowHeight, rowHeight);
    }
  };
  return (
    <div className="jp-NotebookCache-windowed" ref={node}>
      <ul
        aria-label={label}
        style={{ height: count * rowHeight }}
        onKeyDown={go}
        onBlur={focus.onBlur}
      >
        {indices.map(index => (
          <li
            key={keyOf(index)}
            aria-setsize={count}
            aria-posinset={index + 1}
            data-row={index}
            tabIndex={index === current ? 0 : -1}
            style={{ height: rowHeight, top: index * rowHeight }}
            onFocus={() => {
              setChosen(index);
              focus.onFocus();
            }}
          >
            {render(index, index === current ? 0 : -1)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The rows to draw: those in sight, and the one that the keyboard is at. */
function indicesOf(
  first: number,
  end: number,
  current: number | null
): number[] {
  const indices = Array.from(
    { length: Math.max(0, end - first) },
    (_, offset) => first + offset
  );
  if (current !== null && current < first) {
    return [current, ...indices];
  }
  return current !== null && current >= end ? [...indices, current] : indices;
}

/** Which part of the list can be seen, in pixels. */
function useShown(node: React.RefObject<HTMLDivElement>): {
  readonly top: number;
  readonly height: number;
} {
  const [shown, setShown] = React.useState({ top: 0, height: 0 });
  React.useLayoutEffect(() => {
    const list = node.current;
    if (!list) {
      return undefined;
    }
    const measure = (): void =>
      setShown({ top: list.scrollTop, height: list.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(list);
    list.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      list.removeEventListener('scroll', measure);
    };
  }, [node]);
  return shown;
}

/** Keeps the focus in the list: a row that is gone leaves it to the one that took its place. */
function useFocus(
  node: React.RefObject<HTMLDivElement>,
  current: number
): {
  readonly take: () => void;
  readonly onFocus: () => void;
  readonly onBlur: (event: React.FocusEvent) => void;
} {
  const isHere = React.useRef(false);
  const isWanted = React.useRef(false);
  React.useLayoutEffect(() => {
    const isLost = isHere.current && document.activeElement === document.body;
    if (isWanted.current || isLost) {
      isWanted.current = false;
      node.current
        ?.querySelector<HTMLElement>(`[data-row="${current}"]`)
        ?.focus({ preventScroll: true });
    }
  });
  return {
    take: () => {
      isWanted.current = true;
    },
    onFocus: () => {
      isHere.current = true;
    },
    onBlur: event => {
      // A row that is taken away gives the focus to nobody, and is not in the page any more.
      isHere.current =
        event.relatedTarget === null && !event.target.isConnected;
    }
  };
}

function reveal(list: HTMLElement, top: number, height: number): void {
  if (top < list.scrollTop) {
    list.scrollTop = top;
  } else if (top + height > list.scrollTop + list.clientHeight) {
    list.scrollTop = top + height - list.clientHeight;
  }
}
