import { nullTranslator } from '@jupyterlab/translation';
import * as fc from 'fast-check';
import { FakeClient } from '../../__tests__/fakeServer';
import { detailWith, summaryWith } from '../../__tests__/support';
import { CacheError } from '../../contract';
import { entryLinkOf, isRoutedAgain, linkTo, linkedEntry } from '../entryLink';

const trans = nullTranslator.load('jupyterlab_cache');
const ID = 'abcd'.repeat(8);
const OTHER = `abcd0${'1'.repeat(27)}`;

describe('entryLinkOf', () => {
  it.each([
    ['/lab/tree/a/b.ipynb', 'a/b.ipynb'],
    ['/lab/workspaces/auto-1/tree/a%20b%2Fc.ipynb', 'a b/c.ipynb'],
    ['/doc/tree/tree/x.ipynb', 'tree/x.ipynb'],
    ['/notebooks/x.ipynb', 'x.ipynb']
  ])('reads %s', (path, document) => {
    expect(entryLinkOf({ path, search: '?cache=ABCD', hash: '#h' })).toEqual({
      path: document,
      entry: 'abcd',
      rest: `${path}#h`
    });
  });

  it('keeps what else the address says', () => {
    const link = entryLinkOf({
      path: '/lab/tree/x.ipynb',
      search: '?file-browser-path=f&cache=abcd&x=1'
    });
    expect(link?.rest).toBe('/lab/tree/x.ipynb?file-browser-path=f&x=1');
  });

  it.each([
    ['/lab/tree/x.ipynb', '?other=1'],
    ['/lab', '?cache=abcd'],
    ['/lab/tree/', '?cache=abcd'],
    ['/lab/tree/%E0%A4%A', '?cache=abcd'],
    ['/edit/x.ipynb', '?cache=abcd']
  ])('finds nothing in %s%s', (path, search) => {
    expect(entryLinkOf({ path, search })).toBeNull();
  });

  it('reads what it makes, whatever the notebook is called', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.stringMatching(/^[0-9a-f]{32}$/),
        (name, id) => {
          const address = linkTo(`/lab/tree/${encodeURIComponent(name)}`, id);
          const [path, search] = address.split('?');
          const link = entryLinkOf({ path, search });
          expect(link).toMatchObject({ path: name, entry: id, rest: path });
        }
      )
    );
  });

  it('waits when JupyterLab routes once more', () => {
    expect(isRoutedAgain('?reset&cache=abcd')).toBe(true);
    expect(isRoutedAgain('?clone=x&cache=abcd')).toBe(true);
    expect(isRoutedAgain('?cache=reset')).toBe(false);
  });
});

describe('linkedEntry', () => {
  let client: FakeClient;
  const find = (entry: string) =>
    linkedEntry({ path: 'a.ipynb', entry }, client, trans);

  beforeEach(() => {
    client = new FakeClient();
    client.detailsById.set(ID, detailWith({ id: ID }));
    client.entryList = [summaryWith({ id: ID }), summaryWith({ id: OTHER })];
  });

  it('finds an entry, and one by its beginning', async () => {
    expect(await find(ID)).toBe(ID);
    expect(await find('abcda')).toBe(ID);
    expect(await find('abcd0')).toBe(OTHER);
  });

  it('looks through all entries', async () => {
    client.entryList = [
      ...Array.from({ length: 1000 }, (_, index) =>
        summaryWith({ id: `ffff${index.toString(16).padStart(28, '0')}` })
      ),
      summaryWith({ id: ID })
    ];
    expect(await find('abcd')).toBe(ID);
  });

  it('says which is unknown or ambiguous', async () => {
    await expect(find('abcd')).rejects.toThrow(/Several entries.*abcd/);
    await expect(find('0000')).rejects.toThrow(/no entry 0000/);
    client.entry = () => Promise.reject(new CacheError('gone', 404));
    await expect(find(OTHER)).rejects.toThrow(/no entry abcd0/);
    client.entry = () => Promise.reject(new CacheError('away'));
    await expect(find(OTHER)).rejects.toThrow('away');
  });

  it('never asks about, or repeats, what is no identifier', async () => {
    client.entry = client.entries = () => {
      throw new Error('asked');
    };
    await fc.assert(
      fc.asyncProperty(
        fc
          .oneof(fc.string(), fc.constant('<img src=x onerror=alert(1)>'))
          .filter(text => !/^[0-9a-f]{4,32}$/.test(text)),
        async text => {
          const error: unknown = await find(text).catch((it: unknown) => it);
          expect((error as Error).message).toMatch(/^What the link names is/);
        }
      )
    );
  });
});
