import type { Event } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, type IStream, Signal } from '@lumino/signaling';

const JOB_SCHEMA = 'https://events.jupyter.org/jupyterlab_cache/job/v1';
const STORE_SCHEMA = 'https://events.jupyter.org/jupyterlab_cache/store/v1';

/** Events of the server, as hints to fetch again. They may get lost. */
export class CacheEvents implements IDisposable {
  /**
   * @param stream - The application's stream of all server events.
   */
  constructor(stream: IStream<Event.IManager, Event.Emission>) {
    this._stream = stream;
    this._stream.connect(this._onEvent, this);
  }

  /** A job changed; the argument is the path of its notebook. */
  get jobChanged(): ISignal<this, string> {
    return this._jobChanged;
  }

  /** The entries of a notebook changed; the argument is its path. */
  get storeChanged(): ISignal<this, string> {
    return this._storeChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._stream.disconnect(this._onEvent, this);
      Signal.clearData(this);
    }
  }

  private _onEvent(_: Event.IManager, event: Event.Emission): void {
    const path = typeof event.path === 'string' ? event.path : '';
    if (event.schema_id === JOB_SCHEMA) {
      this._jobChanged.emit(path);
    } else if (event.schema_id === STORE_SCHEMA) {
      this._storeChanged.emit(path);
    }
  }

  private readonly _stream: IStream<Event.IManager, Event.Emission>;
  private readonly _jobChanged = new Signal<this, string>(this);
  private readonly _storeChanged = new Signal<this, string>(this);
  private _isDisposed = false;
}
