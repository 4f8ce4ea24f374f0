import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import type { EntrySummary } from '../contract/types';
import { StatusDetails } from '../details/statusDetails';
import { ago, duration } from '../details/time';
import { EntriesModel } from '../models/entries';
import type { NotebookStatus } from '../models/notebookStatus';
import type { INotebookCache } from '../tokens';
import { chipOf } from '../toolbar/chipText';

/** *This notebook*: the verdict with its reasons, and the entries. */
export class NotebookSection extends ReactWidget {
  /**
   * @param cache - What it shows.
   * @param trans - For its words.
   */
  constructor(cache: INotebookCache, trans: TranslationBundle) {
    super();
    this._cache = cache;
    this._trans = trans;
    this._entries = new EntriesModel(cache);
    this.addClass('jp-NotebookCache-body');
  }

  override dispose(): void {
    this._entries.dispose();
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._entries.resume();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._entries.resume();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._entries.pause();
  }

  protected override render(): JSX.Element {
    const trans = this._trans;
    return (
      <UseSignal signal={this._cache.currentChanged}>
        {() => {
          const status = this._cache.current;
          return status ? (
            <UseSignal signal={status.changed} key={status.path}>
              {() => (
                <>
                  <Head status={status} trans={trans} />
                  <StatusDetails status={status} trans={trans} />
                  <UseSignal signal={this._entries.changed}>
                    {() => (
                      <Entries
                        cache={this._cache}
                        entries={this._entries.entries}
                        status={status}
                        trans={trans}
                      />
                    )}
                  </UseSignal>
                </>
              )}
            </UseSignal>
          ) : (
            <p>
              {trans.__(
                'Open a notebook to see whether its outputs are still true.'
              )}
            </p>
          );
        }}
      </UseSignal>
    );
  }

  private readonly _cache: INotebookCache;
  private readonly _trans: TranslationBundle;
  private readonly _entries: EntriesModel;
}

interface IHeadProps {
  status: NotebookStatus;
  trans: TranslationBundle;
}

function Head({ status, trans }: IHeadProps): JSX.Element {
  const chip = chipOf(status.status, status.job, status.error, trans);
  return (
    <h3 className={`jp-NotebookCache-head jp-mod-${chip.look}`}>
      <span className="jp-NotebookCache-mark" aria-hidden="true" />
      <span>{chip.text}</span>
      <span className="jp-NotebookCache-path" title={status.path}>
        {status.path}
      </span>
    </h3>
  );
}

interface IEntriesProps extends IHeadProps {
  cache: INotebookCache;
  entries: readonly EntrySummary[];
}

function Entries(props: IEntriesProps): JSX.Element | null {
  const { cache, entries, status, trans } = props;
  if (entries.length === 0) {
    return null;
  }
  const codeKey = status.status?.code_key;
  return (
    <>
      <h4>{trans.__('Entries')}</h4>
      <ul
        className="jp-NotebookCache-entries"
        aria-label={trans.__('Entries of this notebook')}
      >
        {entries.map(entry => {
          const when = ago(entry.created, trans);
          const what = outcomeText(entry, trans);
          const matches = entry.id === status.status?.entry;
          return (
            <li key={entry.id} aria-current={matches}>
              <span className="jp-NotebookCache-entry">
                {when}, {what}
              </span>
              {entry.code_key === codeKey && (
                <button
                  type="button"
                  className="jp-NotebookCache-link"
                  aria-label={trans.__(
                    'Restore the outputs of the entry made %1',
                    when
                  )}
                  onClick={() =>
                    void cache.actions.restore(status.panel, entry.id)
                  }
                >
                  {trans.__('Restore')}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}

function outcomeText(entry: EntrySummary, trans: TranslationBundle): string {
  if (entry.provenance === 'captured') {
    return trans.__('stored as it stood');
  }
  const took = duration(entry.seconds);
  switch (entry.outcome) {
    case 'ok':
      return trans.__('executed in %1', took);
    case 'error':
      return trans.__('failed after %1', took);
    case 'died':
      return trans.__('kernel died after %1', took);
    case 'timeout':
      return trans.__('out of time after %1', took);
    case 'cancelled':
      return trans.__('cancelled after %1', took);
  }
}
