import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { revealCell } from './revealCell';

/** Where words lead, and which. */
export interface ICellLinkProps {
  /** Ordinal of the code cell; without one the words lead nowhere. */
  readonly cell: number | null | undefined;

  /** The words. */
  readonly children: React.ReactNode;

  /** Called when a jump takes the person elsewhere. */
  readonly onLeave?: () => void;

  /** The notebook. */
  readonly panel: NotebookPanel;

  /** For the words of the tooltip. */
  readonly trans: TranslationBundle;
}

/** Words that are about a cell lead to it. */
export function CellLink(props: ICellLinkProps): JSX.Element {
  const { cell, children, onLeave, panel, trans } = props;
  if (typeof cell !== 'number') {
    return <>{children}</>;
  }
  return (
    <button
      type="button"
      className="jp-NotebookCache-link"
      title={trans.__('Go to the cell')}
      onClick={() => {
        onLeave?.();
        revealCell(panel, cell);
      }}
    >
      {children}
    </button>
  );
}
