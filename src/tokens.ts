import type { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type {
  CacheError,
  DocumentDigests,
  ICacheClient,
  Job,
  JobKind,
  Status
} from './contract';

export type { ICacheClient } from './contract/client';
export type * from './contract/types';

/** What a status needs of a document's context. */
export interface INotebookContext {
  /** The context is gone. */
  readonly disposed: ISignal<unknown, void>;

  /** Path of the document, without a drive's prefix. */
  readonly localPath: string;

  /** The document. */
  readonly model: INotebookModel;

  /** The document was moved or renamed. */
  readonly pathChanged: ISignal<unknown, string>;

  /** Resolves when the document is loaded. */
  readonly ready: Promise<void>;
}

/** How a person wants a notebook to be executed. */
export interface ICacheOptions {
  /** Execute it even if it is fresh. */
  readonly force?: boolean;

  /** In a folder of its own, or not; what is declared of the notebook when missing. */
  readonly isolated?: boolean;

  /** Parameters as the person wrote them: words that the server takes for what they look like. */
  readonly words?: Readonly<Record<string, string>>;
}

/** The server's jobs, as far as this browser has heard of them. */
export interface IJobs {
  /** All known jobs, newest first. */
  readonly jobs: readonly Job[];

  /** A job appeared, advanced, ended or was forgotten. */
  readonly changed: ISignal<IJobs, void>;

  /** A job ended while this browser looked on; told once for each. */
  readonly ended: ISignal<IJobs, Job>;

  /** The job that runs for a notebook, or else the one that waits. */
  activeJob(path: string): Job | null;

  /** Whether this very page asked for the job. */
  isMine(id: string): boolean;

  /** Ask for the execution of a notebook as it is saved, or for a check of its repeatability. */
  submit(
    path: string,
    options?: ICacheOptions & {
      /** It is one of many, and comes after what a person waits for. */
      readonly batch?: boolean;

      /** What is wanted of it; by default its execution. A check always executes. */
      readonly kind?: JobKind;
    }
  ): Promise<Job>;

  /** Ask for the same as a job once more; it is executed in any case. */
  retry(id: string): Promise<Job>;

  /** Cancel a job; one that has ended is forgotten. */
  cancel(id: string): Promise<void>;

  /** Cancel all jobs of the server that wait or run. */
  cancelAll(): Promise<void>;

  /** Fetch the list. */
  refresh(): Promise<void>;
}

/** What the server says of one open document, followed while a person edits it. */
export interface INotebookStatus {
  /** The document. */
  readonly context: INotebookContext;

  /** Path of the notebook, relative to the server's root. */
  readonly path: string;

  /** The server's latest word; null until there is one. */
  readonly status: Status | null;

  /** Why there is no current word of the server; null when there is one. */
  readonly error: CacheError | null;

  /** The job that waits or runs for this notebook. */
  readonly job: Job | null;

  /** The status, the error or the job changed. */
  readonly changed: ISignal<INotebookStatus, void>;

  /** The document's code key as it stands now; null before the document is loaded. */
  codeKey(): string | null;

  /** The digests of the document as it stands now. */
  digests(): Promise<DocumentDigests>;

  /** Ask the server again; resolves to its answer, or to null when there is none (see `error`). */
  refresh(): Promise<Status | null>;

  /** Say that somebody looks again after a while: catches up with what was missed. */
  resume(): void;

  /**
   * Keep the status up to date while somebody looks.
   *
   * @param isShown - Whether the one who looks can be seen now.
   * @returns Dispose of it to look no more.
   */
  watch(isShown: () => boolean): IDisposable;
}

/** What people do with notebooks. Each but `put` tells the person what came of it and never rejects. */
export interface ICacheActions {
  /** A person's wish put outputs into an open notebook; the argument is its view. */
  readonly restored: ISignal<ICacheActions, NotebookPanel>;

  /**
   * Execute an open notebook on the server unless its outputs are still true; it is saved first.
   */
  cache(panel: NotebookPanel, options?: ICacheOptions): Promise<void>;

  /** The same for a saved notebook that need not be open. */
  cachePath(path: string, options?: ICacheOptions): Promise<void>;

  /** Ask for the same as a job once more. */
  retry(job: Job): Promise<void>;

  /** Execute what is not fresh of notebooks that need not be open; those that are open are saved first. */
  cachePaths(paths: readonly string[]): Promise<void>;

  /** Put cached outputs into notebooks: into the files of those that are not open. */
  restorePaths(paths: readonly string[]): Promise<void>;

  /**
   * Have an open notebook executed twice, to see whether it is repeatable; it is saved first. Its
   * outputs stay as they are.
   */
  check(panel: NotebookPanel): Promise<void>;

  /** The same for a saved notebook that need not be open. */
  checkPath(path: string): Promise<void>;

  /**
   * Put cached outputs into an open notebook.
   *
   * @param entry - Of which entry; by default the one that the verdict names.
   */
  restore(panel: NotebookPanel, entry?: string): Promise<void>;

  /**
   * Write the files of an execution to disk again: those that are gone, and others after a yes.
   *
   * @param entry - Whose files.
   */
  restoreFiles(panel: NotebookPanel, entry: string): Promise<void>;

  /** Store the outputs of an open notebook as they stand; it is saved first. */
  capture(panel: NotebookPanel): Promise<void>;

  /** Say that the cached outputs of an open notebook are not to be used again. */
  invalidate(panel: NotebookPanel): Promise<void>;

  /** The same for saved notebooks that need not be open. */
  invalidatePaths(paths: readonly string[]): Promise<void>;

  /** Cancel a job. */
  cancel(job: Job): Promise<void>;

  /** Cancel all jobs of the server that wait or run. */
  cancelAll(): Promise<void>;

  /**
   * Put the outputs of an entry into an open notebook, without a word to the person.
   *
   * @param isHit - Whether they take the place of an execution; statistics count that.
   * @returns How many cells were changed. Rejects when the notebook's code is not that of the entry.
   */
  put(panel: NotebookPanel, entry: string, isHit?: boolean): Promise<number>;
}

/** The cache of notebook executions, for other extensions. */
export interface INotebookCache {
  /** The server's resources. */
  readonly client: ICacheClient;

  /** The server's jobs. */
  readonly jobs: IJobs;

  /** What people do. */
  readonly actions: ICacheActions;

  /** The notebook that a person works in; null when none is open. */
  readonly current: NotebookPanel | null;

  /** The view of a notebook that is open; null when there is none. */
  openAt(path: string): NotebookPanel | null;

  /** Another notebook became the current one. */
  readonly currentChanged: ISignal<INotebookCache, void>;

  /** The entries of a notebook changed; the argument is its path. */
  readonly entriesChanged: ISignal<INotebookCache, string>;

  /** The status of an open document, the same for all its views. */
  statusOf(panel: NotebookPanel): INotebookStatus;
}

/** The token of {@link INotebookCache}. */
export const INotebookCache = new Token<INotebookCache>(
  'jupyterlab-cache:INotebookCache',
  'Verdicts on open notebooks, and what to do about them.'
);
