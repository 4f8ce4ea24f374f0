import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { INotebookCache, INotebookStatus } from '../tokens';
import { chipOf } from './chipText';

/** The chip in a notebook's toolbar that says whether its outputs are still true. */
export class StatusChip extends ReactWidget {
  /**
   * @param cache - The statuses of notebooks.
   * @param panel - The notebook.
   * @param trans - For its words.
   * @param open - Opens a file.
   */
  constructor(
    cache: INotebookCache,
    panel: NotebookPanel,
    trans: TranslationBundle,
    open: (path: string) => void
  ) {
    super();
    this._open = open;
    this._cache = cache;
    this._panel = panel;
    this._model = cache.statusOf(panel);
    this._trans = trans;
    this.addClass('jp-NotebookCache-chipItem');
  }

  override dispose(): void {
    this._popover?.dispose();
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._model.resume();
  }

  protected override onBeforeHide(message: Message): void {
    this._popover?.dispose();
    super.onBeforeHide(message);
  }

  protected override onBeforeDetach(message: Message): void {
    this._popover?.dispose();
    super.onBeforeDetach(message);
  }

  protected override render(): JSX.Element {
    return (
      <UseSignal signal={this._model.changed}>
        {() => {
          const chip = chipOf(this._model, this._trans);
          return (
            <span role="status" aria-live={chip.isCounting ? 'off' : 'polite'}>
              <button
                type="button"
                className={`jp-NotebookCache-chip jp-mod-${chip.look}`}
                aria-haspopup="dialog"
                aria-expanded={this._popover !== null}
                title={chip.title}
                onClick={() => void this._toggle()}
              >
                <span className="jp-NotebookCache-mark" aria-hidden="true" />
                <span className="jp-NotebookCache-chipText">{chip.text}</span>
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
    if (this.isDisposed || this._popover || !this.isVisible) {
      return;
    }
    const anchor = this.node.querySelector('button') ?? this.node;
    const popover = new StatusPopover({
      cache: this._cache,
      panel: this._panel,
      anchor,
      open: this._open,
      trans: this._trans
    });
    popover.disposed.connect(() => {
      this._popover = null;
      this.update();
    });
    this._popover = popover;
    this.update();
    popover.open();
  }

  private _popover: Widget | null = null;
  private readonly _cache: INotebookCache;
  private readonly _panel: NotebookPanel;
  private readonly _model: INotebookStatus;
  private readonly _open: (path: string) => void;
  private readonly _trans: TranslationBundle;
}
