import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { NotebookLine } from '../contract';
import { isRestorable } from '../models/verdict';
import type { ICacheActions } from '../tokens';

/** What is acted upon. */
export interface INotebookActionsProps {
  readonly actions: ICacheActions;

  /** Those whose outputs are not true, and that nobody executes yet. */
  readonly due: readonly NotebookLine[];

  /** Those that the person has chosen. */
  readonly selected: readonly NotebookLine[];

  readonly trans: TranslationBundle;
}

/** What can be done with many notebooks at once. */
export function NotebookActions(props: INotebookActionsProps): JSX.Element {
  const { actions, due, selected, trans } = props;
  const paths = selected.map(({ path }) => path);
  const restorable = selected
    .filter(({ verdict }) => isRestorable(verdict))
    .map(({ path }) => path);
  return (
    <div
      className="jp-NotebookCache-actions"
      role="group"
      aria-label={trans.__('What to do with notebooks')}
    >
      <Action
        label={trans.__('Run stale')}
        count={due.length}
        title={trans.__(
          'Execute all notebooks that are stale or were never cached'
        )}
        onClick={() => void actions.cachePaths(due.map(({ path }) => path))}
      />
      <Action
        label={trans.__('Run selected')}
        count={paths.length}
        title={trans.__('Execute what is not fresh of the selected notebooks')}
        onClick={() => void actions.cachePaths(paths)}
      />
      <Action
        label={trans.__('Restore selected')}
        count={restorable.length}
        title={trans.__(
          'Put cached outputs into the selected notebooks, without executing anything'
        )}
        onClick={() => void actions.restorePaths(restorable)}
      />
    </div>
  );
}

interface IActionProps {
  readonly label: string;
  readonly count: number;
  readonly title: string;
  readonly onClick: () => void;
}

function Action({ label, count, title, onClick }: IActionProps): JSX.Element {
  return (
    <button
      type="button"
      className="jp-NotebookCache-button"
      title={title}
      disabled={count === 0}
      onClick={onClick}
    >
      {label} ({count})
    </button>
  );
}
