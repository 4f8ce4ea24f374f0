import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { INotebookCache, INotebookStatus } from '../tokens';

/** What happens when a notebook is opened that shows no outputs though there are cached ones. */
export type OnOpening = 'ask' | 'always' | 'never';

/** A setting's value as one of these; the default for whatever else it holds. */
export function onOpeningFrom(value: unknown): OnOpening {
  return value === 'always' || value === 'never' ? value : 'ask';
}

/** Offers to restore the outputs of a notebook that is opened without any, or does so. */
export class RestoreOffer {
  /**
   * @param cache - The statuses of notebooks.
   * @param trans - For what people are told.
   * @param onOpening - What is wanted now.
   */
  constructor(
    cache: Pick<INotebookCache, 'actions' | 'statusOf'>,
    trans: TranslationBundle,
    onOpening: () => OnOpening
  ) {
    this._cache = cache;
    this._trans = trans;
    this._onOpening = onOpening;
  }

  /** A notebook was opened; resolves when the offer is made, or there is none to make. */
  async noteOpened(panel: NotebookPanel): Promise<void> {
    await panel.context.ready;
    if (panel.isDisposed || this._onOpening() === 'never') {
      return;
    }
    const model = this._cache.statusOf(panel);
    const status = model.status ?? (await model.refresh());
    const isWanted =
      status?.verdict === 'fresh' && status.outputs === 'none' && !model.job;
    if (!isWanted || panel.isDisposed) {
      return;
    }
    // What somebody else made is not put in without a word.
    if (this._onOpening() === 'always' && status.trusted) {
      await this._cache.actions.restore(panel);
    } else {
      this._ask(panel, model, status.trusted);
    }
  }

  private _ask(
    panel: NotebookPanel,
    model: INotebookStatus,
    isTrusted: boolean
  ): void {
    const trans = this._trans;
    const { path } = model;
    const name = path.split('/').pop() ?? path;
    const id = Notification.info(
      isTrusted
        ? trans.__(
            '%1 shows no outputs, and its cached outputs are fresh.',
            name
          )
        : trans.__(
            '%1 shows no outputs. Outputs from elsewhere are stored for it; nothing in them runs as long as you do not trust them.',
            name
          ),
      {
        autoClose: false,
        actions: [
          {
            label: trans.__('Restore cached outputs'),
            displayType: 'accent',
            callback: () => {
              if (!panel.isDisposed) {
                void this._cache.actions.restore(panel);
              }
            }
          }
        ]
      }
    );
    panel.disposed.connect(() => Notification.dismiss(id));
    const onChanged = (): void => {
      // Somebody, maybe in another browser, was faster.
      if (model.status && model.status.outputs !== 'none') {
        model.changed.disconnect(onChanged);
        Notification.dismiss(id);
      }
    };
    model.changed.connect(onChanged);
  }

  private readonly _cache: Pick<INotebookCache, 'actions' | 'statusOf'>;
  private readonly _trans: TranslationBundle;
  private readonly _onOpening: () => OnOpening;
}
