import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { messageOf } from '../contract';
import type { EntryArtefact, ICacheClient, Status } from '../contract';

/** What is followed of a status. */
export type ArtefactsOf = Pick<Status, 'path' | 'entry' | 'artefacts'>;

/** The files that the execution behind a verdict wrote, and what became of them. */
export class Artefacts implements IDisposable {
  /**
   * @param client - The server.
   */
  constructor(client: Pick<ICacheClient, 'entry'>) {
    this._client = client;
  }

  /** The first of them. */
  get list(): readonly EntryArtefact[] {
    return this._list;
  }

  /** How many there are in all. */
  get total(): number {
    return this._total;
  }

  /** Why they could not be fetched; null when they were. */
  get error(): string | null {
    return this._error;
  }

  /** They changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /**
   * Follow a status; fetches only if it names other files, or another fate of them, than before.
   *
   * @param status - The status that is shown; null when there is none.
   */
  async follow(status: ArtefactsOf | null): Promise<void> {
    const subject = status?.entry ?? null;
    const key = JSON.stringify([status?.path, subject, status?.artefacts]);
    if (key === this._key || this._isDisposed) {
      return;
    }
    this._key = key;
    await this._fetch(status?.path ?? '', subject);
  }

  /** Look at the files again. */
  async refresh(status: ArtefactsOf): Promise<void> {
    await this._fetch(status.path, status.entry);
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

  private async _fetch(path: string, entry: string | null): Promise<void> {
    const turn = ++this._turn;
    if (entry !== this._entry) {
      this._entry = entry;
      this._take([], 0, null);
    }
    if (entry === null) {
      return;
    }
    try {
      const detail = await this._client.entry(entry, path);
      if (turn === this._turn && !this._isDisposed) {
        this._take(detail.artefacts, detail.artefacts_total, null);
      }
    } catch (reason) {
      if (turn === this._turn && !this._isDisposed) {
        this._key = null;
        this._take([], 0, messageOf(reason));
      }
    }
  }

  private _take(
    list: readonly EntryArtefact[],
    total: number,
    error: string | null
  ): void {
    this._list = list;
    this._total = total;
    this._error = error;
    this._changed.emit();
  }

  private _list: readonly EntryArtefact[] = [];
  private _total = 0;
  private _error: string | null = null;
  private _key: string | null = null;
  private _entry: string | null = null;
  private _turn = 0;
  private _isDisposed = false;
  private readonly _client: Pick<ICacheClient, 'entry'>;
  private readonly _changed = new Signal<this, void>(this);
}
