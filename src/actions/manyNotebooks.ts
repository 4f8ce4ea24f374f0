import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { messageOf } from '../contract';
import type { NotebookLine } from '../contract';
import { isDue } from '../models/notebookOrder';
import { isRestorable } from '../models/verdict';
import type { INotebookCache } from '../tokens';
import { selectedNotebooks } from './selectedNotebooks';
import type { ISelection } from './selectedNotebooks';
import { SHORT_MS } from './shortMessage';

/** More notebooks than these are not acted upon without a question. */
const MANY = 20;

/** What is done with the notebooks of a selection. */
interface IDeed {
  /** What went wrong if it did. */
  readonly failure: string;

  /** Which of those below selected folders it concerns. */
  readonly concerns: (line: NotebookLine) => boolean;

  /** Said when it concerns none. */
  readonly nothing: string;

  /** The question before it is done with many. */
  readonly question: (count: number) => string;

  /** The answer that does it. */
  readonly yes: string;

  /** Does it. */
  readonly act: (paths: readonly string[]) => Promise<void>;
}

/** Acts on all notebooks that a selection of files and folders stands for. */
export class ManyNotebooks {
  /**
   * @param cache - The server, and what is done with single notebooks.
   * @param trans - For what people are told.
   */
  constructor(
    cache: Pick<INotebookCache, 'actions' | 'client' | 'openAt'>,
    trans: TranslationBundle
  ) {
    this._cache = cache;
    this._trans = trans;
  }

  /** Execute what is not fresh, one after the other behind what people wait for. */
  async cache(selection: readonly ISelection[]): Promise<void> {
    const trans = this._trans;
    const { actions } = this._cache;
    const openAt = (path: string) => this._cache.openAt(path);
    await this._do(selection, {
      failure: trans.__('The notebooks could not be cached'),
      // What is open may have changes that are not saved yet.
      concerns: line => isDue(line) || openAt(line.path) !== null,
      nothing: trans.__('No notebook there has to be executed.'),
      question: count =>
        trans._n(
          '%1 notebook is not fresh. Execute it?',
          '%1 notebooks are not fresh. Execute them all?',
          count
        ),
      yes: trans.__('Execute'),
      act: async paths => {
        const [first] = paths;
        const open = first === undefined ? null : openAt(first);
        if (first === undefined || paths.length > 1) {
          await actions.cachePaths(paths);
        } else {
          await (open ? actions.cache(open) : actions.cachePath(first));
        }
      }
    });
  }

  /** Put cached outputs into all that have some. */
  async restore(selection: readonly ISelection[]): Promise<void> {
    const trans = this._trans;
    await this._do(selection, {
      failure: trans.__('The cached outputs could not be restored'),
      concerns: ({ verdict }) => isRestorable(verdict),
      nothing: trans.__('No notebook there has cached outputs that fit.'),
      question: count =>
        trans._n(
          'Put cached outputs into the file of %1 notebook?',
          'Put cached outputs into the files of %1 notebooks?',
          count
        ),
      yes: trans.__('Restore'),
      act: paths => this._cache.actions.restorePaths(paths)
    });
  }

  /** Say of all that their cached outputs are not to be used again. */
  async invalidate(selection: readonly ISelection[]): Promise<void> {
    const trans = this._trans;
    await this._do(selection, {
      failure: trans.__('The cached outputs could not be invalidated'),
      concerns: ({ entry }) => entry !== null,
      nothing: trans.__('No notebook there has cached outputs.'),
      question: count =>
        trans._n(
          'Never use the cached outputs of %1 notebook again?',
          'Never use the cached outputs of %1 notebooks again?',
          count
        ),
      yes: trans.__('Invalidate'),
      act: paths => this._cache.actions.invalidatePaths(paths)
    });
  }

  private async _do(
    selection: readonly ISelection[],
    deed: IDeed
  ): Promise<void> {
    try {
      const { client } = this._cache;
      const found = await selectedNotebooks(selection, client);
      const paths = [
        ...found.named,
        ...found.below.filter(deed.concerns).map(({ path }) => path)
      ];
      if (found.unlisted > 0) {
        this._tellUnlisted(found.unlisted);
      }
      if (paths.length === 0) {
        Notification.info(deed.nothing, { autoClose: SHORT_MS });
      } else if (paths.length <= MANY || (await this._isWanted(paths, deed))) {
        await deed.act(paths);
      }
    } catch (error) {
      Notification.error(`${deed.failure}: ${messageOf(error)}`, {
        autoClose: false,
        actions: [
          {
            label: this._trans.__('Try Again'),
            callback: () => void this._do(selection, deed)
          }
        ]
      });
    }
  }

  private async _isWanted(
    paths: readonly string[],
    deed: IDeed
  ): Promise<boolean> {
    const answer = await showDialog({
      title: deed.question(paths.length),
      buttons: [
        Dialog.cancelButton({ label: this._trans.__('Cancel') }),
        Dialog.okButton({ label: deed.yes })
      ]
    });
    return answer.button.accept;
  }

  private _tellUnlisted(count: number): void {
    Notification.warning(
      this._trans._n(
        '%1 notebook is left out, since there are too many below that folder. Choose a smaller one for it.',
        '%1 notebooks are left out, since there are too many below that folder. Choose smaller ones for them.',
        count
      ),
      { autoClose: false }
    );
  }

  private readonly _cache: Pick<
    INotebookCache,
    'actions' | 'client' | 'openAt'
  >;
  private readonly _trans: TranslationBundle;
}
