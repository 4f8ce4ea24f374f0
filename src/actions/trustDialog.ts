import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { TrustPreview } from '../contract';

/** So many things of one kind are named. */
const MOST_NAMED = 10;

/**
 * Ask whether an entry from elsewhere is to count as ours, and say what that means.
 *
 * @param preview - What would be trusted.
 * @param trans - For the words.
 */
export async function askForTrust(
  preview: TrustPreview,
  trans: TranslationBundle
): Promise<boolean> {
  const answer = await showDialog({
    title: trans.__('Trust this entry?'),
    body: new TrustBody(preview, trans),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.warnButton({ label: trans.__('Trust This Entry') })
    ],
    // What lets somebody else's code run is not what a hasty Enter does.
    defaultButton: 0
  });
  return answer.button.accept;
}

/** What it means, as text only: names in it are somebody else's. */
class TrustBody extends Widget {
  constructor(preview: TrustPreview, trans: TranslationBundle) {
    super();
    this.addClass('jp-NotebookCache-trust');
    const { active, artefacts, created, outside, path } = preview;
    this._say(
      trans.__(
        'This entry of %1 says that it was made %2. It is not signed by you or your team, so anybody may have written it.',
        path,
        new Date(created * 1000).toLocaleString()
      )
    );
    this._say(trans.__('If you trust it, it counts as your own:'));
    const list = document.createElement('ul');
    const add = (text: string, names: readonly string[] = []): void => {
      const item = document.createElement('li');
      item.textContent =
        names.length > 0
          ? trans.__('%1: %2', text, namesOf(names, trans))
          : text;
      list.append(item);
    };
    if (active.length > 0) {
      add(
        trans.__('its outputs may run code in your browser when restored'),
        active
      );
    } else {
      add(trans.__('its outputs are texts and pictures; nothing in them runs'));
    }
    if (artefacts.length > 0) {
      add(trans.__('its files can be restored to the disk'), artefacts);
    }
    if (outside.length > 0) {
      add(trans.__('files outside the project are compared with it'), outside);
    }
    add(trans.__('the notebook is not executed as long as it is fresh'));
    this.node.append(list);
    this._say(trans.__('Trust it only if you know where the store came from.'));
  }

  private _say(text: string): void {
    const paragraph = document.createElement('p');
    paragraph.textContent = text;
    this.node.append(paragraph);
  }
}

function namesOf(names: readonly string[], trans: TranslationBundle): string {
  const shown = names.slice(0, MOST_NAMED);
  const rest = names.length - shown.length;
  return [
    ...shown,
    ...(rest > 0 ? [trans._n('%1 more', '%1 more', rest)] : [])
  ].join(trans.__(', '));
}
