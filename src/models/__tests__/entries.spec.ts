import type { NotebookPanel } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';
import { FakeClient } from '../../__tests__/fakeServer';
import { summaryWith, turn } from '../../__tests__/support';
import type { INotebookCache } from '../../tokens';
import { Entries } from '../entries';

class FakeCache {
  readonly client = new FakeClient();
  readonly currentChanged = new Signal<this, void>(this);
  readonly entriesChanged = new Signal<this, string>(this);
  current: NotebookPanel | null = null;

  show(localPath: string | null): void {
    this.current =
      localPath === null
        ? null
        : ({ context: { localPath } } as unknown as NotebookPanel);
    this.currentChanged.emit();
  }
}

describe('Entries', () => {
  let cache: FakeCache;
  let entries: Entries;
  let asked: jest.SpyInstance;

  beforeEach(() => {
    cache = new FakeCache();
    cache.client.entryList = Array.from({ length: 30 }, (_, index) =>
      summaryWith({ id: `${index}` })
    );
    asked = jest.spyOn(cache.client, 'entries');
    entries = new Entries(cache as unknown as INotebookCache);
  });

  afterEach(() => entries.dispose());

  it('rests until somebody looks', async () => {
    cache.show('a.ipynb');
    await turn();
    expect(asked).not.toHaveBeenCalled();
    entries.isActive = true;
    await turn();
    expect(asked).toHaveBeenCalledWith('a.ipynb', 0, 20);
    expect(entries.entries).toHaveLength(20);
    expect(entries.total).toBe(30);
  });

  it('fetches older ones when asked to', async () => {
    entries.isActive = true;
    cache.show('a.ipynb');
    await turn();
    await entries.more();
    expect(entries.entries).toHaveLength(30);
  });

  it('follows the current notebook and its store', async () => {
    entries.isActive = true;
    cache.show('a.ipynb');
    await turn();
    cache.show('b.ipynb');
    expect(entries.entries).toHaveLength(0);
    await turn();
    expect(asked).toHaveBeenLastCalledWith('b.ipynb', 0, 20);
    asked.mockClear();
    cache.entriesChanged.emit('a.ipynb');
    cache.currentChanged.emit();
    await turn();
    expect(asked).not.toHaveBeenCalled();
    cache.entriesChanged.emit('b.ipynb');
    await turn();
    expect(asked).toHaveBeenCalledTimes(1);
    cache.show(null);
    await turn();
    expect(entries.entries).toHaveLength(0);
  });

  it('says what is wrong, and tries again when somebody looks', async () => {
    asked.mockRejectedValueOnce(new Error('Out of reach.'));
    cache.show('a.ipynb');
    entries.isActive = true;
    await turn();
    expect(entries.error).toBe('Out of reach.');
    entries.isActive = true;
    await turn();
    expect(entries.error).toBeNull();
    expect(entries.entries).toHaveLength(20);
  });
});
