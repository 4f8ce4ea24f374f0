import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { defaultsOf } from './defaults';
import { ParametersForm } from './parametersForm';
import type { Words } from './parametersForm';

/** What was given to notebooks that are open, as it is mostly changed a little and given again. */
const given = new WeakMap<NotebookPanel, Words>();

/**
 * Ask a person with which parameters a notebook is to be executed.
 *
 * @returns The values as they were written; null when the person thought better of it.
 */
export async function askForParameters(
  panel: NotebookPanel,
  trans: TranslationBundle
): Promise<Words | null> {
  const model = panel.content.model;
  const defaults = defaultsOf(
    model?.cells ?? [],
    model?.getMetadata('jupyterlab_cache')
  );
  const body = new ParametersForm(defaults, given.get(panel) ?? {}, trans);
  const { button, value } = await showDialog({
    title: trans.__('Cache With Parameters'),
    body,
    focusNodeSelector: 'input',
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Cache') })
    ]
  });
  if (!button.accept || !value) {
    return null;
  }
  given.set(panel, value);
  return value;
}
