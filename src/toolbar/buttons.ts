import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ToolbarButton } from '@jupyterlab/ui-components';
import { isRestorable } from '../models/verdict';
import type { INotebookCache, INotebookStatus } from '../tokens';
import { cacheIcon, restoreIcon } from './icons';

/** The button *Cache this notebook*, which rests while a job is under way. */
export function createCacheButton(
  cache: INotebookCache,
  panel: NotebookPanel,
  trans: TranslationBundle
): ToolbarButton {
  const button = new ToolbarButton({
    icon: cacheIcon,
    tooltip: trans.__('Cache this notebook'),
    onClick: () => void cache.actions.cache(panel)
  });
  return follow(button, cache.statusOf(panel), ({ job }) => job === null);
}

/** The button *Restore cached outputs*, enabled only when there is something that fits the code. */
export function createRestoreButton(
  cache: INotebookCache,
  panel: NotebookPanel,
  trans: TranslationBundle
): ToolbarButton {
  const button = new ToolbarButton({
    icon: restoreIcon,
    tooltip: trans.__('Restore cached outputs'),
    onClick: () => void cache.actions.restore(panel)
  });
  return follow(button, cache.statusOf(panel), ({ status }) =>
    isRestorable(status?.verdict)
  );
}

function follow(
  button: ToolbarButton,
  model: INotebookStatus,
  isEnabled: (model: INotebookStatus) => boolean
): ToolbarButton {
  const update = () => {
    button.enabled = isEnabled(model);
  };
  model.changed.connect(update);
  button.disposed.connect(() => model.changed.disconnect(update));
  update();
  return button;
}
