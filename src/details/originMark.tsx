import type { TranslationBundle } from '@jupyterlab/translation';
import {
  homeIcon,
  notTrustedIcon,
  trustedIcon,
  usersIcon
} from '@jupyterlab/ui-components';
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { EntrySummary, Origin } from '../contract';
import { originText } from './words';

/** Whose entry it is. */
export interface IOriginMarkProps {
  readonly entry: Pick<EntrySummary, 'origin' | 'trusted'>;
  readonly trans: TranslationBundle;
}

/** Who made an entry: a picture and words. */
export function OriginMark({ entry, trans }: IOriginMarkProps): JSX.Element {
  const { origin, trusted } = entry;
  const Icon = iconOf(origin, trusted);
  return (
    <span
      className={`jp-NotebookCache-origin${trusted ? '' : ' jp-mod-untrusted'}`}
    >
      <Icon.react tag="span" width="14px" height="14px" aria-hidden="true" />
      {originText(origin, trusted, trans)}
    </span>
  );
}

/** The same before a text on the same line: of what was made here, which most is, the picture only. */
export function OriginBefore(props: IOriginMarkProps): JSX.Element {
  const { entry, trans } = props;
  if (entry.origin !== 'here') {
    return (
      <>
        <OriginMark {...props} />
        {trans.__(', ')}
      </>
    );
  }
  const text = originText(entry.origin, entry.trusted, trans);
  return (
    <>
      <span
        role="img"
        aria-label={text}
        title={text}
        className="jp-NotebookCache-origin"
      >
        <homeIcon.react tag="span" width="14px" height="14px" />
      </span>{' '}
    </>
  );
}

function iconOf(origin: Origin, trusted: boolean): LabIcon {
  switch (origin) {
    case 'here':
      return homeIcon;
    case 'team':
      return usersIcon;
    case 'elsewhere':
      return trusted ? trustedIcon : notTrustedIcon;
  }
}
