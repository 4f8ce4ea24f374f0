import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { ICacheClient, SharedStoreReport, Transfer } from '../contract';

/** What moves entries between a project's store and the shared one. */
export type Direction = 'push' | 'pull';

/** The store that the settings say is shared with others: whether it answers, and what goes there. */
export class SharedStore implements IDisposable {
  /**
   * @param client - The server.
   */
  constructor(client: Pick<ICacheClient, 'sharedStore' | 'transfer'>) {
    this._client = client;
  }

  /** How it is doing; null where there is none, or it is not known yet. */
  get report(): SharedStoreReport | null {
    return this._report;
  }

  /** What is going on; null for nothing. */
  get running(): Direction | null {
    return this._running;
  }

  /** Something of it changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Ask the server how it is doing; an old server does not know. */
  async refresh(): Promise<void> {
    let report: SharedStoreReport | null = null;
    try {
      report = await this._client.sharedStore();
    } catch {
      // Nothing depends on it; whoever moves something is told what is wrong.
    }
    if (!this._isDisposed) {
      this._report = report;
      this._changed.emit();
    }
  }

  /** Move what is missing on the other side; rejects with what went wrong. */
  async transfer(direction: Direction, project: string): Promise<Transfer> {
    this._setRunning(direction);
    try {
      return await this._client.transfer(direction, project);
    } finally {
      this._setRunning(null);
      void this.refresh();
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private _setRunning(running: Direction | null): void {
    this._running = running;
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private readonly _client: Pick<ICacheClient, 'sharedStore' | 'transfer'>;
  private readonly _changed = new Signal<this, void>(this);
  private _report: SharedStoreReport | null = null;
  private _running: Direction | null = null;
  private _isDisposed = false;
}
