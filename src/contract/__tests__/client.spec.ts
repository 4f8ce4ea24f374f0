import { createServer } from 'http';
import type { IncomingMessage, Server, ServerResponse } from 'http';
import type { AddressInfo } from 'net';
import { ServerConnection } from '@jupyterlab/services';
import {
  collectionWith,
  jobWith,
  statisticsWith,
  statusWith,
  summaryWith
} from '../../__tests__/support';
import { CacheClient } from '../client';
import { CacheError } from '../errors';

interface ISeen {
  method: string;
  url: URL;
  body: string;
  headers: IncomingMessage['headers'];
}

describe('CacheClient', () => {
  const seen: ISeen[] = [];
  let answer: (response: ServerResponse) => void;
  let server: Server;
  let client: CacheClient;

  const json = (value: unknown, status = 200) => {
    answer = response => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(value));
    };
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', chunk => (body += String(chunk)));
      request.on('end', () => {
        seen.push({
          method: request.method ?? '',
          url: new URL(request.url ?? '', 'http://localhost'),
          body,
          headers: request.headers
        });
        answer(response);
      });
    });
    await new Promise<void>(resolve =>
      server.listen(0, '127.0.0.1', () => resolve())
    );
    const { port } = server.address() as AddressInfo;
    client = new CacheClient({
      serverSettings: ServerConnection.makeSettings({
        baseUrl: `http://127.0.0.1:${port}/base/`,
        wsUrl: `ws://127.0.0.1:${port}/base/`,
        token: 'secret',
        fetch,
        Request,
        Headers
      })
    });
  });

  afterAll(() => new Promise(resolve => server.close(resolve)));

  const last = () => seen[seen.length - 1]!;

  it('names the place of a download, whatever the file is called', () => {
    const url = new URL(
      client.artefactUrl('e'.repeat(32), 'a b.ipynb', '../x&y=%é.csv')
    );
    expect(url.pathname).toBe(
      `/base/jupyterlab-cache/entries/${'e'.repeat(32)}/artefact`
    );
    expect(url.searchParams.get('path')).toBe('a b.ipynb');
    expect(url.searchParams.get('artefact')).toBe('../x&y=%é.csv');
  });

  it('asks for a restoration and takes only an answer that is one', async () => {
    const request = { path: 'a.ipynb', entry: 'e'.repeat(32), overwrite: true };
    const files = [{ path: 'x', result: 'restored', message: '' }];
    json({ files });
    expect(await client.restoreArtefacts(request)).toEqual(files);
    const last = seen[seen.length - 1];
    expect(last?.method).toBe('POST');
    expect(last?.url.pathname).toBe('/base/jupyterlab-cache/restorations');
    expect(JSON.parse(last?.body ?? '')).toEqual(request);
    json({ files: [{ path: 1 }] });
    await expect(client.restoreArtefacts(request)).rejects.toThrow(CacheError);
  });

  it('asks for statuses below the base URL, as a person who is signed in', async () => {
    const status = statusWith({ path: 'ä b.ipynb' });
    json({ statuses: [status] });
    await expect(client.statuses([{ path: 'ä b.ipynb' }])).resolves.toEqual([
      status
    ]);
    expect(last().method).toBe('POST');
    expect(last().url.pathname).toBe('/base/jupyterlab-cache/status');
    expect(last().headers.authorization).toBe('token secret');
    expect(JSON.parse(last().body)).toEqual({
      notebooks: [{ path: 'ä b.ipynb' }]
    });
  });

  it('sends paths as query arguments', async () => {
    json({ entries: [summaryWith()], total: 1, project: 'folder' });
    await client.entries('folder/ä & b.ipynb', 20, 10);
    expect(last().method).toBe('GET');
    expect(last().url.searchParams.get('path')).toBe('folder/ä & b.ipynb');
    expect(last().url.searchParams.get('offset')).toBe('20');
    expect(last().url.searchParams.get('limit')).toBe('10');

    json({
      entry: 'e',
      code_key: 'k',
      trusted: true,
      cells: [],
      expressions: []
    });
    await client.outputs('../e', 'a.ipynb');
    expect(last().url.pathname).toBe(
      '/base/jupyterlab-cache/entries/..%2Fe/outputs'
    );
  });

  it('asks for entries that match, in an order', async () => {
    json({ entries: [], total: 0, project: '.' });
    await client.entries('.', 0, 100, {
      search: 'ok & fast',
      sort: 'bytes',
      order: 'ascending'
    });
    const asked = last().url.searchParams;
    expect(asked.get('search')).toBe('ok & fast');
    expect(asked.get('sort')).toBe('bytes');
    expect(asked.get('order')).toBe('ascending');
  });

  it('pins an entry, and lets it go', async () => {
    json(null, 204);
    await client.pinEntry('e', 'a.ipynb');
    expect(last().method).toBe('PUT');
    expect(last().url.pathname).toBe('/base/jupyterlab-cache/entries/e/pin');
    expect(last().url.searchParams.get('path')).toBe('a.ipynb');
    json(null, 204);
    await client.unpinEntry('e', 'a.ipynb');
    expect(last().method).toBe('DELETE');
  });

  it('trusts an entry, and no more', async () => {
    json({ entry: 'e', active: [], artefacts: ['a'], outside: [] });
    await expect(client.trustPreview('e', 'a.ipynb')).resolves.toHaveProperty(
      'artefacts',
      ['a']
    );
    json({ entry: 'e', active: [1], artefacts: [], outside: [] });
    await expect(client.trustPreview('e', 'a.ipynb')).rejects.toThrow();
    json(null, 204);
    await client.trustEntry('e', 'a.ipynb');
    expect(last().method).toBe('PUT');
    expect(last().url.pathname).toBe('/base/jupyterlab-cache/entries/e/trust');
    json(null, 204);
    await client.distrustEntry('e', 'a.ipynb');
    expect(last().method).toBe('DELETE');
    expect(last().url.searchParams.get('path')).toBe('a.ipynb');
  });

  it('asks for the upkeep of a store', async () => {
    json(collectionWith({ total: 2 }));
    const request = { path: '.', max_entries: 5, preview: true };
    await expect(client.collect(request)).resolves.toHaveProperty('total', 2);
    expect(JSON.parse(last().body)).toEqual(request);
    json({ entries: 1, blobs: 2, untrusted: 0, problems: [], total: 0 });
    await expect(client.verify('.', true)).resolves.toHaveProperty('blobs', 2);
    expect(JSON.parse(last().body)).toEqual({ path: '.', repair: true });
    json(statisticsWith({ store_bytes: 7 }));
    await expect(client.statistics('a')).resolves.toHaveProperty(
      'store_bytes',
      7
    );
    expect(last().url.searchParams.get('path')).toBe('a');
  });

  it('does not take half an answer about upkeep', async () => {
    json({ removed: [{}], total: 1, freed_bytes: 1, kept_entries: 1 });
    await expect(client.collect({ path: '.', preview: true })).rejects.toThrow(
      'does not understand'
    );
    json({ entries: 1, blobs: 2, problems: [{ kind: 'leftover' }], total: 1 });
    await expect(client.verify('.', false)).rejects.toThrow(
      'does not understand'
    );
    json({ ...statisticsWith(), notebooks: [{}] });
    await expect(client.statistics('a')).rejects.toThrow('does not understand');
  });

  it('asks for jobs, and cancels them', async () => {
    json(jobWith(), 201);
    await expect(
      client.submit({ path: 'a.ipynb', force: true })
    ).resolves.toEqual(jobWith());
    expect(JSON.parse(last().body)).toEqual({ path: 'a.ipynb', force: true });
    json({ jobs: [jobWith()] });
    await expect(client.jobs()).resolves.toHaveLength(1);
    json(jobWith({ state: 'cancelled' }));
    await client.cancel('a1');
    expect(last().method).toBe('DELETE');
    expect(last().url.pathname).toBe('/base/jupyterlab-cache/jobs/a1');
  });

  it('stores and removes entries', async () => {
    json(summaryWith(), 201);
    await client.capture('a.ipynb');
    expect(JSON.parse(last().body)).toEqual({ path: 'a.ipynb' });
    answer = response => {
      response.writeHead(204);
      response.end();
    };
    await expect(client.removeEntry('e1', 'a.ipynb')).resolves.toBeUndefined();
    await expect(client.invalidate('a.ipynb')).resolves.toBeUndefined();
    expect(last().url.pathname).toBe('/base/jupyterlab-cache/invalidations');
    expect(JSON.parse(last().body)).toEqual({ path: 'a.ipynb' });
  });

  it("passes the server's words on", async () => {
    json(
      { message: 'a.ipynb does not exist; check the path.', reason: null },
      404
    );
    await expect(client.submit({ path: 'a.ipynb' })).rejects.toMatchObject({
      name: 'CacheError',
      message: 'a.ipynb does not exist; check the path.',
      status: 404
    });
  });

  it('explains what has no words of its own', async () => {
    json({ message: 'Not Found', reason: null }, 404);
    await expect(client.jobs()).rejects.toThrow(/not enabled/);

    answer = response => {
      response.writeHead(502, { 'Content-Type': 'text/html' });
      response.end('<h1>Bad gateway</h1>');
    };
    const error: unknown = await client
      .jobs()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CacheError);
    expect((error as CacheError).message).toContain('502');
    expect((error as CacheError).message).not.toContain('<');
  });

  it.each([
    ['no JSON', '<html>'],
    ['another shape', '{"statuses": [{"verdict": "maybe"}]}'],
    ['nothing', '']
  ])('refuses an answer that it does not understand: %s', async (_, body) => {
    answer = response => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(body);
    };
    await expect(client.statuses([{ path: 'a' }])).rejects.toBeInstanceOf(
      CacheError
    );
  });

  it('says that the server cannot be reached', async () => {
    const lonely = new CacheClient({
      serverSettings: ServerConnection.makeSettings({
        baseUrl: 'http://127.0.0.1:9/',
        fetch,
        Request,
        Headers
      })
    });
    await expect(lonely.jobs()).rejects.toMatchObject({ status: null });
  });
});
