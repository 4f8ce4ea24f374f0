import { artefactWith, statusWith, summaryWith } from '../../__tests__/support';
import type { EntryArtefact, EntryDetail } from '../../contract';
import { CacheError } from '../../contract';
import { Artefacts } from '../artefacts';

function detailWith(artefacts: EntryArtefact[]): EntryDetail {
  return {
    ...summaryWith(),
    inputs: [],
    artefacts,
    artefacts_total: artefacts.length + 5,
    coverage: [],
    gaps: [],
    failure: null,
    volatile: false,
    cell_usage: [],
    check: null
  };
}

describe('Artefacts', () => {
  let asked: string[];
  let answer: () => Promise<EntryDetail>;
  let artefacts: Artefacts;

  beforeEach(() => {
    asked = [];
    answer = () => Promise.resolve(detailWith([artefactWith()]));
    artefacts = new Artefacts({
      entry: (id, path) => {
        asked.push(`${id} ${path}`);
        return answer();
      }
    });
  });

  afterEach(() => artefacts.dispose());

  it('asks only when a status tells of something else', async () => {
    await artefacts.follow(statusWith());
    await artefacts.follow(statusWith({ seconds: 5 }));
    expect(asked).toHaveLength(1);
    expect(artefacts.list).toEqual([artefactWith()]);
    expect(artefacts.total).toBe(6);

    const state = artefactWith({ state: 'missing' });
    answer = () => Promise.resolve(detailWith([state]));
    await artefacts.follow(statusWith({ artefacts: [state] }));
    expect(asked).toHaveLength(2);
    expect(artefacts.list).toEqual([state]);
  });

  it('shows nothing where there is no entry', async () => {
    await artefacts.follow(statusWith());
    await artefacts.follow(statusWith({ entry: null }));
    expect(artefacts.list).toEqual([]);
    await artefacts.follow(null);
    expect(asked).toHaveLength(1);
  });

  it('does not mix up answers that come in another order', async () => {
    let release: (detail: EntryDetail) => void = () => undefined;
    answer = () => new Promise(resolve => (release = resolve));
    const first = artefacts.follow(statusWith());
    const late = artefactWith({ path: 'late' });
    const own = artefactWith({ path: 'own' });
    answer = () => Promise.resolve(detailWith([own]));
    await artefacts.follow(statusWith({ entry: 'd'.repeat(32) }));
    release(detailWith([late]));
    await first;
    expect(artefacts.list).toEqual([own]);
  });

  it('tells what went wrong and asks again', async () => {
    answer = () => Promise.reject(new CacheError('There is no entry.', 404));
    await artefacts.follow(statusWith());
    expect(artefacts.error).toBe('There is no entry.');
    answer = () => Promise.resolve(detailWith([]));
    await artefacts.follow(statusWith());
    expect(artefacts.error).toBeNull();
  });

  it('looks again when it is told to', async () => {
    await artefacts.follow(statusWith());
    await artefacts.refresh(statusWith());
    expect(asked).toHaveLength(2);
  });
});
