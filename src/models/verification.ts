import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { messageOf } from '../contract';
import type { ICacheClient, VerificationReport } from '../contract';

/** A look at all files of a project's store: what is damaged, and what was repaired. */
export class Verification implements IDisposable {
  /**
   * @param client - The server.
   */
  constructor(client: Pick<ICacheClient, 'verify'>) {
    this._client = client;
  }

  /** What was found; null before it is known. */
  get report(): VerificationReport | null {
    return this._report;
  }

  /** Which project was looked at. */
  get project(): string {
    return this._project;
  }

  /** Whether something was to be repaired. */
  get isRepair(): boolean {
    return this._isRepair;
  }

  /** Whether it is going on. */
  get isRunning(): boolean {
    return this._isRunning;
  }

  /** Why it did not come to an end; null when it did. */
  get error(): string | null {
    return this._error;
  }

  /** Something of it changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Look at the store of a project, and repair what can be if that is wanted. */
  async run(project: string, isRepair: boolean): Promise<void> {
    if (this._isRunning) {
      return;
    }
    this._project = project;
    this._isRepair = isRepair;
    this._isRunning = true;
    this._error = null;
    this._changed.emit();
    try {
      this._report = await this._client.verify(project, isRepair);
    } catch (reason) {
      this._error = messageOf(reason);
    }
    this._isRunning = false;
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  /** Forget what was found. */
  clear(): void {
    this._report = null;
    this._error = null;
    this._changed.emit();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      Signal.clearData(this);
    }
  }

  private _report: VerificationReport | null = null;
  private _project = '';
  private _error: string | null = null;
  private _isRepair = false;
  private _isRunning = false;
  private _isDisposed = false;
  private readonly _client: Pick<ICacheClient, 'verify'>;
  private readonly _changed = new Signal<this, void>(this);
}
