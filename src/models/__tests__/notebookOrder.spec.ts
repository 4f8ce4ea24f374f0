import { lineWith } from '../../__tests__/support';
import { DEFAULT_VIEW, isDue, notebooksFor, viewFrom } from '../notebookOrder';

const LINES = [
  lineWith({ path: 'b.ipynb', verdict: 'stale', seconds: 3, created: 5 }),
  lineWith({
    path: 'a/Report.ipynb',
    verdict: 'fresh',
    seconds: 9,
    created: 7
  }),
  lineWith({
    path: 'c.ipynb',
    verdict: 'uncached',
    entry: null,
    seconds: null,
    created: null
  }),
  lineWith({ path: 'd.ipynb', verdict: 'failed', seconds: 3, created: 6 })
];

function paths(view: Partial<typeof DEFAULT_VIEW>): string[] {
  return notebooksFor(LINES, { ...DEFAULT_VIEW, ...view }).map(
    ({ path }) => path
  );
}

describe('notebooksFor', () => {
  it('shows all by path at first', () => {
    expect(paths({})).toEqual([
      'a/Report.ipynb',
      'b.ipynb',
      'c.ipynb',
      'd.ipynb'
    ]);
  });

  it('finds a part of the path in any case', () => {
    expect(paths({ text: ' REPORT ' })).toEqual(['a/Report.ipynb']);
    expect(paths({ text: 'nowhere' })).toEqual([]);
  });

  it('keeps those of one verdict, or all that are not fresh', () => {
    expect(paths({ filter: 'stale' })).toEqual(['b.ipynb']);
    expect(paths({ filter: 'not-fresh' })).toEqual([
      'b.ipynb',
      'c.ipynb',
      'd.ipynb'
    ]);
  });

  it('sorts by urgency, duration and age; what was never executed comes last', () => {
    expect(paths({ sort: 'verdict' })).toEqual([
      'd.ipynb',
      'b.ipynb',
      'c.ipynb',
      'a/Report.ipynb'
    ]);
    expect(paths({ sort: 'seconds' })).toEqual([
      'a/Report.ipynb',
      'b.ipynb',
      'd.ipynb',
      'c.ipynb'
    ]);
    expect(paths({ sort: 'created' })).toEqual([
      'a/Report.ipynb',
      'd.ipynb',
      'b.ipynb',
      'c.ipynb'
    ]);
  });
});

describe('isDue', () => {
  it('does not try again what failed and has not changed', () => {
    expect(LINES.filter(isDue).map(({ path }) => path)).toEqual([
      'b.ipynb',
      'c.ipynb'
    ]);
  });
});

describe('viewFrom', () => {
  it('takes back what was kept', () => {
    const view = { text: 'x', filter: 'failed', sort: 'created' };
    expect(viewFrom(view)).toEqual(view);
  });

  it.each([undefined, null, 3, 'x', [], { text: 4, filter: 'x', sort: {} }])(
    'makes the usual view of %p',
    value => {
      expect(viewFrom(value)).toEqual(DEFAULT_VIEW);
    }
  );
});
