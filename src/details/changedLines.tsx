import * as React from 'react';

/** What is shown. */
export interface IChangedLinesProps {
  /** The lines, each with `-` or `+` before it; a server of an older version tells none. */
  readonly changes: readonly string[] | undefined;
}

/** Lines or names that went and came. */
export function ChangedLines({
  changes
}: IChangedLinesProps): JSX.Element | null {
  if (!changes?.length) {
    return null;
  }
  return (
    <pre className="jp-NotebookCache-lines">
      {changes.map((line, index) => (
        <span key={index} data-change={line.charAt(0)}>
          {`${line}\n`}
        </span>
      ))}
    </pre>
  );
}
