import { LabIcon } from '@jupyterlab/ui-components';
import cacheSvg from '../../style/icons/cache.svg';
import restoreSvg from '../../style/icons/restore.svg';

/** A store that takes something in. */
export const cacheIcon = new LabIcon({
  name: 'notebook-cache:cache',
  svgstr: cacheSvg
});

/** A store that gives something back. */
export const restoreIcon = new LabIcon({
  name: 'notebook-cache:restore',
  svgstr: restoreSvg
});
