import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Verdict } from '../contract';
import { verdictText } from '../details/words';
import type { KeptView } from '../models/keptView';
import type {
  INotebookView,
  NotebookFilter,
  NotebookSort
} from '../models/notebookOrder';
import { Choice } from './choice';

const VERDICTS: readonly Verdict[] = ['stale', 'uncached', 'failed', 'fresh'];

/** What to choose from, and where the choice goes. */
export interface INotebookChoiceProps {
  readonly kept: KeptView<INotebookView>;
  readonly trans: TranslationBundle;
}

/** Which notebooks are shown, and in which order. */
export function NotebookChoice(props: INotebookChoiceProps): JSX.Element {
  const { kept, trans } = props;
  const { text, filter, sort } = kept.view;
  const filters: [NotebookFilter, string][] = [
    ['all', trans.__('All')],
    ['not-fresh', trans.__('Not fresh')],
    ...VERDICTS.map((verdict): [NotebookFilter, string] => [
      verdict,
      verdictText(verdict, trans)
    ])
  ];
  const sorts: [NotebookSort, string][] = [
    ['path', trans.__('By path')],
    ['verdict', trans.__('Urgent first')],
    ['seconds', trans.__('Slowest first')],
    ['created', trans.__('Newest first')]
  ];
  return (
    <div className="jp-NotebookCache-choice">
      <input
        type="search"
        aria-label={trans.__('Filter notebooks by path')}
        placeholder={trans.__('Filter by path')}
        value={text}
        onChange={event => kept.choose({ text: event.target.value })}
      />
      <Choice
        label={trans.__('Which notebooks')}
        options={filters}
        value={filter}
        onChoose={value => kept.choose({ filter: value })}
      />
      <Choice
        label={trans.__('Order of notebooks')}
        options={sorts}
        value={sort}
        onChoose={value => kept.choose({ sort: value })}
      />
    </div>
  );
}
