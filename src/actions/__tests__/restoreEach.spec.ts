import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import { FakeClient } from '../../__tests__/fakeServer';
import { statusWith } from '../../__tests__/support';
import type { Status } from '../../contract';
import type { INotebookStatus } from '../../tokens';
import { restoreEach, tellRestored } from '../restoreEach';

const trans = nullTranslator.load('jupyterlab_cache');
const OPEN = {} as NotebookPanel;

describe('restoreEach', () => {
  let client: FakeClient;
  let status: Status | null;
  let put: string[];

  const restore = (paths: readonly string[]) =>
    restoreEach(
      paths,
      {
        client,
        openAt: path => (path === 'open.ipynb' ? OPEN : null),
        statusOf: () =>
          ({ refresh: () => Promise.resolve(status) }) as INotebookStatus
      },
      {
        put: (_, entry) => {
          put.push(entry);
          return Promise.resolve(1);
        }
      }
    );

  beforeEach(() => {
    client = new FakeClient();
    status = statusWith();
    put = [];
  });

  it('goes through the document of what is open, and to the file of what is not', async () => {
    const results = await restore(['open.ipynb', 'a.ipynb']);
    expect(put).toEqual(['e'.repeat(32)]);
    expect(client.restoredDocuments).toEqual(['a.ipynb']);
    expect(results.map(({ obstacle }) => obstacle)).toEqual([null, null]);
  });

  it('goes on after what has no outputs', async () => {
    status = statusWith({ verdict: 'uncached', entry: null });
    client.obstacle = path => (path === 'a.ipynb' ? 'stale: data.csv' : '');
    expect(await restore(['open.ipynb', 'a.ipynb', 'b.ipynb'])).toEqual([
      { path: 'open.ipynb', obstacle: 'uncached' },
      { path: 'a.ipynb', obstacle: 'stale: data.csv' },
      { path: 'b.ipynb', obstacle: null }
    ]);
    client.restoreDocument = () => Promise.reject(new Error('gone'));
    expect(await restore(['b.ipynb'])).toEqual([
      { path: 'b.ipynb', obstacle: 'gone' }
    ]);
  });
});

describe('tellRestored', () => {
  afterEach(() => Notification.dismiss());

  const told = (): string =>
    `${Notification.manager.notifications[0]?.message}`;

  it('counts', () => {
    tellRestored([{ path: 'a', obstacle: null }], trans);
    expect(told()).toBe('1 notebook has its cached outputs.');
  });

  it('names the first of those that got nothing', () => {
    const failed = ['a', 'b', 'c', 'd', 'e'].map(path => ({
      path,
      obstacle: 'no'
    }));
    tellRestored(failed, trans);
    expect(told()).toContain('a: no; b: no; c: no; and 2 more');
  });
});
