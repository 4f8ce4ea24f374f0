import { Signal } from '@lumino/signaling';
import {
  artefactWith,
  checkWith,
  detailWith,
  statusWith,
  turn
} from '../../__tests__/support';
import type { EntryDetail } from '../../contract';
import { CacheError } from '../../contract';
import type { INotebookCache } from '../../tokens';
import { ShownEntry } from '../shownEntry';

describe('ShownEntry', () => {
  let asked: string[];
  let answer: () => Promise<EntryDetail>;
  let shown: ShownEntry;
  let entriesChanged: Signal<INotebookCache, string>;

  beforeEach(() => {
    asked = [];
    answer = () => Promise.resolve(detailWith({ artefacts: [artefactWith()] }));
    entriesChanged = new Signal({} as INotebookCache);
    shown = new ShownEntry({
      client: {
        entry: (id, path) => {
          asked.push(`${id} ${path}`);
          return answer();
        }
      },
      entriesChanged
    });
  });

  afterEach(() => shown.dispose());

  it('asks only when a status tells of something else', async () => {
    await shown.follow(statusWith());
    await shown.follow(statusWith({ seconds: 5 }));
    expect(asked).toHaveLength(1);
    expect(shown.detail?.artefacts).toEqual([artefactWith()]);
    expect(shown.error).toBeNull();

    const state = artefactWith({ state: 'missing' });
    answer = () => Promise.resolve(detailWith({ artefacts: [state] }));
    await shown.follow(statusWith({ artefacts: [state] }));
    expect(asked).toHaveLength(2);
    expect(shown.detail?.artefacts).toEqual([state]);
  });

  it('shows nothing where there is no entry', async () => {
    await shown.follow(statusWith());
    await shown.follow(statusWith({ entry: null }));
    expect(shown.detail).toBeNull();
    await shown.follow(null);
    expect(asked).toHaveLength(1);
  });

  it('does not mix up answers that come in another order', async () => {
    let release: (detail: EntryDetail) => void = () => undefined;
    answer = () => new Promise(resolve => (release = resolve));
    const first = shown.follow(statusWith());
    const late = artefactWith({ path: 'late' });
    const own = artefactWith({ path: 'own' });
    answer = () => Promise.resolve(detailWith({ artefacts: [own] }));
    await shown.follow(statusWith({ entry: 'd'.repeat(32) }));
    release(detailWith({ artefacts: [late] }));
    await first;
    expect(shown.detail?.artefacts).toEqual([own]);
  });

  it('tells what went wrong and asks again', async () => {
    answer = () => Promise.reject(new CacheError('There is no entry.', 404));
    await shown.follow(statusWith());
    expect(shown.error).toBe('There is no entry.');
    answer = () => Promise.resolve(detailWith());
    await shown.follow(statusWith());
    expect(shown.error).toBeNull();
  });

  it('looks again when it is told to', async () => {
    await shown.follow(statusWith());
    await shown.refresh(statusWith());
    expect(asked).toHaveLength(2);
  });

  it('looks again when what is kept with an entry may have changed', async () => {
    await shown.follow(statusWith());
    const check = checkWith({ outcome: 'different' });
    answer = () => Promise.resolve(detailWith({ check }));
    entriesChanged.emit('b.ipynb');
    await turn();
    expect(asked).toHaveLength(1);
    entriesChanged.emit('a.ipynb');
    await turn();
    expect(shown.detail?.check).toEqual(check);
  });
});
