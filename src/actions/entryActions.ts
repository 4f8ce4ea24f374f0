import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { messageOf } from '../contract';
import type { EntrySummary, ICacheClient } from '../contract';
import { SHORT_MS } from './shortMessage';

/** What is asked of the server. */
type Client = Pick<
  ICacheClient,
  | 'distrustEntry'
  | 'pinEntry'
  | 'removeEntry'
  | 'trustEntry'
  | 'trustPreview'
  | 'unpinEntry'
>;

/** What people do with one entry of the store. Each tells what went wrong, and never rejects. */
export class EntryActions {
  /**
   * @param client - The server.
   * @param trans - For what people are told.
   * @param onChanged - Called when an entry was changed or removed.
   */
  constructor(client: Client, trans: TranslationBundle, onChanged: () => void) {
    this._client = client;
    this._trans = trans;
    this._onChanged = onChanged;
  }

  /** Keep an entry whatever a collection would take, or leave it to collections again. */
  async togglePin(entry: EntrySummary): Promise<void> {
    await this._do(() =>
      entry.pinned
        ? this._client.unpinEntry(entry.id, entry.path)
        : this._client.pinEntry(entry.id, entry.path)
    );
  }

  /**
   * Take an entry out of the store, after a yes.
   *
   * @param entry - Which.
   * @param name - What it is called in the question.
   */
  async remove(entry: EntrySummary, name: string): Promise<void> {
    const trans = this._trans;
    const answer = await showDialog({
      title: trans.__('Delete an entry'),
      body: entry.pinned
        ? trans.__(
            'Delete the pinned entry of %1 (%2)? It cannot be brought back.',
            entry.path,
            name
          )
        : trans.__(
            'Delete the entry of %1 (%2)? It cannot be brought back.',
            entry.path,
            name
          ),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Cancel') }),
        Dialog.warnButton({ label: trans.__('Delete') })
      ],
      // What cannot be undone is not what a hasty Enter does.
      defaultButton: 0
    });
    if (answer.button.accept) {
      await this._do(() => this._client.removeEntry(entry.id, entry.path));
    }
  }

  /** Let an entry from elsewhere count as ours, after a yes; or no more. */
  async toggleTrust(
    entry: Pick<EntrySummary, 'id' | 'path' | 'trusted'>
  ): Promise<void> {
    const { id, path, trusted } = entry;
    const trans = this._trans;
    await this._do(async () => {
      if (trusted) {
        await this._client.distrustEntry(id, path);
        return;
      }
      const preview = await this._client.trustPreview(id, path);
      const { askForTrust } = await import('./trustDialog');
      if (await askForTrust(preview, trans)) {
        await this._client.trustEntry(id, path);
        Notification.success(
          trans.__(
            'The entry is trusted. Restore its outputs to see them in full.'
          ),
          { autoClose: SHORT_MS }
        );
      }
    });
  }

  private async _do(change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (reason) {
      const again = this._trans.__('Try Again');
      Notification.error(messageOf(reason), {
        autoClose: false,
        actions: [{ label: again, callback: () => void this._do(change) }]
      });
      return;
    }
    this._onChanged();
  }

  private readonly _client: Client;
  private readonly _trans: TranslationBundle;
  private readonly _onChanged: () => void;
}
