import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { EntryActions } from '../actions/entryActions';
import { CacheEntries } from '../models/cacheEntries';
import { CacheStatistics } from '../models/cacheStatistics';
import type { IEntryView } from '../models/entryView';
import type { KeptView } from '../models/keptView';
import { SharedStore } from '../models/sharedStore';
import { Verification } from '../models/verification';
import type { INotebookCache } from '../tokens';
import type { IComparer } from './comparer';
import { EntryChoice } from './entryChoice';
import { EntryList } from './entryList';
import type { IEntryRowContext } from './entryRow';
import { SharedStoreView } from './sharedStoreView';
import { StatisticsView } from './statisticsView';
import { StoreTools } from './storeTools';
import { VerificationReportView } from './verificationReport';

/** What the section *Cache* needs. */
export interface ICacheSectionOptions {
  readonly cache: INotebookCache;
  readonly comparer: IComparer;

  /** What the person chose to see. */
  readonly kept: KeptView<IEntryView>;

  /** Opens a notebook. */
  readonly open: (path: string) => void;

  readonly trans: TranslationBundle;
}

/** *Cache*: all entries of a project, how large its store is, what it saved, and its upkeep. */
export class CacheSection extends ReactWidget {
  constructor(options: ICacheSectionOptions) {
    super();
    const { cache, comparer, kept, open, trans } = options;
    this._options = options;
    this._entries = new CacheEntries(cache);
    this._statistics = new CacheStatistics(cache);
    this._verification = new Verification(cache.client);
    this._shared = new SharedStore(cache.client);
    const actions = new EntryActions(cache.client, trans, () =>
      this._entries.refresh()
    );
    this._context = { actions, comparer, open, trans };
    kept.changed.connect(this._onChoice, this);
    this._entries.changed.connect(this._onEntries, this);
    this._onChoice();
    this.addClass('jp-NotebookCache-body');
    this.addClass('jp-NotebookCache-cache');
  }

  override dispose(): void {
    this._options.kept.changed.disconnect(this._onChoice, this);
    this._entries.dispose();
    this._statistics.dispose();
    this._verification.dispose();
    this._shared.dispose();
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._look(true);
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._look(this.isVisible);
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._look(false);
  }

  protected override onBeforeDetach(message: Message): void {
    this._look(false);
    super.onBeforeDetach(message);
  }

  protected override render(): JSX.Element {
    const { cache, kept, trans } = this._options;
    const { _context: context, _entries: entries } = this;
    return (
      <UseSignal signal={kept.changed}>
        {() => (
          <>
            <EntryChoice kept={kept} trans={trans} />
            <UseSignal signal={entries.changed}>
              {() => (
                <>
                  <EntryList context={context} entries={entries} />
                  <StoreTools
                    client={cache.client}
                    entries={entries}
                    verification={this._verification}
                    onRemoved={() => this._refresh()}
                    trans={trans}
                  />
                  <SharedStoreView
                    model={this._shared}
                    project={entries.isKnown ? entries.project : null}
                    onPulled={() => this._refresh()}
                    trans={trans}
                  />
                </>
              )}
            </UseSignal>
            <VerificationReportView
              model={this._verification}
              onRepaired={() => this._refresh()}
              trans={trans}
            />
            <StatisticsView
              model={this._statistics}
              isOpen={kept.view.isStatisticsOpen}
              onToggle={isStatisticsOpen => kept.choose({ isStatisticsOpen })}
              trans={trans}
            />
          </>
        )}
      </UseSignal>
    );
  }

  private _look(isActive: boolean): void {
    this._entries.isActive = isActive;
    if (isActive) {
      void this._shared.refresh();
    }
    this._followStatistics();
  }

  private _refresh(): void {
    this._entries.refresh();
    void this._statistics.refresh();
  }

  private _onChoice(): void {
    this._entries.choose(this._options.kept.view);
  }

  private _onEntries(): void {
    this._followStatistics();
  }

  /** Entries come first: counting all of them takes the server longer than finding some. */
  private _followStatistics(): void {
    const { isActive, isKnown, project } = this._entries;
    this._statistics.follow(isActive && isKnown ? project : null);
  }

  private readonly _options: ICacheSectionOptions;
  private readonly _entries: CacheEntries;
  private readonly _statistics: CacheStatistics;
  private readonly _verification: Verification;
  private readonly _shared: SharedStore;
  private readonly _context: IEntryRowContext;
}
