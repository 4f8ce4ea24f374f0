import type { NotebookPanel } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';
import { FakeClient } from '../../__tests__/fakeServer';
import { summaryWith, turn } from '../../__tests__/support';
import type { EntryPage } from '../../contract';
import { CacheEntries } from '../cacheEntries';
import type { EntriesSource } from '../cacheEntries';
import { DEFAULT_ENTRY_VIEW } from '../entryView';

class FakeCache {
  readonly client = new FakeClient();
  readonly currentChanged = new Signal<this, void>(this);
  readonly entriesChanged = new Signal<this, string>(this);
  current: NotebookPanel | null = null;

  show(localPath: string): void {
    this.current = { context: { localPath } } as unknown as NotebookPanel;
    this.currentChanged.emit();
  }
}

describe('CacheEntries', () => {
  let cache: FakeCache;
  let entries: CacheEntries;
  let asked: jest.SpyInstance;

  beforeEach(() => {
    cache = new FakeCache();
    cache.client.entryList = Array.from({ length: 950 }, (_, index) =>
      summaryWith({ id: `${index}`, path: index % 2 ? 'odd' : 'even' })
    );
    asked = jest.spyOn(cache.client, 'entries');
    entries = new CacheEntries(cache as unknown as EntriesSource);
  });

  afterEach(() => entries.dispose());

  /** Resolves when there is another answer. */
  const nextChange = () =>
    new Promise<void>(resolve => {
      const once = (): void => {
        entries.changed.disconnect(once);
        resolve();
      };
      entries.changed.connect(once);
    });

  const look = async (): Promise<void> => {
    const changed = nextChange();
    entries.isActive = true;
    await changed;
  };

  const offsets = (): unknown[] =>
    (asked.mock.calls as unknown[][]).map(call => call[1]);

  it('asks nothing until somebody looks', async () => {
    cache.show('a/b.ipynb');
    cache.entriesChanged.emit('a/b.ipynb');
    entries.choose({ ...DEFAULT_ENTRY_VIEW, search: 'odd' });
    await turn(50);
    expect(asked).not.toHaveBeenCalled();
    expect(entries.isKnown).toBe(false);
    await look();
    expect(asked).toHaveBeenCalledTimes(1);
    expect(asked).toHaveBeenCalledWith('a', 0, 100, {
      search: 'odd',
      sort: 'created',
      order: 'descending'
    });
    expect(entries.total).toBe(475);
  });

  it('is about the root folder when no notebook is open, and says what the server says', async () => {
    cache.client.project = 'elsewhere';
    await look();
    expect((asked.mock.calls as unknown[][])[0]?.[0]).toBe('.');
    expect(entries.project).toBe('elsewhere');
  });

  it('fetches the pages that are looked at, and each of them once', async () => {
    await look();
    entries.need(90, 130);
    expect(entries.at(120)).toBeNull();
    await nextChange();
    expect(entries.at(120)?.id).toBe('120');
    entries.need(100, 150);
    entries.need(900, 960);
    await nextChange();
    expect(entries.at(949)?.id).toBe('949');
    expect(entries.at(950)).toBeNull();
    expect(offsets()).toEqual([0, 100, 900]);
  });

  it('does not fetch what was only passed on the way', async () => {
    await look();
    // Each of them is about to be asked for, but no more than two at once.
    for (let first = 100; first < 900; first += 100) {
      entries.need(first, first + 40);
    }
    await turn();
    expect(offsets()).toEqual([0, 100, 200, 800]);
    expect(entries.at(800)?.id).toBe('800');
    expect(entries.at(500)).toBeNull();
  });

  it('makes one search of what is typed quickly', async () => {
    await look();
    for (const search of ['o', 'od', 'odd']) {
      entries.choose({ ...DEFAULT_ENTRY_VIEW, search });
    }
    await nextChange();
    expect(asked).toHaveBeenCalledTimes(2);
    expect(entries.query?.search).toBe('odd');
    expect(entries.at(0)?.path).toBe('odd');
  });

  it('drops answers that come too late', async () => {
    await look();
    let answerLate: (page: EntryPage) => void = () => {};
    asked.mockReturnValueOnce(
      new Promise<EntryPage>(resolve => {
        answerLate = resolve;
      })
    );
    entries.choose({ ...DEFAULT_ENTRY_VIEW, search: 'even' });
    await turn(50);
    entries.choose({ ...DEFAULT_ENTRY_VIEW, search: 'odd' });
    await nextChange();
    answerLate({ entries: [], total: 0, project: '.' });
    await turn();
    expect(entries.query?.search).toBe('odd');
    expect(entries.total).toBe(475);
  });

  it('shows what there was until there is something new', async () => {
    await look();
    entries.choose({ ...DEFAULT_ENTRY_VIEW, order: 'ascending' });
    expect(entries.at(0)?.id).toBe('0');
    await nextChange();
    expect(entries.at(0)?.id).toBe('949');
  });

  it('follows the store without a gap where somebody looks', async () => {
    await look();
    entries.need(90, 130);
    await nextChange();
    cache.client.entryList = [
      summaryWith({ id: 'new' }),
      ...cache.client.entryList
    ];
    for (const path of ['a', 'b', 'c']) {
      cache.entriesChanged.emit(path);
    }
    const before = asked.mock.calls.length;
    await nextChange();
    expect(entries.at(0)?.id).toBe('new');
    // The second page is the old one until the new one is there.
    expect(entries.at(120)?.id).toBe('120');
    await nextChange();
    expect(entries.at(120)?.id).toBe('119');
    expect(asked).toHaveBeenCalledTimes(before + 2);
  });

  it('follows the current notebook to another folder', async () => {
    cache.show('a/x.ipynb');
    await look();
    cache.show('a/y.ipynb');
    await turn(20);
    expect(asked).toHaveBeenCalledTimes(1);
    cache.show('b/y.ipynb');
    await nextChange();
    expect((asked.mock.calls as unknown[][])[1]?.[0]).toBe('b');
  });

  it('says what is wrong, does not ask on by itself, and tries again when told to', async () => {
    await look();
    asked.mockRejectedValueOnce(new Error('Out of reach.'));
    entries.need(100, 130);
    await nextChange();
    expect(entries.error).toBe('Out of reach.');
    entries.need(100, 140);
    expect(asked).toHaveBeenCalledTimes(2);
    entries.refresh();
    await nextChange();
    expect(entries.error).toBeNull();
    expect(entries.at(100)?.id).toBe('100');
  });

  it('is quiet when it is gone', async () => {
    await look();
    cache.entriesChanged.emit('a');
    entries.dispose();
    entries.refresh();
    await turn(600);
    expect(asked).toHaveBeenCalledTimes(1);
  });
});
