import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { messageOf } from '../contract';
import type { EntryDetail, ICacheClient, Status } from '../contract';
import type { INotebookCache } from '../tokens';

/** What is followed of a status. */
export type EntryOf = Pick<Status, 'path' | 'entry' | 'artefacts'>;

/** Where entries come from. */
export interface IEntries {
  /** The server. */
  readonly client: Pick<ICacheClient, 'entry'>;

  /** The entries of a notebook changed. */
  readonly entriesChanged: INotebookCache['entriesChanged'];
}

/** The entry behind a verdict: files that its execution wrote, and what a check of it found. */
export class ShownEntry implements IDisposable {
  /**
   * @param entries - Where it comes from.
   */
  constructor(entries: IEntries) {
    this._client = entries.client;
    // What a check finds is kept with an entry that is there already.
    entries.entriesChanged.connect(this._onEntries, this);
  }

  /** The entry; null when there is none, or as long as it is not there. */
  get detail(): EntryDetail | null {
    return this._detail;
  }

  /** Why it could not be fetched; null when it was. */
  get error(): string | null {
    return this._error;
  }

  /** It changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /**
   * Follow a status; fetches only if it names another entry, or another fate of its files, than before.
   *
   * @param status - The status that is shown; null when there is none.
   */
  async follow(status: EntryOf | null): Promise<void> {
    const subject = status?.entry ?? null;
    const key = JSON.stringify([status?.path, subject, status?.artefacts]);
    if (key === this._key || this._isDisposed) {
      return;
    }
    this._key = key;
    this._path = status?.path ?? null;
    await this._fetch(status?.path ?? '', subject);
  }

  /** Look at it, and at its files, again. */
  async refresh(status: EntryOf): Promise<void> {
    await this._fetch(status.path, status.entry);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      Signal.disconnectReceiver(this);
      Signal.clearData(this);
    }
  }

  private _onEntries(_: unknown, path: string): void {
    if (path === this._path && this._entry !== null) {
      void this._fetch(path, this._entry);
    }
  }

  private async _fetch(path: string, entry: string | null): Promise<void> {
    const turn = ++this._turn;
    if (entry !== this._entry) {
      this._entry = entry;
      this._take(null, null);
    }
    if (entry === null) {
      return;
    }
    try {
      const detail = await this._client.entry(entry, path);
      if (turn === this._turn && !this._isDisposed) {
        this._take(detail, null);
      }
    } catch (reason) {
      if (turn === this._turn && !this._isDisposed) {
        this._key = null;
        this._take(null, messageOf(reason));
      }
    }
  }

  private _take(detail: EntryDetail | null, error: string | null): void {
    this._detail = detail;
    this._error = error;
    this._changed.emit();
  }

  private _detail: EntryDetail | null = null;
  private _error: string | null = null;
  private _path: string | null = null;
  private _key: string | null = null;
  private _entry: string | null = null;
  private _turn = 0;
  private _isDisposed = false;
  private readonly _client: Pick<ICacheClient, 'entry'>;
  private readonly _changed = new Signal<this, void>(this);
}
