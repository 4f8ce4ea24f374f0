import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { deleteIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { EntryActions } from '../actions/entryActions';
import type { EntrySummary } from '../contract';
import { OriginBefore } from '../details/originMark';
import { ago, moment, size } from '../details/time';
import { outcomeText, usageText } from '../details/words';
import type { Entries } from '../models/entries';
import type { INotebookCache, INotebookStatus } from '../tokens';
import { restoreIcon } from '../toolbar/icons';
import { chooseEntry } from './chooseEntry';
import type { IComparer } from './comparer';
import { IconButton } from './iconButton';
import { compareIcon, compareWithIcon } from './icons';
import { PinButton } from './pinButton';
import { TrustButton } from './trustButton';

/** The history of a notebook, and what is done with it. */
export interface IEntryHistoryProps {
  readonly actions: EntryActions;
  readonly cache: INotebookCache;
  readonly comparer: IComparer;
  readonly entries: Entries;
  readonly model: INotebookStatus;
  readonly panel: NotebookPanel;
  readonly trans: TranslationBundle;
}

/** The entries of the notebook in front, newest first. */
export function EntryHistory(props: IEntryHistoryProps): JSX.Element | null {
  const { entries, trans } = props;
  if (entries.error !== null) {
    return (
      <p role="alert">
        {entries.error}{' '}
        <button
          type="button"
          className="jp-NotebookCache-link"
          onClick={() => void entries.refresh()}
        >
          {trans.__('Ask again')}
        </button>
      </p>
    );
  }
  if (entries.entries.length === 0) {
    return null;
  }
  return (
    <>
      <h4>{trans.__('Entries')}</h4>
      <ul
        className="jp-NotebookCache-entries"
        aria-label={trans.__('Entries of this notebook')}
      >
        {entries.entries.map(entry => (
          <EntryLine key={entry.id} {...props} entry={entry} />
        ))}
      </ul>
      {entries.entries.length < entries.total && (
        <button
          type="button"
          className="jp-NotebookCache-link"
          onClick={() => void entries.more()}
        >
          {trans.__(
            'Show more (%1 of %2 are shown)',
            entries.entries.length,
            entries.total
          )}
        </button>
      )}
    </>
  );
}

interface IEntryLineProps extends IEntryHistoryProps {
  readonly entry: EntrySummary;
}

function EntryLine(props: IEntryLineProps): JSX.Element {
  const { entry, model, trans } = props;
  const when = ago(entry.created, trans);
  const isCurrent = entry.id === model.status?.entry;
  return (
    <li aria-current={isCurrent ? 'true' : undefined}>
      <span className="jp-NotebookCache-entry" title={moment(entry.created)}>
        {when}, {outcomeText(entry, trans)}
      </span>
      <EntryButtons {...props} when={when} />
      <div className="jp-NotebookCache-usage">
        <OriginBefore entry={entry} trans={trans} />
        {usageText(entry, trans) ??
          trans.__('outputs %1', size(entry.output_bytes, trans))}
      </div>
    </li>
  );
}

function EntryButtons(
  props: IEntryLineProps & { readonly when: string }
): JSX.Element {
  const { actions, cache, comparer, entries, entry, model, panel } = props;
  const { trans, when } = props;
  const { path } = model;
  const others = entries.entries.filter(({ id }) => id !== entry.id);
  const compareWith = async (): Promise<void> => {
    const other = await chooseEntry(entry, others, trans);
    if (other) {
      // The older one is what was before.
      const [before, after] =
        other.created <= entry.created ? [other, entry] : [entry, other];
      comparer.compareEntries(path, before.id, after.id);
    }
  };
  return (
    <div className="jp-NotebookCache-rowButtons">
      {entry.code_key === model.status?.code_key && (
        <IconButton
          icon={restoreIcon}
          label={trans.__('Restore the outputs of the entry made %1', when)}
          title={trans.__('Restore these outputs')}
          onClick={() => void cache.actions.restore(panel, entry.id)}
        />
      )}
      {comparer.isThere && (
        <IconButton
          icon={compareIcon}
          label={trans.__('Compare the entry made %1 with the document', when)}
          title={trans.__('Compare with the document')}
          onClick={() => comparer.compare(path, entry.id)}
        />
      )}
      {comparer.isThere && others.length > 0 && (
        <IconButton
          icon={compareWithIcon}
          label={trans.__(
            'Compare the entry made %1 with another entry…',
            when
          )}
          title={trans.__('Compare with…')}
          onClick={() => void compareWith()}
        />
      )}
      <TrustButton
        actions={actions}
        entry={entry}
        name={trans.__('the entry made %1', when)}
        trans={trans}
      />
      <PinButton
        actions={actions}
        entry={entry}
        name={trans.__('the entry made %1', when)}
        trans={trans}
      />
      <IconButton
        icon={deleteIcon}
        label={trans.__('Delete the entry made %1', when)}
        title={trans.__('Delete')}
        onClick={() => void actions.remove(entry, when)}
      />
    </div>
  );
}
