import * as React from 'react';

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

  /** Draws what stands in a row. */
  readonly render: (index: number) => React.ReactNode;
}

/** A list of rows of one height, of which only those are in the page that can be seen. */
export function WindowedList(props: IWindowedListProps): JSX.Element {
  const { count, rowHeight, label, keyOf, render } = props;
  const node = React.useRef<HTMLDivElement>(null);
  const [shown, setShown] = React.useState({ top: 0, height: 0 });
  React.useLayoutEffect(() => {
    const list = node.current;
    if (!list) {
      return;
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
  }, []);
  const first = Math.max(0, Math.floor(shown.top / rowHeight) - MARGIN_ROWS);
  const rows = Math.ceil(shown.height / rowHeight) + 2 * MARGIN_ROWS;
  const end = Math.min(count, first + rows);
  const indices = Array.from(
    { length: Math.max(0, end - first) },
    (_, offset) => first + offset
  );
  return (
    <div className="jp-NotebookCache-windowed" ref={node}>
      <ul aria-label={label} style={{ height: count * rowHeight }}>
        {indices.map(index => (
          <li
            key={keyOf(index)}
            aria-setsize={count}
            aria-posinset={index + 1}
            style={{ height: rowHeight, top: index * rowHeight }}
          >
            {render(index)}
          </li>
        ))}
      </ul>
    </div>
  );
}
