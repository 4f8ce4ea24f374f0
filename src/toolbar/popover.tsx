import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { NotebookStatus } from '../models/notebookStatus';
import { StatusDetails } from '../details/statusDetails';

const MARGIN = 8;

/** The reasons behind the chip; goes with Escape, or with a click elsewhere. */
export class StatusPopover extends ReactWidget {
  /**
   * @param status - The status of the notebook.
   * @param anchor - What it hangs below.
   * @param trans - For its words.
   */
  constructor(
    status: NotebookStatus,
    anchor: HTMLElement,
    trans: TranslationBundle
  ) {
    super();
    this._status = status;
    this._anchor = anchor;
    this._trans = trans;
    this.addClass('jp-NotebookCache-popover');
    this.node.setAttribute('role', 'dialog');
    this.node.setAttribute('aria-label', trans.__('Notebook cache'));
    this.node.tabIndex = -1;
  }

  /** Show it, and put the focus into it. */
  open(): void {
    Widget.attach(this, document.body);
    this._place();
    this.node.focus();
  }

  /** Listen for what closes it. */
  handleEvent(event: Event): void {
    if (event instanceof KeyboardEvent) {
      if (event.key === 'Escape') {
        event.stopPropagation();
        event.preventDefault();
        this.dispose();
      }
      return;
    }
    if (event.type === 'resize') {
      this._place();
      return;
    }
    const target = event.target;
    const inside =
      target instanceof Node &&
      (this.node.contains(target) || this._anchor.contains(target));
    if (!inside) {
      this.dispose();
    }
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    document.addEventListener('pointerdown', this, true);
    document.addEventListener('keydown', this, true);
    window.addEventListener('resize', this);
  }

  protected override onBeforeDetach(message: Message): void {
    document.removeEventListener('pointerdown', this, true);
    document.removeEventListener('keydown', this, true);
    window.removeEventListener('resize', this);
    super.onBeforeDetach(message);
  }

  protected override render(): JSX.Element {
    return (
      <UseSignal signal={this._status.changed}>
        {() => <StatusDetails status={this._status} trans={this._trans} />}
      </UseSignal>
    );
  }

  private _place(): void {
    const anchor = this._anchor.getBoundingClientRect();
    const width = this.node.getBoundingClientRect().width;
    const left = Math.min(anchor.left, window.innerWidth - width - MARGIN);
    this.node.style.left = `${Math.max(MARGIN, left)}px`;
    this.node.style.top = `${anchor.bottom + 2}px`;
    this.node.style.maxHeight = `${window.innerHeight - anchor.bottom - 2 * MARGIN}px`;
  }

  private readonly _status: NotebookStatus;
  private readonly _anchor: HTMLElement;
  private readonly _trans: TranslationBundle;
}
