import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

/** A button that is a picture. */
export interface IIconButtonProps {
  readonly icon: LabIcon;

  /** What it does, in full. */
  readonly label: string;

  /** What it does, in short, where the eye tells the rest. */
  readonly title: string;

  readonly onClick: () => void;

  /** Whether what it switches is on; not given when it switches nothing. */
  readonly isPressed?: boolean;

  /** Whether it is a tab stop. */
  readonly tabIndex?: 0 | -1;
}

/** A button that is a picture, with a name. */
export function IconButton(props: IIconButtonProps): JSX.Element {
  const { icon: Icon, isPressed, label, onClick, tabIndex, title } = props;
  return (
    <button
      type="button"
      className="jp-NotebookCache-iconButton"
      aria-label={label}
      aria-pressed={isPressed}
      title={title}
      tabIndex={tabIndex}
      onClick={onClick}
    >
      <Icon.react tag="span" width="16px" height="16px" />
    </button>
  );
}
