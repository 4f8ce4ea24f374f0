import type { TranslationBundle } from '@jupyterlab/translation';
import type { EntryActions } from '../actions/entryActions';
import type { EntrySummary } from '../contract';

/** What a button of an entry needs that switches something about it. */
export interface IEntryButtonProps {
  readonly actions: EntryActions;
  readonly entry: EntrySummary;

  /** What the entry is called. */
  readonly name: string;

  readonly trans: TranslationBundle;

  /** Whether it is a tab stop. */
  readonly tabIndex?: 0 | -1;
}
