import type { NotebookPanel } from '@jupyterlab/notebook';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { CacheActions } from './actions/cacheActions';
import type { CacheClient } from './contract/client';
import type { JobsModel } from './models/jobs';
import type { NotebookStatus } from './models/notebookStatus';

/** The cache of notebook executions, for other extensions. */
export interface INotebookCache {
  /** The server. */
  readonly client: CacheClient;

  /** The server's jobs. */
  readonly jobs: JobsModel;

  /** What people do: cache, restore, store. */
  readonly actions: CacheActions;

  /** The document that a person works in, if it is a notebook. */
  readonly current: NotebookStatus | null;

  /** That document changed. */
  readonly currentChanged: ISignal<INotebookCache, void>;

  /** The status of an open document. */
  statusOf(panel: NotebookPanel): NotebookStatus;
}

/** The token of {@link INotebookCache}. */
export const INotebookCache = new Token<INotebookCache>(
  'jupyterlab-cache:INotebookCache',
  'Verdicts on open notebooks, and what to do about them.'
);
