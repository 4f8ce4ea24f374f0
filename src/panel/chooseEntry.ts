import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { entryName } from '../compare/words';
import type { EntrySummary } from '../contract';

/**
 * Let a person choose which entry another one is compared with.
 *
 * @param entry - The other one.
 * @param others - What can be chosen, at least one.
 * @param trans - For the words.
 * @returns The choice; null when the person does not want to go on.
 */
export async function chooseEntry(
  entry: EntrySummary,
  others: readonly EntrySummary[],
  trans: TranslationBundle
): Promise<EntrySummary | null> {
  const answer = await showDialog({
    title: trans.__('Compare with…'),
    body: new EntrySelect(entry, others, trans),
    focusNodeSelector: 'select',
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Compare') })
    ]
  });
  const chosen = answer.button.accept ? answer.value : null;
  return others.find(({ id }) => id === chosen) ?? null;
}

/** A choice between entries. */
class EntrySelect extends Widget implements Dialog.IBodyWidget<string> {
  constructor(
    entry: EntrySummary,
    others: readonly EntrySummary[],
    trans: TranslationBundle
  ) {
    const label = document.createElement('label');
    label.textContent = trans.__(
      'What is compared with this one? %1',
      entryName(entry, trans)
    );
    const select = document.createElement('select');
    for (const other of others) {
      select.add(new Option(entryName(other, trans), other.id));
    }
    label.append(select);
    super({ node: label });
    this._select = select;
    this.addClass('jp-NotebookCache-chooseEntry');
  }

  /** The identifier of the chosen entry. */
  getValue(): string {
    return this._select.value;
  }

  private readonly _select: HTMLSelectElement;
}
