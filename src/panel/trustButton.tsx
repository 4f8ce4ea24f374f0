import { trustedIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IEntryButtonProps } from './entryButton';
import { IconButton } from './iconButton';

/** Lets an entry from elsewhere count as ours; nothing for one that does anyway. */
export function TrustButton(props: IEntryButtonProps): JSX.Element | null {
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
