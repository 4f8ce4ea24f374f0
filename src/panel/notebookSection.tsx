import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import type { EntrySummary } from '../contract';
import { ArtefactList } from '../details/artefactList';
import { CheckDetails } from '../details/checkDetails';
import { StatusDetails } from '../details/statusDetails';
import { ago, moment } from '../details/time';
import { outcomeText, usageText } from '../details/words';
import { Entries } from '../models/entries';
import { ShownEntry } from '../models/shownEntry';
import type { INotebookCache, INotebookStatus } from '../tokens';
import { chipOf } from '../toolbar/chipText';

/** Compares entries with the document; it can be missing, as every plugin can. */
export interface IComparer {
  /** Whether there is something that compares. */
  readonly isThere: boolean;

  /** Show an entry of a notebook beside the open document. */
  compare(path: string, entry: string): void;
}

/** *This notebook*: the verdict with its reasons, and the entries. */
export class NotebookSection extends ReactWidget {
  /**
   * @param cache - What it shows.
   * @param trans - For its words.
   * @param comparer - Compares entries with the document.
   * @param open - Opens a file.
   */
  constructor(
    cache: INotebookCache,
    trans: TranslationBundle,
    comparer: IComparer,
    open: (path: string) => void
  ) {
    super();
    this._open = open;
    this._cache = cache;
    this._trans = trans;
    this._comparer = comparer;
    this._entries = new Entries(cache);
    this._shown = new ShownEntry(cache);
    this.addClass('jp-NotebookCache-body');
  }

  override dispose(): void {
    this._entries.dispose();
    this._shown.dispose();
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._entries.isActive = true;
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._entries.isActive = this.isVisible;
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._entries.isActive = false;
  }

  protected override render(): JSX.Element {
    const trans = this._trans;
    return (
      <UseSignal signal={this._cache.currentChanged}>
        {() => {
          const panel = this._cache.current;
          return panel ? (
            <ThisNotebook
              key={panel.id}
              cache={this._cache}
              comparer={this._comparer}
              entries={this._entries}
              open={this._open}
              panel={panel}
              shown={this._shown}
              trans={trans}
            />
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
  private readonly _comparer: IComparer;
  private readonly _open: (path: string) => void;
  private readonly _entries: Entries;
  private readonly _shown: ShownEntry;
}

interface INotebookProps {
  readonly cache: INotebookCache;
  readonly comparer: IComparer;
  readonly entries: Entries;
  readonly open: (path: string) => void;
  readonly panel: NotebookPanel;
  readonly shown: ShownEntry;
  readonly trans: TranslationBundle;
}

function ThisNotebook(props: INotebookProps): JSX.Element {
  const { cache, entries, open, panel, shown, trans } = props;
  const model = cache.statusOf(panel);
  return (
    <UseSignal signal={model.changed}>
      {() => (
        <>
          <Head model={model} trans={trans} />
          <StatusDetails
            model={model}
            open={open}
            panel={panel}
            trans={trans}
          />
          <CompareLink {...props} model={model} />
          <UseSignal signal={shown.changed}>
            {() => <OfEntry {...props} model={model} />}
          </UseSignal>
          <UseSignal signal={entries.changed}>
            {() => <EntryList {...props} model={model} />}
          </UseSignal>
        </>
      )}
    </UseSignal>
  );
}

function CompareLink(
  props: INotebookProps & { readonly model: INotebookStatus }
): JSX.Element | null {
  const { comparer, model, trans } = props;
  const entry = model.status?.entry;
  return entry && comparer.isThere ? (
    <button
      type="button"
      className="jp-NotebookCache-link"
      onClick={() => comparer.compare(model.path, entry)}
    >
      {trans.__('Compare with the cached outputs')}
    </button>
  ) : null;
}

/** What is known of the entry behind the verdict. */
function OfEntry(
  props: INotebookProps & { readonly model: INotebookStatus }
): JSX.Element {
  const { cache, model, panel, shown, trans } = props;
  const { status } = model;
  const { detail, error } = shown;
  React.useEffect(() => void shown.follow(status), [shown, status]);
  const entry = status?.entry ?? '';
  return (
    <>
      {error !== null && <p role="alert">{error}</p>}
      <ArtefactList
        artefacts={detail?.artefacts ?? []}
        total={detail?.artefacts_total ?? 0}
        urlOf={({ path }) => cache.client.artefactUrl(entry, model.path, path)}
        onRestore={() => {
          void cache.actions
            .restoreFiles(panel, entry)
            .then(() => status && shown.refresh(status));
        }}
        trans={trans}
      />
      <CheckDetails
        // A server of an older version does not tell.
        check={detail?.check ?? null}
        cells={detail?.cells ?? 0}
        isSameCode={detail?.code_key === status?.code_key}
        isBusy={model.job !== null}
        panel={panel}
        onCheck={() => void cache.actions.check(panel)}
        trans={trans}
      />
    </>
  );
}

interface IHeadProps {
  readonly model: INotebookStatus;
  readonly trans: TranslationBundle;
}

function Head({ model, trans }: IHeadProps): JSX.Element {
  const chip = chipOf(model, trans);
  return (
    <h4 className={`jp-NotebookCache-head jp-mod-${chip.look}`}>
      <span className="jp-NotebookCache-mark" aria-hidden="true" />
      <span>{chip.text}</span>
      <span className="jp-NotebookCache-path" title={model.path}>
        {model.path}
      </span>
    </h4>
  );
}

function EntryList(
  props: INotebookProps & { readonly model: INotebookStatus }
): JSX.Element | null {
  const { entries, trans } = props;
  if (entries.error !== null) {
    return <p role="alert">{entries.error}</p>;
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

interface IEntryProps extends INotebookProps {
  readonly entry: EntrySummary;
  readonly model: INotebookStatus;
}

function EntryLine(props: IEntryProps): JSX.Element {
  const { cache, comparer, entry, model, panel, trans } = props;
  const when = ago(entry.created, trans);
  const usage = usageText(entry, trans);
  const isCurrent = entry.id === model.status?.entry;
  return (
    <li aria-current={isCurrent ? 'true' : undefined}>
      <span className="jp-NotebookCache-entry" title={moment(entry.created)}>
        {when}, {outcomeText(entry, trans)}
      </span>
      {entry.code_key === model.status?.code_key && (
        <button
          type="button"
          className="jp-NotebookCache-link"
          aria-label={trans.__(
            'Restore the outputs of the entry made %1',
            when
          )}
          onClick={() => void cache.actions.restore(panel, entry.id)}
        >
          {trans.__('Restore')}
        </button>
      )}
      {comparer.isThere && (
        <button
          type="button"
          className="jp-NotebookCache-link"
          aria-label={trans.__(
            'Compare the entry made %1 with the document',
            when
          )}
          onClick={() => comparer.compare(model.path, entry.id)}
        >
          {trans.__('Compare')}
        </button>
      )}
      {usage !== null && <div className="jp-NotebookCache-usage">{usage}</div>}
    </li>
  );
}
