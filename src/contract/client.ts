import type { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import type { ITranslator } from '@jupyterlab/translation';
import {
  isCollection,
  isEntryDetail,
  isEntryDocument,
  isEntryOutputs,
  isEntryPage,
  isEntrySummary,
  isJob,
  isJobList,
  isNotebookList,
  isJobOutputs,
  isRestoration,
  isRestoredDocument,
  isSharedStoreAnswer,
  isStatistics,
  isStatusList,
  isTransfer,
  isTrustPreview,
  isTurn,
  isVerification
} from './guards';
import { Requests } from './requests';
import type {
  Collection,
  CollectionRequest,
  EntryDetail,
  EntryDocument,
  EntryOutputs,
  EntryPage,
  EntryQuery,
  EntrySummary,
  Job,
  JobOutputs,
  JobRequest,
  NotebookList,
  RestorationRequest,
  RestoredDocument,
  RestoredFile,
  SharedStoreReport,
  Statistics,
  Status,
  StatusQuery,
  Transfer,
  TrustPreview,
  VerificationReport
} from './types';

/**
 * The server's resources as typed calls. Each rejects with a {@link CacheError} whose message can be
 * shown to a person.
 */
export interface ICacheClient {
  /** The verdict on each notebook, in the order asked for. */
  statuses(notebooks: readonly StatusQuery[]): Promise<Status[]>;

  /** A line about each notebook below a folder, as they are saved; by default below the root. */
  notebooks(folder?: string): Promise<NotebookList>;

  /** Put the outputs of the matching entry into the file of a notebook that nobody has open. */
  restoreDocument(path: string): Promise<RestoredDocument>;

  /** Entries of a notebook (or, with a folder's path, of its project); newest first unless asked for otherwise. */
  entries(
    path: string,
    offset?: number,
    limit?: number,
    query?: EntryQuery
  ): Promise<EntryPage>;

  /** One entry with its inputs; `path` is that of any notebook of its project. */
  entry(id: string, path: string): Promise<EntryDetail>;

  /** The outputs of an entry, cell by cell; `isHit`: they take the place of an execution. */
  outputs(id: string, path: string, isHit?: boolean): Promise<EntryOutputs>;

  /** The code cells of an entry as they were executed, with their outputs, to be looked at. */
  document(id: string, path: string): Promise<EntryDocument>;

  /** Where the bytes of a file can be had that an execution wrote, as a download. */
  artefactUrl(id: string, path: string, artefact: string): string;

  /** Write the files of an execution to disk again; resolves to what became of each. */
  restoreArtefacts(request: RestorationRequest): Promise<RestoredFile[]>;

  /** Take an entry out of the store. */
  removeEntry(id: string, path: string): Promise<void>;

  /** Keep an entry whatever a collection would take. */
  pinEntry(id: string, path: string): Promise<void>;

  /** Leave an entry to collections again. */
  unpinEntry(id: string, path: string): Promise<void>;

  /** What it would mean to trust an entry from elsewhere. */
  trustPreview(id: string, path: string): Promise<TrustPreview>;

  /** Let an entry from elsewhere count as ours. */
  trustEntry(id: string, path: string): Promise<void>;

  /** Take that back. */
  distrustEntry(id: string, path: string): Promise<void>;

  /** Make room in a store, or only tell what that would remove. */
  collect(request: CollectionRequest): Promise<Collection>;

  /** Look at all files of the store of a path's project, and repair what can be if that is wanted. */
  verify(path: string, repair: boolean): Promise<VerificationReport>;

  /** How the store that is shared with others is doing; null where there is none. */
  sharedStore(): Promise<SharedStoreReport | null>;

  /** Send what the shared store lacks of a project, or fetch what is missing here; it may take minutes. */
  transfer(direction: 'push' | 'pull', path: string): Promise<Transfer>;

  /** How much the notebooks below a folder took and saved. */
  statistics(folder: string): Promise<Statistics>;

  /** All jobs of the server, newest first. */
  jobs(): Promise<Job[]>;

  /** One job as it is now. */
  job(id: string): Promise<Job>;

  /** What a running job has put out since a revision; rejects with 409 once it has ended. */
  jobOutputs(id: string, since?: number): Promise<JobOutputs>;

  /** Ask for the execution of a notebook as it is saved. */
  submit(request: JobRequest): Promise<Job>;

  /** Ask for the same as another job once more; it is executed in any case. */
  retry(id: string): Promise<Job>;

  /** Cancel a job; one that has ended is forgotten. */
  cancel(id: string): Promise<Job>;

  /** Cancel all jobs that wait or run; gives those. */
  cancelAll(): Promise<Job[]>;

  /** Store the outputs of a saved notebook as they stand. */
  capture(path: string): Promise<EntrySummary>;

  /**
   * Ask for a page's turn to change the outputs of a document that others have open, too.
   *
   * @param path - The document.
   * @param page - The name that the page gives itself.
   * @returns Whether it is its turn now.
   */
  takeTurn(path: string, page: string): Promise<boolean>;

  /** Let no entry that a saved notebook has now match any more; nothing is deleted. */
  invalidate(path: string): Promise<void>;
}

/** How a client is made. */
export interface ICacheClientOptions {
  /** The application's connection to its server. */
  readonly serverSettings: ServerConnection.ISettings;

  /** For the messages that are the client's own. */
  readonly translator?: ITranslator;
}

/** The client over HTTP. */
export class CacheClient implements ICacheClient {
  constructor(options: ICacheClientOptions) {
    this._requests = new Requests(
      options.serverSettings,
      (options.translator ?? nullTranslator).load('jupyterlab_cache')
    );
  }

  async statuses(notebooks: readonly StatusQuery[]): Promise<Status[]> {
    const body = { notebooks };
    return (
      await this._requests.ask('POST', ['status'], isStatusList, { body })
    ).statuses;
  }

  async notebooks(folder = ''): Promise<NotebookList> {
    return this._requests.ask('GET', ['notebooks'], isNotebookList, {
      query: folder ? { path: folder } : {}
    });
  }

  async restoreDocument(path: string): Promise<RestoredDocument> {
    return this._requests.ask('POST', ['documents'], isRestoredDocument, {
      body: { path }
    });
  }

  async entries(
    path: string,
    offset = 0,
    limit = 100,
    wanted: EntryQuery = {}
  ): Promise<EntryPage> {
    const page = { path, offset: `${offset}`, limit: `${limit}` };
    const query = { ...page, ...wanted };
    return this._requests.ask('GET', ['entries'], isEntryPage, { query });
  }

  async entry(id: string, path: string): Promise<EntryDetail> {
    return this._requests.ask('GET', ['entries', id], isEntryDetail, {
      query: { path }
    });
  }

  async outputs(
    id: string,
    path: string,
    isHit = false
  ): Promise<EntryOutputs> {
    const query = { path, hit: `${isHit}` };
    return this._requests.ask(
      'GET',
      ['entries', id, 'outputs'],
      isEntryOutputs,
      {
        query
      }
    );
  }

  async document(id: string, path: string): Promise<EntryDocument> {
    const query = { path };
    return this._requests.ask(
      'GET',
      ['entries', id, 'document'],
      isEntryDocument,
      {
        query
      }
    );
  }

  artefactUrl(id: string, path: string, artefact: string): string {
    return this._requests.url(['entries', id, 'artefact'], { path, artefact });
  }

  async restoreArtefacts(request: RestorationRequest): Promise<RestoredFile[]> {
    const content = { body: request };
    return (
      await this._requests.ask('POST', ['restorations'], isRestoration, content)
    ).files;
  }

  async removeEntry(id: string, path: string): Promise<void> {
    await this._requests.send('DELETE', ['entries', id], { query: { path } });
  }

  async pinEntry(id: string, path: string): Promise<void> {
    const query = { path };
    await this._requests.send('PUT', ['entries', id, 'pin'], { query });
  }

  async unpinEntry(id: string, path: string): Promise<void> {
    const query = { path };
    await this._requests.send('DELETE', ['entries', id, 'pin'], { query });
  }

  async trustPreview(id: string, path: string): Promise<TrustPreview> {
    const query = { path };
    const resource = ['entries', id, 'trust'];
    return this._requests.ask('GET', resource, isTrustPreview, { query });
  }

  async trustEntry(id: string, path: string): Promise<void> {
    const query = { path };
    await this._requests.send('PUT', ['entries', id, 'trust'], { query });
  }

  async distrustEntry(id: string, path: string): Promise<void> {
    const query = { path };
    await this._requests.send('DELETE', ['entries', id, 'trust'], { query });
  }

  async collect(request: CollectionRequest): Promise<Collection> {
    return this._requests.ask('POST', ['collections'], isCollection, {
      body: request
    });
  }

  async verify(path: string, repair: boolean): Promise<VerificationReport> {
    return this._requests.ask('POST', ['verifications'], isVerification, {
      body: { path, repair }
    });
  }

  async sharedStore(): Promise<SharedStoreReport | null> {
    const resource = ['shared-store'];
    return (await this._requests.ask('GET', resource, isSharedStoreAnswer))
      .shared_store;
  }

  async transfer(direction: 'push' | 'pull', path: string): Promise<Transfer> {
    const resource = [
      'shared-store',
      direction === 'push' ? 'pushes' : 'pulls'
    ];
    return this._requests.ask('POST', resource, isTransfer, { body: { path } });
  }

  async statistics(folder: string): Promise<Statistics> {
    return this._requests.ask('GET', ['stats'], isStatistics, {
      query: { path: folder }
    });
  }

  async jobs(): Promise<Job[]> {
    return (await this._requests.ask('GET', ['jobs'], isJobList)).jobs;
  }

  async job(id: string): Promise<Job> {
    return this._requests.ask('GET', ['jobs', id], isJob);
  }

  async jobOutputs(id: string, since = 0): Promise<JobOutputs> {
    return this._requests.ask('GET', ['jobs', id, 'outputs'], isJobOutputs, {
      query: { since: `${since}` }
    });
  }

  async submit(request: JobRequest): Promise<Job> {
    return this._requests.ask('POST', ['jobs'], isJob, { body: request });
  }

  async retry(id: string): Promise<Job> {
    return this._requests.ask('POST', ['jobs', id, 'retries'], isJob);
  }

  async cancel(id: string): Promise<Job> {
    return this._requests.ask('DELETE', ['jobs', id], isJob);
  }

  async cancelAll(): Promise<Job[]> {
    return (await this._requests.ask('DELETE', ['jobs'], isJobList)).jobs;
  }

  async capture(path: string): Promise<EntrySummary> {
    return this._requests.ask('POST', ['captures'], isEntrySummary, {
      body: { path }
    });
  }

  async takeTurn(path: string, page: string): Promise<boolean> {
    const body = { path, page };
    return (await this._requests.ask('POST', ['turns'], isTurn, { body }))
      .granted;
  }

  async invalidate(path: string): Promise<void> {
    await this._requests.send('POST', ['invalidations'], { body: { path } });
  }

  private readonly _requests: Requests;
}
