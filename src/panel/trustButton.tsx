import type { TranslationBundle } from '@jupyterlab/translation';
import { trustedIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { EntryActions } from '../actions/entryActions';
import type { EntrySummary } from '../contract';
import { IconButton } from './iconButton';

/** What is trusted. */
export interface ITrustButtonProps {
  readonly actions: EntryActions;
  readonly entry: EntrySummary;

  /** What the entry is called. */
  readonly name: string;

  readonly trans: TranslationBundle;

  /** Whether it is a tab stop. */
  readonly tabIndex?: 0 | -1;
}

/** Lets an entry from elsewhere count as ours; nothing for one that does anyway. */
export function TrustButton(props: ITrustButtonProps): JSX.Element | null {
  const { actions, entry, name, tabIndex, trans } = props;
  return entry.origin === 'elsewhere' ? (
    <IconButton
      icon={trustedIcon}
      isPressed={entry.trusted}
      label={trans.__('Trust: %1', name)}
      title={
        entry.trusted
          ? trans.__('Trusted: take that back')
          : trans.__('Trust this entry…')
      }
      tabIndex={tabIndex}
      onClick={() => void actions.toggleTrust(entry)}
    />
  ) : null;
}
