import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type {
  CaptureRequest,
  EntryOutputs,
  EntryPage,
  EntrySummary,
  Job,
  JobList,
  JobRequest,
  Status,
  StatusList,
  StatusRequest
} from './types';

/** What the server says is wrong, in words for a person. */
export class CacheError extends Error {
  /**
   * @param message - The server's message.
   * @param status - The status of its answer; 0 when there was none.
   */
  constructor(
    message: string,
    readonly status: number
  ) {
    super(message);
    this.name = 'CacheError';
  }
}

/** The server extension, as `openapi.yaml` describes it. */
export class CacheClient {
  /**
   * @param serverSettings - The application's own connection.
   */
  constructor(serverSettings: ServerConnection.ISettings) {
    this._serverSettings = serverSettings;
  }

  /**
   * The verdict on a document as it stands in the browser.
   *
   * @throws CacheError when the server refuses or cannot be reached.
   */
  async status(query: StatusRequest['notebooks'][number]): Promise<Status> {
    const list: StatusList = await this._send('POST', 'status', {
      notebooks: [query]
    } satisfies StatusRequest);
    const status = list.statuses[0];
    if (!status) {
      throw new CacheError('The server gave no status.', 0);
    }
    return status;
  }

  /** The latest entries of a notebook. */
  async entries(path: string, limit = 20): Promise<EntryPage> {
    return this._send('GET', 'entries', undefined, { path, limit: `${limit}` });
  }

  /** The outputs of an entry, cell by cell. */
  async outputs(entry: string, path: string): Promise<EntryOutputs> {
    return this._send('GET', `entries/${entry}/outputs`, undefined, { path });
  }

  /** All jobs of the server, newest first. */
  async jobs(): Promise<Job[]> {
    const list: JobList = await this._send('GET', 'jobs');
    return list.jobs;
  }

  /** Ask for the execution of a saved notebook. */
  async submit(request: JobRequest): Promise<Job> {
    return this._send('POST', 'jobs', request);
  }

  /** Cancel a job, or forget one that has ended. */
  async cancel(job: string): Promise<Job> {
    return this._send('DELETE', `jobs/${job}`);
  }

  /** Store the outputs of a saved notebook as they stand. */
  async capture(request: CaptureRequest): Promise<EntrySummary> {
    return this._send('POST', 'captures', request);
  }

  private async _send<T>(
    method: string,
    resource: string,
    body?: object,
    query: Record<string, string> = {}
  ): Promise<T> {
    const url =
      URLExt.join(
        this._serverSettings.baseUrl,
        'jupyterlab-cache',
        ...resource.split('/').map(encodeURIComponent)
      ) + URLExt.objectToQueryString(query);
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(
        url,
        body ? { method, body: JSON.stringify(body) } : { method },
        this._serverSettings
      );
    } catch (error) {
      throw new CacheError(
        error instanceof Error ? error.message : String(error),
        0
      );
    }
    if (!response.ok) {
      throw new CacheError(await messageOf(response), response.status);
    }
    return response.json() as Promise<T>;
  }

  private readonly _serverSettings: ServerConnection.ISettings;
}

async function messageOf(response: Response): Promise<string> {
  try {
    const answer: unknown = await response.json();
    if (answer && typeof answer === 'object' && 'message' in answer) {
      return String(answer.message);
    }
  } catch {
    // Not JSON: a proxy's page, say. The status has to do.
  }
  return `${response.status} ${response.statusText}`;
}
