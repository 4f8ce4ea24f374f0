import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { CacheError } from './errors';
import {
  isEntryDetail,
  isEntryDocument,
  isEntryOutputs,
  isEntryPage,
  isEntrySummary,
  isJob,
  isJobList,
  isNotebookList,
  isJobOutputs,
  isObject,
  isRestoration,
  isRestoredDocument,
  isStatusList,
  isTurn
} from './guards';
import type {
  EntryDetail,
  EntryDocument,
  EntryOutputs,
  EntryPage,
  EntrySummary,
  Job,
  JobOutputs,
  JobRequest,
  NotebookList,
  RestorationRequest,
  RestoredDocument,
  RestoredFile,
  Status,
  StatusQuery
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

  /** Entries of a notebook (or, with a folder's path, of its project), newest first. */
  entries(path: string, offset?: number, limit?: number): Promise<EntryPage>;

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

  /** All jobs of the server, newest first. */
  jobs(): Promise<Job[]>;

  /** One job as it is now. */
  job(id: string): Promise<Job>;

  /** What a running job has put out since a revision; rejects with 409 once it has ended. */
  jobOutputs(id: string, since?: number): Promise<JobOutputs>;

  /** Ask for the execution of a notebook as it is saved. */
  submit(request: JobRequest): Promise<Job>;

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

/** What goes along with a request. */
interface IContent {
  readonly query?: Record<string, string>;
  readonly body?: unknown;
}

/** The client over HTTP. */
export class CacheClient implements ICacheClient {
  constructor(options: ICacheClientOptions) {
    this._settings = options.serverSettings;
    this._trans = (options.translator ?? nullTranslator).load(
      'jupyterlab_cache'
    );
  }

  async statuses(notebooks: readonly StatusQuery[]): Promise<Status[]> {
    const body = { notebooks };
    return (await this._ask('POST', ['status'], isStatusList, { body }))
      .statuses;
  }

  async notebooks(folder = ''): Promise<NotebookList> {
    return this._ask('GET', ['notebooks'], isNotebookList, {
      query: folder ? { path: folder } : {}
    });
  }

  async restoreDocument(path: string): Promise<RestoredDocument> {
    return this._ask('POST', ['documents'], isRestoredDocument, {
      body: { path }
    });
  }

  async entries(path: string, offset = 0, limit = 100): Promise<EntryPage> {
    const query = { path, offset: `${offset}`, limit: `${limit}` };
    return this._ask('GET', ['entries'], isEntryPage, { query });
  }

  async entry(id: string, path: string): Promise<EntryDetail> {
    return this._ask('GET', ['entries', id], isEntryDetail, {
      query: { path }
    });
  }

  async outputs(
    id: string,
    path: string,
    isHit = false
  ): Promise<EntryOutputs> {
    const query = { path, hit: `${isHit}` };
    return this._ask('GET', ['entries', id, 'outputs'], isEntryOutputs, {
      query
    });
  }

  async document(id: string, path: string): Promise<EntryDocument> {
    const query = { path };
    return this._ask('GET', ['entries', id, 'document'], isEntryDocument, {
      query
    });
  }

  artefactUrl(id: string, path: string, artefact: string): string {
    return this._url(['entries', id, 'artefact'], { path, artefact });
  }

  async restoreArtefacts(request: RestorationRequest): Promise<RestoredFile[]> {
    const content = { body: request };
    return (await this._ask('POST', ['restorations'], isRestoration, content))
      .files;
  }

  async removeEntry(id: string, path: string): Promise<void> {
    await this._send('DELETE', ['entries', id], { query: { path } });
  }

  async jobs(): Promise<Job[]> {
    return (await this._ask('GET', ['jobs'], isJobList)).jobs;
  }

  async job(id: string): Promise<Job> {
    return this._ask('GET', ['jobs', id], isJob);
  }

  async jobOutputs(id: string, since = 0): Promise<JobOutputs> {
    return this._ask('GET', ['jobs', id, 'outputs'], isJobOutputs, {
      query: { since: `${since}` }
    });
  }

  async submit(request: JobRequest): Promise<Job> {
    return this._ask('POST', ['jobs'], isJob, { body: request });
  }

  async cancel(id: string): Promise<Job> {
    return this._ask('DELETE', ['jobs', id], isJob);
  }

  async cancelAll(): Promise<Job[]> {
    return (await this._ask('DELETE', ['jobs'], isJobList)).jobs;
  }

  async capture(path: string): Promise<EntrySummary> {
    return this._ask('POST', ['captures'], isEntrySummary, { body: { path } });
  }

  async takeTurn(path: string, page: string): Promise<boolean> {
    const body = { path, page };
    return (await this._ask('POST', ['turns'], isTurn, { body })).granted;
  }

  async invalidate(path: string): Promise<void> {
    await this._send('POST', ['invalidations'], { body: { path } });
  }

  private async _ask<T>(
    method: string,
    resource: readonly string[],
    check: (value: unknown) => value is T,
    content: IContent = {}
  ): Promise<T> {
    const response = await this._send(method, resource, content);
    const value: unknown = await response.json().catch(() => undefined);
    if (!check(value)) {
      throw new CacheError(
        this._trans.__(
          'The server gave an answer that this extension does not understand; its two halves may be of different versions.'
        ),
        response.status
      );
    }
    return value;
  }

  private _url(
    resource: readonly string[],
    query: Record<string, string>
  ): string {
    return (
      URLExt.join(
        this._settings.baseUrl,
        'jupyterlab-cache',
        ...resource.map(encodeURIComponent)
      ) + URLExt.objectToQueryString(query)
    );
  }

  private async _send(
    method: string,
    resource: readonly string[],
    content: IContent
  ): Promise<Response> {
    const url = this._url(resource, content.query ?? {});
    const init: RequestInit = { method };
    if (content.body !== undefined) {
      init.body = JSON.stringify(content.body);
    }
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this._settings);
    } catch {
      throw new CacheError(
        this._trans.__('The Jupyter server cannot be reached.')
      );
    }
    if (!response.ok) {
      throw await this._error(response);
    }
    return response;
  }

  private async _error(response: Response): Promise<CacheError> {
    const value: unknown = await response.json().catch(() => undefined);
    const message =
      isObject(value) && typeof value.message === 'string' ? value.message : '';
    // Our own handlers always say what is missing; these are the words of a server without them.
    if (response.status === 404 && (!message || message === 'Not Found')) {
      return new CacheError(
        this._trans.__(
          'The server half of jupyterlab-cache is not enabled; see "jupyter server extension list".'
        ),
        404
      );
    }
    return new CacheError(
      message ||
        this._trans.__(
          'The Jupyter server answered %1 %2.',
          response.status,
          response.statusText
        ),
      response.status
    );
  }

  private readonly _settings: ServerConnection.ISettings;
  private readonly _trans: TranslationBundle;
}
