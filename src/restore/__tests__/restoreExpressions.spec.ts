import type { IOutput } from '@jupyterlab/nbformat';
import {
  codeCell,
  documentWith,
  entryFor,
  stream
} from '../../__tests__/support';
import { DigestsOfDocument } from '../../models/documentDigests';
import { CodeChanged, isRestored, restoreOutputs } from '../restoreOutputs';

const KEY = 'user_expressions';

const six: IOutput = {
  output_type: 'display_data',
  data: { 'text/plain': '6', 'text/html': '<b>6</b>' },
  metadata: {}
};
const wrong: IOutput = {
  output_type: 'error',
  ename: 'NameError',
  evalue: 'y',
  traceback: []
};

const result = {
  status: 'ok',
  data: { 'text/plain': '6', 'text/html': '<b>6</b>' },
  metadata: {}
};

function prose(source: string, metadata: object = {}) {
  return { cell_type: 'markdown' as const, source, metadata: { ...metadata } };
}

function model() {
  return documentWith([
    codeCell('x = 6'),
    prose('It is {eval}`x`, not {eval}`y`.'),
    prose('# No expression')
  ]);
}

function held(document: ReturnType<typeof model>): unknown[] {
  return [...document.cells].map(cell => cell.getMetadata(KEY) as unknown);
}

describe('inline expressions', () => {
  it('have their results in the metadata of their cell, by one undo', async () => {
    const document = model();
    const entry = entryFor(document, [[stream('a')]], {
      results: [[six], [wrong]]
    });
    expect(isRestored(document, entry, '')).toBe(false);
    expect(restoreOutputs(document, entry, '')).toBe(2);
    const expected = [
      { expression: 'x', result },
      {
        expression: 'y',
        result: {
          status: 'error',
          ename: 'NameError',
          evalue: 'y',
          traceback: []
        }
      }
    ];
    expect(held(document)).toEqual([undefined, expected, undefined]);
    expect(isRestored(document, entry, '')).toBe(true);
    expect(restoreOutputs(document, entry, '')).toBe(0);
    document.sharedModel.undo();
    await Promise.resolve();
    expect(held(document)).toEqual([undefined, undefined, undefined]);
    expect(document.cells.get(0).sharedModel.toJSON()).toMatchObject({
      outputs: []
    });
    document.sharedModel.redo();
    await Promise.resolve();
    expect(held(document)[1]).toEqual(expected);
  });

  it('that were not executed lose what they showed', () => {
    const document = documentWith([
      prose('{eval}`x`', { [KEY]: [{ expression: 'x', result }] })
    ]);
    restoreOutputs(document, entryFor(document, [], { results: [[]] }), '');
    expect(held(document)).toEqual([undefined]);
  });

  it('that are others than those executed are refused', () => {
    const document = model();
    const entry = entryFor(document, [[stream('a')]], {
      results: [[six], [wrong]]
    });
    document.cells.get(1).sharedModel.setSource('It is {eval}`x + 1`.');
    expect(() => restoreOutputs(document, entry, '')).toThrow(CodeChanged);
    document.cells.get(1).sharedModel.setSource('No more.');
    expect(() => restoreOutputs(document, entry, '')).toThrow(CodeChanged);
    expect(held(document)).toEqual([undefined, undefined, undefined]);
  });

  it('of a document that was made before there were any are not missed', () => {
    const document = documentWith([codeCell('a')]);
    const entry = { ...entryFor(document, [[stream('a')]]), expressions: [] };
    expect(restoreOutputs(document, entry, '')).toBe(1);
  });

  it('trust their cell as the entry is trusted', () => {
    const document = model();
    const options = { results: [[six], [wrong]] };
    const cell = document.cells.get(1);
    cell.trusted = true;
    const drawn: boolean[] = [];
    cell.metadataChanged.connect(() => {
      if (cell.getMetadata(KEY)) {
        drawn.push(cell.trusted);
      }
    });
    restoreOutputs(
      document,
      entryFor(document, [[]], { ...options, trusted: false }),
      ''
    );
    expect(cell.trusted).toBe(false);
    expect(cell.getMetadata('trusted')).toBe(false);
    restoreOutputs(document, entryFor(document, [[]], options), '');
    expect(cell.trusted).toBe(true);
    // Results are never there with the trust of others.
    expect(drawn).toEqual([false, true]);
  });
});

describe('the digests of a document with inline expressions', () => {
  it('follow the expressions and their results, and no other prose', () => {
    const document = model();
    const digests = new DigestsOfDocument(document);
    const seen = () => {
      const { expressions, cells } = digests.compute();
      return { expressions, cells, key: digests.codeKey('') };
    };
    const changed = jest.fn();
    digests.changed.connect(changed);
    const first = seen();
    expect(first.expressions?.map(({ after }) => after)).toEqual([1, 1]);
    expect(first.expressions?.map(item => item.has_outputs)).toEqual([
      false,
      false
    ]);
    const { sharedModel } = document.cells.get(1);
    sharedModel.setSource('Now it is {eval}`x`, never {eval}`y`.');
    expect(seen()).toEqual(first);
    sharedModel.setMetadata(KEY, [{ expression: 'x', result }]);
    const second = seen();
    expect(second.key).toBe(first.key);
    expect(second.expressions?.[0]?.has_outputs).toBe(true);
    sharedModel.setSource('Now it is {eval}`x`.');
    expect(seen().key).not.toBe(first.key);
    expect(changed).toHaveBeenCalledTimes(2);
    document.sharedModel.addCell(prose('{eval}`z`'));
    expect(seen().expressions).toHaveLength(2);
    digests.dispose();
  });
});
