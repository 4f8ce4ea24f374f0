import { LabIcon } from '@jupyterlab/ui-components';
import compareSvg from '../../style/icons/compare.svg';
import compareWithSvg from '../../style/icons/compareWith.svg';
import pinSvg from '../../style/icons/pin.svg';
import pinnedSvg from '../../style/icons/pinned.svg';

/** A pin that could hold something. */
export const pinIcon = new LabIcon({
  name: 'notebook-cache:pin',
  svgstr: pinSvg
});

/** A pin that holds something. */
export const pinnedIcon = new LabIcon({
  name: 'notebook-cache:pinned',
  svgstr: pinnedSvg
});

/** Two pages beside each other. */
export const compareIcon = new LabIcon({
  name: 'notebook-cache:compare',
  svgstr: compareSvg
});

/** From one to the other. */
export const compareWithIcon = new LabIcon({
  name: 'notebook-cache:compare-with',
  svgstr: compareWithSvg
});
