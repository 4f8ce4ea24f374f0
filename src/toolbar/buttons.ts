import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ToolbarButton } from '@jupyterlab/ui-components';
import type { INotebookCache } from '../tokens';
import { cacheIcon, restoreIcon } from './icons';

/** The button *Cache this notebook*, which rests while a job is under way. */
export function createCacheButton(
  cache: INotebookCache,
  panel: NotebookPanel,
  trans: TranslationBundle
): ToolbarButton {
  const status = cache.statusOf(panel);
  const button = new ToolbarButton({
    icon: cacheIcon,
    tooltip: trans.__('Cache this notebook'),
    onClick: () => void cache.actions.cache(panel)
  });
  follow(button, cache, panel, () => status.job === null);
  return button;
}

/** The button *Restore cached outputs*, enabled only when there is something to restore. */
export function createRestoreButton(
  cache: INotebookCache,
  panel: NotebookPanel,
  trans: TranslationBundle
): ToolbarButton {
  const status = cache.statusOf(panel);
  const button = new ToolbarButton({
    icon: restoreIcon,
    tooltip: trans.__('Restore cached outputs'),
    onClick: () => void cache.actions.restore(panel)
  });
  follow(button, cache, panel, () => {
    const verdict = status.status?.verdict;
    return verdict === 'fresh' || verdict === 'failed';
  });
  return button;
}

function follow(
  button: ToolbarButton,
  cache: INotebookCache,
  panel: NotebookPanel,
  isEnabled: () => boolean
): void {
  const status = cache.statusOf(panel);
  const update = () => {
    button.enabled = isEnabled();
  };
  status.changed.connect(update);
  button.disposed.connect(() => status.changed.disconnect(update));
  update();
}
