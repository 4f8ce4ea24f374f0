import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import * as React from 'react';
import { followCurrent } from '../models/followCurrent';
import type { INotebookCache } from '../tokens';
import { statusText } from './statusText';

/** The item of the status bar: what runs, or the verdict on the current notebook; opens the panel. */
export class StatusItem extends ReactWidget {
  /**
   * @param cache - What it shows.
   * @param showPanel - Opens the panel.
   * @param trans - For its words.
   */
  constructor(
    cache: INotebookCache,
    showPanel: () => void,
    trans: TranslationBundle
  ) {
    super();
    this._cache = cache;
    this._showPanel = showPanel;
    this._trans = trans;
    cache.jobs.changed.connect(this._onChange, this);
    this._follower = followCurrent(cache, () => this._onChange());
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._follower.dispose();
      this._cache.jobs.changed.disconnect(this._onChange, this);
      super.dispose();
    }
  }

  protected override render(): JSX.Element {
    const { current, jobs } = this._cache;
    const trans = this._trans;
    const status = current && this._cache.statusOf(current);
    const { look, text, title } = statusText(jobs.jobs, status, trans);
    return (
      <button
        type="button"
        className={`jp-NotebookCache-statusItem jp-mod-${look}`}
        aria-label={trans.__('Notebook cache: %1', text)}
        title={title}
        onClick={this._showPanel}
      >
        <span className="jp-NotebookCache-mark" aria-hidden="true" />
        <span className="jp-NotebookCache-chipText">{text}</span>
      </button>
    );
  }

  private _onChange(): void {
    this.update();
  }

  private readonly _cache: INotebookCache;
  private readonly _showPanel: () => void;
  private readonly _trans: TranslationBundle;
  private readonly _follower: IDisposable;
}
