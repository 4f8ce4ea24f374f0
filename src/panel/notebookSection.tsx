import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { ArtefactList } from '../details/artefactList';
import { CheckDetails } from '../details/checkDetails';
import { StatusDetails } from '../details/statusDetails';
import { EntryActions } from '../actions/entryActions';
import { Entries } from '../models/entries';
import { ShownEntry } from '../models/shownEntry';
import type { INotebookCache, INotebookStatus } from '../tokens';
import { chipOf } from '../toolbar/chipText';
import type { IComparer } from './comparer';
import { EntryHistory } from './entryHistory';

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
    this._actions = new EntryActions(
      cache.client,
      trans,
      () => void this._entries.refresh()
    );
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
              actions={this._actions}
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
  private readonly _actions: EntryActions;
  private readonly _shown: ShownEntry;
}

interface INotebookProps {
  readonly actions: EntryActions;
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
          <TrustLink {...props} model={model} />
          <CompareLink {...props} model={model} />
          <UseSignal signal={shown.changed}>
            {() => <OfEntry {...props} model={model} />}
          </UseSignal>
          <UseSignal signal={entries.changed}>
            {() => <EntryHistory {...props} model={model} />}
          </UseSignal>
        </>
      )}
    </UseSignal>
  );
}

/** Lets the entry behind the verdict count as ours. */
function TrustLink(
  props: INotebookProps & { readonly model: INotebookStatus }
): JSX.Element | null {
  const { actions, model, trans } = props;
  const {
    entry = null,
    origin,
    path = '',
    trusted = true
  } = model.status ?? {};
  return entry !== null && origin === 'elsewhere' && !trusted ? (
    <button
      type="button"
      className="jp-NotebookCache-link"
      onClick={() => void actions.toggleTrust({ id: entry, path, trusted })}
    >
      {trans.__('Trust this entry…')}
    </button>
  ) : null;
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
