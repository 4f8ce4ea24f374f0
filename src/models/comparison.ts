import type { INotebookModel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { messageOf } from '../contract';
import type { EntrySummary, ICacheClient } from '../contract';
import { diffNotebooks } from '../diff/notebooks';
import type { INotebookDiff } from '../diff/notebooks';
import { sideOfDocument, sideOfEntry } from '../diff/sides';
import type { ISide } from '../diff/sides';
import { DigestsOfDocument } from './documentDigests';

/** Stands for the open document where otherwise the identifier of an entry stands. */
export const DOCUMENT = 'document';

/** So many entries can be chosen from. */
const MOST_ENTRIES = 100;

/** What a comparison needs. */
export interface IComparisonOptions {
  /** The server. */
  readonly client: Pick<ICacheClient, 'document' | 'entries'>;

  /** Path of the notebook. */
  readonly path: string;

  /** The open document; null when the notebook is not open any more. */
  readonly document: () => INotebookModel | null;

  /** What to say when it is not. */
  readonly closedMessage: string;
}

/** Two sides of a notebook, each an entry or the open document, and what differs between them. */
export class Comparison implements IDisposable {
  constructor(options: IComparisonOptions) {
    this._options = options;
  }

  /** Path of the notebook. */
  get path(): string {
    return this._options.path;
  }

  /** What is on the side that was before. */
  get before(): string {
    return this._before;
  }

  /** What is on the side that came after. */
  get after(): string {
    return this._after;
  }

  /** What differs; null before that is known. */
  get diff(): INotebookDiff | null {
    return this._diff;
  }

  /** MIME type of the code; null when not known. */
  get mimetype(): string | null {
    return this._mimetype;
  }

  /** Entries that can be chosen, newest first. */
  get entries(): readonly EntrySummary[] {
    return this._entries;
  }

  /** Why there is nothing to show; null when there is. */
  get error(): string | null {
    return this._error;
  }

  /** Whether an answer is on its way. */
  get isLoading(): boolean {
    return this._isLoading;
  }

  /** Whether the document was edited after it was compared. */
  get isOutdated(): boolean {
    return this._isOutdated;
  }

  /** Something of it changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Compare two other sides. */
  async choose(before: string, after: string): Promise<void> {
    this._before = before;
    this._after = after;
    await this.refresh();
  }

  /** Compare anew, as things are now. */
  async refresh(): Promise<void> {
    const turn = ++this._turn;
    const { client, path } = this._options;
    this._isLoading = true;
    this._changed.emit();
    let diff: INotebookDiff | null = null;
    let mimetype: string | null = null;
    let error: string | null = null;
    try {
      const [before, after, page] = await Promise.all([
        this._side(this._before),
        this._side(this._after),
        client.entries(path, 0, MOST_ENTRIES)
      ]);
      if (turn === this._turn && !this._isDisposed) {
        this._entries = page.entries;
        mimetype = after.mimetype ?? before.mimetype;
        diff = diffNotebooks(before, after);
        this._follow();
      }
    } catch (reason) {
      error = messageOf(reason);
    }
    // Meanwhile something else may have been chosen.
    if (turn === this._turn && !this._isDisposed) {
      this._diff = diff;
      this._mimetype = mimetype;
      this._error = error;
      this._isLoading = false;
      this._changed.emit();
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._digests?.dispose();
      Signal.disconnectReceiver(this);
      Signal.clearData(this);
    }
  }

  private async _side(choice: string): Promise<ISide> {
    const { client, closedMessage, document, path } = this._options;
    if (choice !== DOCUMENT) {
      return sideOfEntry(await client.document(choice, path));
    }
    const model = document();
    if (!model) {
      throw new Error(closedMessage);
    }
    return sideOfDocument(model);
  }

  /** Notice when the document is not any more what was compared. */
  private _follow(): void {
    this._digests?.dispose();
    this._digests = null;
    this._isOutdated = false;
    const model = this._options.document();
    if (model && [this._before, this._after].includes(DOCUMENT)) {
      this._digests = new DigestsOfDocument(model);
      this._digests.changed.connect(this._onEdit, this);
    }
  }

  private _onEdit(): void {
    if (!this._isOutdated) {
      this._isOutdated = true;
      this._changed.emit();
    }
  }

  private _before = DOCUMENT;
  private _after = DOCUMENT;
  private _diff: INotebookDiff | null = null;
  private _mimetype: string | null = null;
  private _entries: readonly EntrySummary[] = [];
  private _error: string | null = null;
  private _isLoading = false;
  private _isOutdated = false;
  private _turn = 0;
  private _isDisposed = false;
  private _digests: DigestsOfDocument | null = null;
  private readonly _options: IComparisonOptions;
  private readonly _changed = new Signal<this, void>(this);
}
