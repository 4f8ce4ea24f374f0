import type { NotebookModel } from '@jupyterlab/notebook';
import { FakeClient } from '../../__tests__/fakeServer';
import {
  codeCell,
  documentWith,
  stream,
  summaryWith
} from '../../__tests__/support';
import type { EntryDocument } from '../../contract';
import { Comparison, DOCUMENT } from '../comparison';

/** An entry with one cell, which printed something. */
function entryWith(text: string): EntryDocument {
  return {
    entry: 'e'.repeat(32),
    code_key: `ck1-${'0'.repeat(64)}`,
    trusted: true,
    mimetype: 'text/x-python',
    cells: [
      {
        digest: '0'.repeat(64),
        id: null,
        execution_count: 1,
        source: 'print(x)',
        outputs: [stream(text)]
      }
    ]
  };
}

describe('Comparison', () => {
  let client: FakeClient;
  let model: NotebookModel | null;
  let comparison: Comparison;

  beforeEach(() => {
    client = new FakeClient();
    client.documentsById.set('one', entryWith('1'));
    client.documentsById.set('two', entryWith('2'));
    client.entryList = [summaryWith({ id: 'two' }), summaryWith({ id: 'one' })];
    model = documentWith([codeCell('print(x)', [stream('1')])]);
    comparison = new Comparison({
      client,
      path: 'a.ipynb',
      document: () => model,
      closedMessage: 'It is closed.'
    });
  });

  afterEach(() => comparison.dispose());

  it('compares an entry with the document', async () => {
    await comparison.choose('one', DOCUMENT);
    expect(comparison.diff?.summary.cells.same).toBe(1);
    expect(comparison.mimetype).toBe('text/x-python');
    expect(comparison.entries.map(({ id }) => id)).toEqual(['two', 'one']);
    await comparison.choose('two', DOCUMENT);
    expect(comparison.diff?.summary.outputs.changed).toBe(1);
  });

  it('compares two entries, the notebook being closed', async () => {
    model = null;
    await comparison.choose('one', 'two');
    expect(comparison.diff?.summary.cells.changed).toBe(1);
  });

  it('says that the notebook is closed, and that an entry is gone', async () => {
    model = null;
    await comparison.choose('one', DOCUMENT);
    expect(comparison.error).toBe('It is closed.');
    expect(comparison.diff).toBeNull();
    await comparison.choose('gone', 'one');
    expect(comparison.error).toBe('There is no entry gone.');
    await comparison.choose('one', 'two');
    expect(comparison.error).toBeNull();
  });

  it('notices edits of the document, and only those', async () => {
    await comparison.choose('one', DOCUMENT);
    const seen = jest.fn();
    comparison.changed.connect(seen);
    expect(comparison.isOutdated).toBe(false);
    model?.sharedModel.getCell(0).setSource('print(y)');
    expect(comparison.isOutdated).toBe(true);
    expect(seen).toHaveBeenCalledTimes(1);
    await comparison.refresh();
    expect(comparison.isOutdated).toBe(false);
    expect(comparison.diff?.summary.cells.changed).toBe(1);
    await comparison.choose('one', 'two');
    model?.sharedModel.getCell(0).setSource('print(z)');
    expect(comparison.isOutdated).toBe(false);
  });

  it('shows the answer to the latest question only', async () => {
    const first = comparison.choose('one', 'two');
    const second = comparison.choose('one', 'one');
    await Promise.all([first, second]);
    expect(comparison.after).toBe('one');
    expect(comparison.diff?.summary.cells.same).toBe(1);
    expect(comparison.isLoading).toBe(false);
  });

  it('says nothing any more once it is disposed of', async () => {
    const seen = jest.fn();
    const asked = comparison.choose('one', 'two');
    comparison.changed.connect(seen);
    comparison.dispose();
    await asked;
    expect(seen).not.toHaveBeenCalled();
  });
});
