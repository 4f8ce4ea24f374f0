import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { captureOfferPlugin } from './plugins/captureOffer';
import { cellMarksPlugin } from './plugins/cellMarks';
import { commandsPlugin } from './plugins/commands';
import { comparePlugin } from './plugins/compare';
import { entryLinkPlugin } from './plugins/entryLink';
import { fileBrowserPlugin } from './plugins/fileBrowser';
import { jobResultsPlugin } from './plugins/jobResults';
import { panelPlugin } from './plugins/panel';
import { restoreOfferPlugin } from './plugins/restoreOffer';
import { runningPlugin } from './plugins/running';
import { servicePlugin } from './plugins/service';
import { statusBarPlugin } from './plugins/statusBar';
import { toolbarPlugin } from './plugins/toolbar';

export * from './tokens';

/** The plugins; each can be disabled alone. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [
  servicePlugin,
  toolbarPlugin,
  cellMarksPlugin,
  commandsPlugin,
  fileBrowserPlugin,
  panelPlugin,
  comparePlugin,
  jobResultsPlugin,
  captureOfferPlugin,
  restoreOfferPlugin,
  statusBarPlugin,
  runningPlugin,
  entryLinkPlugin
];

export default plugins;
