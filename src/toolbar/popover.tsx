import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';
import { StatusDetails } from '../details/statusDetails';
import type { INotebookCache } from '../tokens';

const MARGIN = 8;

/** What a popover is made of. */
export interface IStatusPopoverOptions {
  /** The statuses of notebooks. */
  readonly cache: INotebookCache;

  /** The notebook. */
  readonly panel: NotebookPanel;

  /** What it hangs below, and what gets the focus back. */
  readonly anchor: HTMLElement;

  /** Opens a file. */
  readonly open: (path: string) => void;

  /** For its words. */
  readonly trans: TranslationBundle;
}

/** The reasons behind the chip; goes with Escape, with a click elsewhere, or when the focus leaves. */
export class StatusPopover extends ReactWidget {
  constructor(options: IStatusPopoverOptions) {
    super();
    this._options = options;
    this.addClass('jp-NotebookCache-popover');
    this.addClass('jp-ThemedContainer');
    this.node.setAttribute('role', 'dialog');
    this.node.setAttribute('aria-label', options.trans.__('Notebook cache'));
    this.node.tabIndex = -1;
  }

  /** Show it, and put the focus into it. */
  open(): void {
    Widget.attach(this, document.body);
    this._place();
    this.node.focus();
  }

  /** React to what closes or moves it. */
  handleEvent(event: Event): void {
    switch (event.type) {
      case 'keydown':
        this._onKey(event as KeyboardEvent);
        break;
      case 'focusout':
        // The focus goes nowhere when the window loses it; that closes nothing.
        if ((event as FocusEvent).relatedTarget !== null) {
          this._closeUnlessInside((event as FocusEvent).relatedTarget);
        }
        break;
      case 'pointerdown':
        this._closeUnlessInside(event.target);
        break;
      case 'resize':
        this._place();
        break;
    }
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.node.addEventListener('keydown', this);
    this.node.addEventListener('focusout', this);
    document.addEventListener('pointerdown', this, true);
    window.addEventListener('resize', this);
  }

  protected override onBeforeDetach(message: Message): void {
    this.node.removeEventListener('keydown', this);
    this.node.removeEventListener('focusout', this);
    document.removeEventListener('pointerdown', this, true);
    window.removeEventListener('resize', this);
    super.onBeforeDetach(message);
  }

  protected override render(): JSX.Element {
    const { cache, open, panel, trans } = this._options;
    const model = cache.statusOf(panel);
    return (
      <UseSignal signal={model.changed}>
        {() => (
          <StatusDetails
            model={model}
            open={open}
            panel={panel}
            trans={trans}
            onLeave={() => this._close(false)}
          />
        )}
      </UseSignal>
    );
  }

  private _onKey(event: KeyboardEvent): void {
    const isTabOut = event.key === 'Tab' && this._isAtEdge(event.shiftKey);
    if (event.key === 'Escape' || isTabOut) {
      // It stands at the end of the page; whoever leaves it goes on where they came from.
      event.stopPropagation();
      event.preventDefault();
      this._close(true);
    }
  }

  private _isAtEdge(isBackwards: boolean): boolean {
    const stops = [...this.node.querySelectorAll('button')];
    const edge = isBackwards ? stops[0] : stops[stops.length - 1];
    const active = document.activeElement;
    return !edge || active === edge || (isBackwards && active === this.node);
  }

  private _closeUnlessInside(target: EventTarget | null): void {
    const { anchor } = this._options;
    const isInside =
      target instanceof Node &&
      (this.node.contains(target) || anchor.contains(target));
    if (!isInside) {
      this._close(false);
    }
  }

  private _close(isFocusReturned: boolean): void {
    if (!this.isDisposed) {
      this.dispose();
      if (isFocusReturned) {
        this._options.anchor.focus();
      }
    }
  }

  private _place(): void {
    const anchor = this._options.anchor.getBoundingClientRect();
    const { style } = this.node;
    const width = this.node.getBoundingClientRect().width;
    const left = Math.min(anchor.left, window.innerWidth - width - MARGIN);
    style.left = `${Math.max(MARGIN, left)}px`;
    style.top = `${anchor.bottom + 2}px`;
    style.maxHeight = `${window.innerHeight - anchor.bottom - 2 * MARGIN}px`;
  }

  private readonly _options: IStatusPopoverOptions;
}
