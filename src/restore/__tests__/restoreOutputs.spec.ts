import type { IOutput } from '@jupyterlab/nbformat';
import {
  codeCell,
  documentWith,
  entryFor,
  outputsOf,
  stream
} from '../../__tests__/support';
import { DigestsOfDocument, codeCells } from '../../models/documentDigests';
import {
  CodeChanged,
  ForeignInShared,
  isRestored,
  restoreOutputs
} from '../restoreOutputs';

const html: IOutput = {
  output_type: 'display_data',
  data: { 'text/html': '<b>x</b>', 'text/plain': 'x' },
  metadata: {}
};

function counts(model: ReturnType<typeof documentWith>): (number | null)[] {
  return codeCells(model).map(cell => cell.executionCount);
}

describe('restoreOutputs', () => {
  it('fills the cells in order and clears blank ones', () => {
    const model = documentWith([
      codeCell('a'),
      codeCell(' ', [stream('left over')], 7),
      { cell_type: 'markdown', source: 'text', metadata: {} },
      codeCell('b')
    ]);
    const entry = entryFor(model, [[stream('one\n')], [html]]);
    expect(restoreOutputs(model, entry, '')).toBe(3);
    expect(outputsOf(model)).toEqual([[stream('one\n')], [], [html]]);
    expect(counts(model)).toEqual([1, null, 2]);
    // What is drawn is the output area of each cell, not the shared model.
    expect(codeCells(model).map(cell => cell.outputs.toJSON())).toEqual(
      outputsOf(model)
    );
  });

  it('is taken back by one undo, and repeated by one redo, also between other edits', async () => {
    const model = documentWith([
      codeCell('a', [stream('old a')], 5),
      codeCell('b', [stream('old b')], 6),
      codeCell('c')
    ]);
    const drawn = () => codeCells(model).map(cell => cell.outputs.toJSON());
    const before = [[stream('old a')], [stream('old b')], []];
    const after = [[stream('new a')], [stream('new b')], [html]];
    const { sharedModel } = model;
    const undo = async () => {
      sharedModel.undo();
      await Promise.resolve();
      expect(drawn()).toEqual(outputsOf(model));
    };
    const redo = async () => {
      sharedModel.redo();
      await Promise.resolve();
      expect(drawn()).toEqual(outputsOf(model));
    };

    sharedModel.addCell({ cell_type: 'markdown', source: 'text' });
    restoreOutputs(model, entryFor(model, after), '');
    sharedModel.addCell({ cell_type: 'markdown', source: 'more' });
    for (let round = 0; round < 3; round++) {
      expect(model.cells.length).toBe(5);
      expect(outputsOf(model)).toEqual(after);
      await undo();
      expect(model.cells.length).toBe(4);
      expect(outputsOf(model)).toEqual(after);
      await undo();
      expect(model.cells.length).toBe(4);
      expect(outputsOf(model)).toEqual(before);
      expect(counts(model)).toEqual([5, 6, null]);
      await undo();
      expect(model.cells.length).toBe(3);
      expect(outputsOf(model)).toEqual(before);
      await redo();
      await redo();
      expect(outputsOf(model)).toEqual(after);
      expect(counts(model)).toEqual([1, 2, 3]);
      await redo();
    }
    await undo();
    await undo();
    await undo();
    expect(sharedModel.canUndo()).toBe(false);
  });

  it('can be undone after outputs were cleared by hand', async () => {
    const model = documentWith([codeCell('a', [stream('old')], 1)]);
    model.sharedModel.addCell({ cell_type: 'markdown', source: 'text' });
    restoreOutputs(model, entryFor(model, [[stream('new')]]), '');
    const [cell] = codeCells(model);
    cell?.outputs.clear();
    model.sharedModel.undo();
    await Promise.resolve();
    expect(outputsOf(model)).toEqual([[stream('old')]]);
    expect(model.cells.length).toBe(2);
  });

  it('brings streams that follow one another back as they were', async () => {
    const model = documentWith([
      codeCell('a', [stream('one '), stream('two')], 1)
    ]);
    restoreOutputs(model, entryFor(model, [[stream('new')]]), '');
    model.sharedModel.undo();
    await Promise.resolve();
    expect(outputsOf(model)).toEqual([[stream('one two')]]);
  });

  it('changes nothing when the code is another', () => {
    const model = documentWith([codeCell('a', [stream('old')], 3)]);
    const entry = entryFor(model, [[stream('new')]]);
    model.cells.get(0).sharedModel.setSource('b');
    expect(() => restoreOutputs(model, entry, '')).toThrow(CodeChanged);
    expect(outputsOf(model)).toEqual([[stream('old')]]);
    model.cells.get(0).sharedModel.setSource('a');
    model.setMetadata('kernelspec', { name: 'ir', display_name: 'R' });
    expect(() => restoreOutputs(model, entry, '')).toThrow(CodeChanged);
    model.deleteMetadata('kernelspec');
    expect(() => restoreOutputs(model, entry, 'ir')).toThrow(CodeChanged);
    expect(restoreOutputs(model, entry, 'python3')).toBe(1);
  });

  it('does not believe an entry that contradicts itself', () => {
    const model = documentWith([codeCell('a')]);
    const entry = entryFor(model, [[stream('new')]]);
    const [cell] = entry.cells;
    const wrong = { ...cell!, digest: 'f'.repeat(64) };
    expect(() =>
      restoreOutputs(model, { ...entry, cells: [wrong] }, '')
    ).toThrow(CodeChanged);
    expect(() => restoreOutputs(model, { ...entry, cells: [] }, '')).toThrow(
      CodeChanged
    );
  });

  it('leaves cells alone that show the same already', () => {
    const model = documentWith([
      codeCell('a', [stream('same')], 1),
      codeCell('b', [], 2)
    ]);
    const [first] = codeCells(model);
    const drawn = jest.fn();
    first?.outputs.changed.connect(drawn);
    const entry = entryFor(model, [[stream('same')], [html]]);
    expect(restoreOutputs(model, entry, '')).toBe(1);
    expect(drawn).not.toHaveBeenCalled();
    expect(restoreOutputs(model, entry, '')).toBe(0);
  });

  it('joins lines, and streams that follow one another', () => {
    const model = documentWith([codeCell('a')]);
    const entry = entryFor(model, [
      [
        { output_type: 'stream', name: 'stdout', text: ['one\n', 'two\n'] },
        { output_type: 'stream', name: 'stdout', text: 'three\n' },
        { output_type: 'stream', name: 'stderr', text: 'error\n' },
        {
          output_type: 'display_data',
          data: { 'text/plain': ['a\n', 'b'], 'application/json': ['a', 'b'] },
          metadata: {}
        }
      ]
    ]);
    restoreOutputs(model, entry, '');
    expect(outputsOf(model)).toEqual([
      [
        stream('one\ntwo\nthree\n'),
        { output_type: 'stream', name: 'stderr', text: 'error\n' },
        {
          output_type: 'display_data',
          data: { 'text/plain': 'a\nb', 'application/json': ['a', 'b'] },
          metadata: {}
        }
      ]
    ]);
  });

  it('keeps carriage returns, so that the outputs still are those of the entry', () => {
    const model = documentWith([codeCell('a')]);
    const entry = entryFor(model, [[stream('10%\r100%\n')]]);
    restoreOutputs(model, entry, '');
    expect(outputsOf(model)).toEqual([[stream('10%\r100%\n')]]);
    const digests = new DigestsOfDocument(model);
    const before = digests.compute();
    restoreOutputs(model, entry, '');
    expect(digests.compute()).toEqual(before);
    digests.dispose();
  });

  it('keeps outputs of a foreign entry untrusted from the first moment', () => {
    const model = documentWith([codeCell('a', [stream('mine')], 1)]);
    const [cell] = codeCells(model);
    expect(cell?.trusted).toBe(true);
    const seen: boolean[] = [];
    cell?.outputs.changed.connect((area, change) => {
      if (change.type === 'add') {
        seen.push(area.trusted);
      }
    });
    restoreOutputs(model, entryFor(model, [[html]], { trusted: false }), '');
    expect(seen).toEqual([false]);
    expect(cell?.trusted).toBe(false);
    expect(cell?.outputs.get(0).trusted).toBe(false);
    // The server signs what claims to be trusted when it is saved.
    expect(model.toJSON().cells[0]?.metadata.trusted).toBe(false);
  });

  it('never brings outputs of a foreign entry into a cell that was run since', async () => {
    const model = documentWith([codeCell('a', [stream('mine')], 1)]);
    const [cell] = codeCells(model);
    const { sharedModel } = model;
    const restore = (text: string) =>
      restoreOutputs(
        model,
        entryFor(model, [[{ ...html, data: { 'text/html': text } }]], {
          trusted: false
        }),
        ''
      );
    const undo = async () => {
      sharedModel.undo();
      await Promise.resolve();
    };
    restore('first');
    await undo();
    expect(outputsOf(model)).toEqual([[stream('mine')]]);
    cell!.trusted = true;
    expect(sharedModel.canRedo()).toBe(false);
    sharedModel.redo();
    await Promise.resolve();
    expect(outputsOf(model)).toEqual([[stream('mine')]]);

    restore('first');
    restore('second');
    // What JupyterLab does when a person runs it.
    sharedModel.transact(() => cell?.sharedModel.setOutputs([]), false);
    cell!.trusted = true;
    for (let step = 0; step < 3; step++) {
      await undo();
      expect(JSON.stringify(outputsOf(model))).not.toMatch(/first|second/);
    }
  });

  it('puts no outputs of a foreign entry into a document that people share', () => {
    const model = documentWith([codeCell('a', [stream('mine')], 1)]);
    // The other browsers trust the cell, and would run what arrives in it.
    Object.defineProperty(model, 'collaborative', { value: true });
    const foreign = entryFor(model, [[html]], { trusted: false });
    expect(() => restoreOutputs(model, foreign, '')).toThrow(ForeignInShared);
    expect(outputsOf(model)).toEqual([[stream('mine')]]);
    expect(restoreOutputs(model, entryFor(model, [[html]]), '')).toBe(1);
  });

  it('trusts our own outputs, but never brings untrusted ones back into a trusted cell', async () => {
    const model = documentWith([
      { ...codeCell('a', [html], 9), metadata: { trusted: false } }
    ]);
    const [cell] = codeCells(model);
    expect(cell?.trusted).toBe(false);
    restoreOutputs(model, entryFor(model, [[stream('ours')]]), '');
    expect(cell?.trusted).toBe(true);
    expect(outputsOf(model)).toEqual([[stream('ours')]]);
    model.sharedModel.undo();
    await Promise.resolve();
    expect(outputsOf(model)).toEqual([[]]);
  });

  it.each([true, false])(
    'never replaces outputs in one transaction, which others who share them see doubled: trusted %p',
    isTrusted => {
      const model = documentWith([
        {
          ...codeCell('a', [stream('old')], 9),
          metadata: { trusted: !isTrusted }
        }
      ]);
      const [cell] = codeCells(model);
      const changes: string[][] = [];
      cell?.sharedModel.changed.connect((_, { outputsChange }) => {
        changes.push((outputsChange ?? []).flatMap(part => Object.keys(part)));
      });
      const entry = entryFor(model, [[stream('new')]], { trusted: isTrusted });
      restoreOutputs(model, entry, '');
      expect(changes.filter(({ length }) => length > 0)).toEqual([
        ['delete'],
        ['insert']
      ]);
      expect(cell?.trusted).toBe(isTrusted);
      expect(isRestored(model, entry, '')).toBe(true);
    }
  );

  it('is no edit of the code', () => {
    const model = documentWith([codeCell('a', [stream('old')], 1)]);
    const [cell] = codeCells(model);
    cell?.sharedModel.setSource('b');
    expect(cell?.isDirty).toBe(true);
    restoreOutputs(model, entryFor(model, [[stream('new')]]), '');
    expect(cell?.isDirty).toBe(false);
  });
});
