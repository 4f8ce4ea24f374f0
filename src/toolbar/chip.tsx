import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { NotebookStatus } from '../models/notebookStatus';
import { chipOf } from './chipText';

/** The chip in a notebook's toolbar that says whether its outputs are still true. */
export class StatusChip extends ReactWidget {
  /**
   * @param status - The status of the notebook.
   * @param trans - For its words.
   */
  constructor(status: NotebookStatus, trans: TranslationBundle) {
    super();
    this._status = status;
    this._trans = trans;
    this.addClass('jp-NotebookCache-chipItem');
  }

  override dispose(): void {
    this._popover?.dispose();
    super.dispose();
  }

  protected override onBeforeDetach(message: Message): void {
    this._popover?.dispose();
    super.onBeforeDetach(message);
  }

  protected override render(): JSX.Element {
    return (
      <UseSignal signal={this._status.changed}>
        {() => {
          const { status, job, error } = this._status;
          const chip = chipOf(status, job, error, this._trans);
          return (
            <span role="status">
              <button
                type="button"
                className={`jp-NotebookCache-chip jp-mod-${chip.look}`}
                aria-haspopup="dialog"
                aria-expanded={this._popover !== null}
                title={this._trans.__('Notebook cache: click for the reasons')}
                onClick={() => void this._toggle()}
              >
                <span className="jp-NotebookCache-mark" aria-hidden="true" />
                {chip.text}
              </button>
            </span>
          );
        }}
      </UseSignal>
    );
  }

  private async _toggle(): Promise<void> {
    if (this._popover) {
      this._popover.dispose();
      return;
    }
    // Few people open it in each session, so it is not loaded before.
    const { StatusPopover } = await import('./popover');
    if (this.isDisposed || this._popover) {
      return;
    }
    const anchor = this.node.querySelector('button') ?? this.node;
    const popover = new StatusPopover(this._status, anchor, this._trans);
    popover.disposed.connect(() => {
      this._popover = null;
      if (!this.isDisposed) {
        this.update();
        anchor.focus();
      }
    });
    this._popover = popover;
    this.update();
    popover.open();
  }

  private _popover: Widget | null = null;
  private readonly _status: NotebookStatus;
  private readonly _trans: TranslationBundle;
}
