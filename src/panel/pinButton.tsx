import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { EntryActions } from '../actions/entryActions';
import type { EntrySummary } from '../contract';
import { IconButton } from './iconButton';
import { pinIcon, pinnedIcon } from './icons';

/** What is pinned. */
export interface IPinButtonProps {
  readonly actions: EntryActions;
  readonly entry: EntrySummary;

  /** What the entry is called. */
  readonly name: string;

  readonly trans: TranslationBundle;

  /** Whether it is a tab stop. */
  readonly tabIndex?: 0 | -1;
}

/** Keeps an entry whatever is cleaned up, or lets it go again. */
export function PinButton(props: IPinButtonProps): JSX.Element {
  const { actions, entry, name, tabIndex, trans } = props;
  return (
    <IconButton
      icon={entry.pinned ? pinnedIcon : pinIcon}
      isPressed={entry.pinned}
      label={trans.__('Keep when cleaning up: %1', name)}
      title={
        entry.pinned
          ? trans.__('Pinned: kept when cleaning up')
          : trans.__('Pin: keep when cleaning up')
      }
      tabIndex={tabIndex}
      onClick={() => void actions.togglePin(entry)}
    />
  );
}
