import { Notification } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { DigestsOfDocument } from '../models/documentDigests';
import type { INotebookCache } from '../tokens';
import { RunLog } from './runLog';

/** The runs in one notebook since its kernel started. */
class FollowedRuns implements IDisposable {
  constructor(panel: NotebookPanel) {
    this.panel = panel;
    this.digests = new DigestsOfDocument(panel.context.model);
    panel.sessionContext.kernelChanged.connect(this._onKernel, this);
    panel.sessionContext.statusChanged.connect(this._onStatus, this);
  }

  readonly panel: NotebookPanel;
  readonly digests: DigestsOfDocument;
  readonly log = new RunLog();

  /** Code and outputs of which the person was asked already. */
  readonly offered = new Set<string>();

  get isDisposed(): boolean {
    return this.digests.isDisposed;
  }

  dispose(): void {
    this.digests.dispose();
    Signal.disconnectReceiver(this);
  }

  private _onKernel(): void {
    this.log.clear();
  }

  private _onStatus(_: unknown, status: string): void {
    if (status === 'restarting' || status === 'autorestarting') {
      this.log.clear();
    }
  }
}

/** Offers to store the outputs of a complete interactive run, instead of executing again. */
export class CaptureOffer implements IDisposable {
  /**
   * @param cache - The statuses of notebooks.
   * @param trans - For what people are told.
   * @param isOn - Whether offers are wanted now.
   */
  constructor(
    cache: INotebookCache,
    trans: TranslationBundle,
    isOn: () => boolean
  ) {
    this._cache = cache;
    this._trans = trans;
    this._isOn = isOn;
  }

  /**
   * Note that a person ran a cell; make the offer if that completes a run.
   *
   * @param panel - The notebook.
   * @param cell - The cell that has ended.
   * @param success - Whether it ended without an error.
   */
  async noteRun(
    panel: NotebookPanel,
    cell: Cell,
    success: boolean
  ): Promise<void> {
    const followed = this._follow(panel);
    const cells = followed.digests.cells();
    const ran = cells.find(digested => digested.cell === cell.model);
    if (ran) {
      followed.log.note(ran, success);
    }
    if (ran && this._isOn() && followed.log.isComplete(cells)) {
      await this._offer(followed);
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._followed.forEach(followed => followed.dispose());
      this._followed.clear();
    }
  }

  private _follow(panel: NotebookPanel): FollowedRuns {
    let followed = this._followed.get(panel);
    if (!followed) {
      followed = new FollowedRuns(panel);
      this._followed.set(panel, followed);
      panel.disposed.connect(() => {
        this._followed.get(panel)?.dispose();
        this._followed.delete(panel);
      });
    }
    return followed;
  }

  private async _offer(followed: FollowedRuns): Promise<void> {
    const { panel, digests, log, offered } = followed;
    const model = this._cache.statusOf(panel);
    const status = await model.refresh();
    if (!status || panel.isDisposed || !log.isComplete(digests.cells())) {
      return;
    }
    const seen = JSON.stringify(digests.compute());
    if (status.verdict === 'fresh' || status.job || offered.has(seen)) {
      return;
    }
    offered.add(seen);
    const name = model.path.split('/').pop() ?? model.path;
    Notification.info(
      this._trans.__(
        '%1 was run from top to bottom: its outputs can be kept without executing it again.',
        name
      ),
      {
        autoClose: false,
        actions: [
          {
            label: this._trans.__('Store these outputs'),
            displayType: 'accent',
            callback: () => {
              if (!panel.isDisposed) {
                void this._cache.actions.capture(panel);
              }
            }
          }
        ]
      }
    );
  }

  private readonly _isOn: () => boolean;
  private readonly _cache: INotebookCache;
  private readonly _trans: TranslationBundle;
  private readonly _followed = new Map<NotebookPanel, FollowedRuns>();
  private _isDisposed = false;
}
