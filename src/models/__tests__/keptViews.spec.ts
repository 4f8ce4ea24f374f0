import { StateDB } from '@jupyterlab/statedb';
import { DEFAULT_ENTRY_VIEW, entryViewFrom, sortedBy } from '../entryView';
import { KeptView } from '../keptView';
import { DEFAULT_LAYOUT, layoutFrom } from '../panelLayout';

const ODD = [undefined, null, 3, 'x', [], { folded: 3, sizes: [] }];

describe('KeptView', () => {
  const viewOf = (state: StateDB | null) =>
    new KeptView({ state, key: 'k', read: entryViewFrom });

  it('finds what was chosen before a reload', async () => {
    const state = new StateDB();
    viewOf(state).choose({ search: 'x', sort: 'bytes' });
    const view = viewOf(state);
    let told = 0;
    view.changed.connect(() => told++);
    await view.restore();
    expect(told).toBe(1);
    expect(view.view).toEqual({
      ...DEFAULT_ENTRY_VIEW,
      search: 'x',
      sort: 'bytes'
    });
  });

  it('leaves alone what was chosen meanwhile', async () => {
    const state = new StateDB();
    viewOf(state).choose({ search: 'before' });
    const view = viewOf(state);
    const restored = view.restore();
    view.choose({ search: 'now' });
    await restored;
    expect(view.view.search).toBe('now');
  });

  it('works where nothing is kept', async () => {
    const view = viewOf(null);
    await view.restore();
    view.choose({ search: 'x' });
    expect(view.view.search).toBe('x');
  });
});

describe('entryViewFrom', () => {
  it('takes back what was kept', () => {
    const view = {
      search: 'x',
      sort: 'used',
      order: 'ascending',
      isStatisticsOpen: true
    };
    expect(entryViewFrom(view)).toEqual(view);
  });

  it.each([...ODD, { search: 4, sort: 'toString', order: 'up' }])(
    'makes the usual view of %p',
    value => {
      expect(entryViewFrom(value)).toEqual(DEFAULT_ENTRY_VIEW);
    }
  );

  it('takes no more text than the server does', () => {
    expect(entryViewFrom({ search: 'x'.repeat(500) }).search).toHaveLength(200);
  });

  it('sorts names from the first on, and the rest from the largest or newest', () => {
    expect(sortedBy('path').order).toBe('ascending');
    expect(sortedBy('bytes').order).toBe('descending');
  });
});

describe('layoutFrom', () => {
  it('takes back what was kept', () => {
    const kept = { folded: { cache: false, jobs: true }, sizes: { jobs: 0.5 } };
    expect(layoutFrom(kept)).toEqual({
      folded: { cache: false, jobs: true },
      sizes: { ...DEFAULT_LAYOUT.sizes, jobs: 0.5 }
    });
  });

  it.each([
    ...ODD,
    { folded: { cache: 'x' }, sizes: { jobs: -1, cache: NaN } }
  ])('makes the usual layout of %p', value => {
    expect(layoutFrom(value)).toEqual(DEFAULT_LAYOUT);
  });
});
