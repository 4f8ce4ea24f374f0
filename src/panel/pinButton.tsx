import * as React from 'react';
import type { IEntryButtonProps } from './entryButton';
import { IconButton } from './iconButton';
import { pinIcon, pinnedIcon } from './icons';

/** Keeps an entry whatever is cleaned up, or lets it go again. */
export function PinButton(props: IEntryButtonProps): JSX.Element {
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
