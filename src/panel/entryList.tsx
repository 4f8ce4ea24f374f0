import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { CacheEntries } from '../models/cacheEntries';
import { EntryRow } from './entryRow';
import type { IEntryRowContext } from './entryRow';
import { projectName } from './projectName';
import { WindowedList } from './windowedList';

/** Three lines of text with some air. */
const ROW_HEIGHT = 58;

/** What the list is made of. */
export interface IEntryListProps {
  readonly context: IEntryRowContext;
  readonly entries: CacheEntries;
}

/** All entries that match, of which those in sight are fetched. */
export function EntryList({ context, entries }: IEntryListProps): JSX.Element {
  const { trans } = context;
  const { error, query, total } = entries;
  const need = React.useCallback(
    (first: number, end: number) => entries.need(first, end),
    [entries]
  );
  if (error !== null) {
    return (
      <p role="alert">
        {error}{' '}
        <button
          type="button"
          className="jp-NotebookCache-link"
          onClick={() => entries.refresh()}
        >
          {trans.__('Ask again')}
        </button>
      </p>
    );
  }
  if (!query) {
    return <p>{trans.__('Asking the server…')}</p>;
  }
  const isByUse = query.sort === 'used';
  return (
    <>
      <p className="jp-NotebookCache-count" role="status">
        {countText(entries, trans)}
      </p>
      {total > 0 && (
        <WindowedList
          // Other entries, or another order of them, are looked at from the top.
          key={JSON.stringify(query)}
          count={total}
          rowHeight={ROW_HEIGHT}
          label={trans.__('Entries of the cache')}
          keyOf={index => entries.at(index)?.id ?? `${index}`}
          onShow={need}
          render={(index, tabIndex) => {
            const entry = entries.at(index);
            return entry ? (
              <EntryRow {...{ context, entry, isByUse, tabIndex }} />
            ) : (
              <div className="jp-NotebookCache-row" aria-busy="true">
                {trans.__('Loading…')}
              </div>
            );
          }}
        />
      )}
    </>
  );
}

function countText(entries: CacheEntries, trans: TranslationBundle): string {
  const { project, query, total } = entries;
  const name = projectName(project, trans);
  if (query?.search) {
    return trans._n(
      '%1 entry found in %2',
      '%1 entries found in %2',
      total,
      name
    );
  }
  return total === 0
    ? trans.__('There is no entry in %1 yet.', name)
    : trans._n('%1 entry in %2', '%1 entries in %2', total, name);
}
