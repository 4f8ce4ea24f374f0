import type { TranslationBundle } from '@jupyterlab/translation';
import { deleteIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { EntryActions } from '../actions/entryActions';
import type { EntrySummary } from '../contract';
import { OriginBefore } from '../details/originMark';
import { ago, moment, size } from '../details/time';
import { originText, outcomeText, usedText } from '../details/words';
import type { IComparer } from './comparer';
import { IconButton } from './iconButton';
import { compareIcon } from './icons';
import { PinButton } from './pinButton';
import { TrustButton } from './trustButton';

/** What the rows of a list of entries have in common. */
export interface IEntryRowContext {
  readonly actions: EntryActions;
  readonly comparer: IComparer;

  /** Opens a notebook. */
  readonly open: (path: string) => void;

  readonly trans: TranslationBundle;
}

/** One entry of a list. */
export interface IEntryRowProps {
  readonly context: IEntryRowContext;
  readonly entry: EntrySummary;

  /** Whether the last use stands where otherwise the time does. */
  readonly isByUse: boolean;

  /** Whether its controls are tab stops. */
  readonly tabIndex: 0 | -1;
}

/** An entry with its notebook, and below it how its execution went, its size and when it was made. */
export const EntryRow = React.memo((props: IEntryRowProps): JSX.Element => {
  const { context, entry, isByUse, tabIndex } = props;
  const { actions, comparer, open, trans } = context;
  const when = ago(entry.created, trans);
  const used = usedText(entry, trans);
  const outcome = outcomeText(entry, trans);
  // The size is short, so it comes before what may be cut off.
  const detail = trans.__(
    '%1, %2',
    size(entry.bytes, trans),
    isByUse ? used : when
  );
  const name = trans.__('%1, made %2', entry.path, when);
  return (
    <div className="jp-NotebookCache-row">
      <div className="jp-NotebookCache-rowText">
        <div className="jp-NotebookCache-rowHead">
          <button
            type="button"
            className="jp-NotebookCache-link"
            aria-label={trans.__('Open %1', entry.path)}
            title={entry.path}
            tabIndex={tabIndex}
            onClick={() => open(entry.path)}
          >
            {entry.path.slice(entry.path.lastIndexOf('/') + 1)}
          </button>
        </div>
        <div
          className="jp-NotebookCache-rowDetail"
          title={[
            outcome,
            originText(entry.origin, entry.trusted, trans),
            trans.__('made %1', moment(entry.created)),
            used,
            entry.id
          ].join('\n')}
        >
          <OriginBefore entry={entry} trans={trans} />
          {outcome}
          <br />
          {detail}
        </div>
      </div>
      <div className="jp-NotebookCache-rowButtons">
        {comparer.isThere && (
          <IconButton
            icon={compareIcon}
            label={trans.__('Compare with the document: %1', name)}
            title={trans.__('Compare with the document')}
            tabIndex={tabIndex}
            onClick={() => comparer.compare(entry.path, entry.id)}
          />
        )}
        <TrustButton {...{ actions, entry, name, tabIndex, trans }} />
        <PinButton {...{ actions, entry, name, tabIndex, trans }} />
        <IconButton
          icon={deleteIcon}
          label={trans.__('Delete: %1', name)}
          title={trans.__('Delete')}
          tabIndex={tabIndex}
          onClick={() => void actions.remove(entry, when)}
        />
      </div>
    </div>
  );
});
EntryRow.displayName = 'EntryRow';
