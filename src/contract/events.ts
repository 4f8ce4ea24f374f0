import type { Event } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { JobState } from './types';

type Fields = Record<string, unknown>;

/** Schema of the events about jobs, `jupyterlab_cache/events/job.yaml`. */
export const JOB_EVENT = 'https://events.jupyter.org/jupyterlab_cache/job/v1';

/** Schema of the events about stores, `jupyterlab_cache/events/store.yaml`. */
export const STORE_EVENT =
  'https://events.jupyter.org/jupyterlab_cache/store/v1';

/** Schema of the events about inputs, `jupyterlab_cache/events/inputs.yaml`. */
export const INPUTS_EVENT =
  'https://events.jupyter.org/jupyterlab_cache/inputs/v1';

/** A job was queued, started, advanced by a cell or ended. */
export interface IJobEvent {
  readonly job: string;
  readonly path: string;
  readonly state: JobState;
  readonly cells_done: number;
  readonly cells_total: number;
}

const STORE_ACTIONS = [
  'added',
  'removed',
  'invalidated',
  'trusted',
  'distrusted'
] as const;

/** Entries of a notebook were added, removed, invalidated, trusted or no more. */
export interface IStoreEvent {
  readonly path: string;
  readonly action: (typeof STORE_ACTIONS)[number];
  readonly entry?: string;
}

/** Something was changed that the shown verdict on a notebook depends on. */
export interface IInputsEvent {
  readonly path: string;
}

/** What the server tells of its own accord: hints to refetch, which may also get lost. */
export interface ICacheEvents {
  /** Something happened to a job. */
  readonly jobChanged: ISignal<ICacheEvents, IJobEvent>;

  /** Something happened to a store. */
  readonly storeChanged: ISignal<ICacheEvents, IStoreEvent>;

  /** Something happened to what a verdict depends on. */
  readonly inputsChanged: ISignal<ICacheEvents, IInputsEvent>;
}

/** Our events, picked from the stream in which the server sends those of all extensions. */
export class CacheEvents implements ICacheEvents, IDisposable {
  constructor(stream: Event.Stream) {
    this._stream = stream;
    stream.connect(this._onEvent, this);
  }

  get jobChanged(): ISignal<this, IJobEvent> {
    return this._jobChanged;
  }

  get storeChanged(): ISignal<this, IStoreEvent> {
    return this._storeChanged;
  }

  get inputsChanged(): ISignal<this, IInputsEvent> {
    return this._inputsChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._stream.disconnect(this._onEvent, this);
    Signal.clearData(this);
  }

  private _onEvent(_: unknown, emission: Event.Emission): void {
    const fields: Fields = emission;
    if (emission.schema_id === JOB_EVENT && isJobEvent(fields)) {
      this._jobChanged.emit(fields);
    } else if (emission.schema_id === STORE_EVENT && isStoreEvent(fields)) {
      this._storeChanged.emit(fields);
    } else if (emission.schema_id === INPUTS_EVENT && isInputsEvent(fields)) {
      this._inputsChanged.emit(fields);
    }
  }

  private readonly _stream: Event.Stream;
  private readonly _jobChanged = new Signal<this, IJobEvent>(this);
  private readonly _storeChanged = new Signal<this, IStoreEvent>(this);
  private readonly _inputsChanged = new Signal<this, IInputsEvent>(this);
  private _isDisposed = false;
}

function isJobEvent(value: Fields): value is Fields & IJobEvent {
  return (
    typeof value.job === 'string' &&
    typeof value.path === 'string' &&
    typeof value.state === 'string' &&
    typeof value.cells_done === 'number' &&
    typeof value.cells_total === 'number'
  );
}

function isStoreEvent(value: Fields): value is Fields & IStoreEvent {
  return (
    typeof value.path === 'string' &&
    STORE_ACTIONS.some(action => action === value.action)
  );
}

function isInputsEvent(value: Fields): value is Fields & IInputsEvent {
  return typeof value.path === 'string';
}
