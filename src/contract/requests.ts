import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CacheError } from './errors';
import { isObject } from './guards';

/** What goes along with a request. */
export interface IContent {
  readonly query?: Record<string, string>;
  readonly body?: unknown;
}

/** Requests to the server half; each rejects with a {@link CacheError} that can be shown to a person. */
export class Requests {
  /**
   * @param settings - The application's connection to its server.
   * @param trans - For the messages that are not the server's.
   */
  constructor(settings: ServerConnection.ISettings, trans: TranslationBundle) {
    this._settings = settings;
    this._trans = trans;
  }

  /**
   * Ask for something that is answered with JSON.
   *
   * @param method - The HTTP method.
   * @param resource - The parts of the resource's path, below the extension's own.
   * @param check - Whether the answer is what it should be.
   * @param content - What goes along.
   */
  async ask<T>(
    method: string,
    resource: readonly string[],
    check: (value: unknown) => value is T,
    content: IContent = {}
  ): Promise<T> {
    const response = await this.send(method, resource, content);
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

  /** The address of a resource. */
  url(resource: readonly string[], query: Record<string, string>): string {
    return (
      URLExt.join(
        this._settings.baseUrl,
        'jupyterlab-cache',
        ...resource.map(encodeURIComponent)
      ) + URLExt.objectToQueryString(query)
    );
  }

  /** Send something whose answer does not matter, unless it is an error. */
  async send(
    method: string,
    resource: readonly string[],
    content: IContent
  ): Promise<Response> {
    const url = this.url(resource, content.query ?? {});
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
