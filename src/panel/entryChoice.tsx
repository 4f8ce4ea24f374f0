import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { EntrySort } from '../contract';
import type { KeptView } from '../models/keptView';
import { LONGEST_SEARCH, sortedBy } from '../models/entryView';
import type { IEntryView } from '../models/entryView';
import { Choice } from './choice';
import { IconButton } from './iconButton';

/** What to choose from, and where the choice goes. */
export interface IEntryChoiceProps {
  readonly kept: KeptView<IEntryView>;
  readonly trans: TranslationBundle;
}

/** Which entries are shown, and in which order. */
export function EntryChoice({ kept, trans }: IEntryChoiceProps): JSX.Element {
  const { order, search, sort } = kept.view;
  const sorts: [EntrySort, string][] = [
    ['created', trans.__('By time')],
    ['path', trans.__('By name')],
    ['seconds', trans.__('By duration')],
    ['bytes', trans.__('By size')],
    ['used', trans.__('By last use')]
  ];
  const isAscending = order === 'ascending';
  return (
    <div className="jp-NotebookCache-choice">
      <input
        type="search"
        aria-label={trans.__('Search entries')}
        placeholder={trans.__('Search path, outcome, kernel')}
        maxLength={LONGEST_SEARCH}
        value={search}
        onChange={event => kept.choose({ search: event.target.value })}
      />
      <Choice
        label={trans.__('Order of entries')}
        options={sorts}
        value={sort}
        onChoose={value => kept.choose(sortedBy(value))}
      />
      <IconButton
        icon={isAscending ? caretUpIcon : caretDownIcon}
        isPressed={isAscending}
        label={trans.__('Ascending order of entries')}
        title={
          isAscending
            ? trans.__('Ascending: smallest or oldest first')
            : trans.__('Descending: largest or newest first')
        }
        onClick={() =>
          kept.choose({ order: isAscending ? 'descending' : 'ascending' })
        }
      />
    </div>
  );
}
