import { codeCell, documentWith, stream } from '../../__tests__/support';
import type { EntryDocument } from '../../contract';
import { diffNotebooks, extentOf, larger } from '../notebooks';
import { sideOfDocument, sideOfEntry } from '../sides';
import { cell, display, side } from './cells';

describe('diffNotebooks', () => {
  it('tells what became of each cell, and sums it up', () => {
    const { rows, summary } = diffNotebooks(
      side(
        cell('a', { outputs: [stream('1')] }),
        cell('b', { outputs: [stream('2')] }),
        cell('gone()', { outputs: [stream('g')] }),
        cell('plot(x, y)'),
        cell('last')
      ),
      side(
        cell('last'),
        cell('a', { outputs: [stream('1')] }),
        cell('b', { outputs: [stream('3')] }),
        cell('plot(x, z)'),
        cell('fresh = new()', { outputs: [stream('f'), display({})] })
      )
    );
    expect(
      rows.map(row => [
        row.change,
        row.source,
        row.before?.number ?? null,
        row.after?.number ?? null
      ])
    ).toEqual([
      ['moved', 'same', 5, 1],
      ['same', 'same', 1, 2],
      ['changed', 'same', 2, 3],
      ['removed', 'removed', 3, null],
      ['changed', 'changed', 4, 4],
      ['added', 'added', null, 5]
    ]);
    expect(summary).toEqual({
      cells: { same: 1, changed: 2, added: 1, removed: 1, moved: 1 },
      outputs: { same: 1, changed: 1, added: 2, removed: 1 }
    });
  });

  it('calls a cell that moved and was changed changed', () => {
    const [first] = diffNotebooks(
      side(cell('a'), cell('b'), cell('c', { outputs: [stream('1')] })),
      side(cell('c', { outputs: [stream('2')] }), cell('a'), cell('b'))
    ).rows;
    expect(first).toMatchObject({ change: 'changed', isMoved: true });
  });
});

describe('extentOf', () => {
  const rowWith = (before: string, after: string, code = ['a', 'a']) =>
    diffNotebooks(
      side(cell(code[0] ?? '', { id: 'i', outputs: [stream(before)] })),
      side(cell(code[1] ?? '', { id: 'i', outputs: [stream(after)] }))
    ).rows[0] as Parameters<typeof extentOf>[0];

  it('counts lines, and names the number that changed most', () => {
    expect(extentOf(rowWith('x 1\ny 10\n', 'x 3\ny 11\n'))).toEqual({
      lines: 4,
      number: { before: '1', after: '3', relative: 2 }
    });
    expect(extentOf(rowWith('a\n', 'b\nc\n'))).toEqual({
      lines: 3,
      number: null
    });
  });

  it('takes the code for a cause, not for a result', () => {
    expect(extentOf(rowWith('', '', ['x = 1', 'x = 100']))).toEqual({
      lines: 2,
      number: null
    });
  });

  it('knows the larger of two changes', () => {
    const small = { before: '1', after: '2', relative: 1 };
    const down = { before: '9', after: '-9', relative: -2 };
    const infinite = { before: '0', after: '1', relative: null };
    expect(larger(null, small)).toBe(small);
    expect(larger(small, down)).toBe(down);
    expect(larger(infinite, down)).toBe(infinite);
  });
});

describe('sides', () => {
  it('are the same of an entry and of the document that it came from', () => {
    const model = documentWith([
      codeCell('print(1)\r\n', [stream('1\n'), stream('2\n')], 3),
      codeCell('  \n'),
      codeCell('2', [display({ 'text/plain': '2' })])
    ]);
    const entry: EntryDocument = {
      entry: 'e'.repeat(32),
      code_key: `ck1-${'0'.repeat(64)}`,
      trusted: true,
      mimetype: null,
      cells: [
        {
          digest: '',
          id: null,
          execution_count: 3,
          source: 'print(1)\n',
          outputs: [stream('1\n2\n')]
        },
        {
          digest: '',
          id: null,
          execution_count: null,
          source: '2',
          outputs: [display({ 'text/plain': '2' })]
        }
      ]
    };
    const { rows, summary } = diffNotebooks(
      sideOfEntry(entry),
      sideOfDocument(model)
    );
    expect(rows).toHaveLength(2);
    expect(summary.cells.same).toBe(2);
  });

  it('know the language of the document', () => {
    const model = documentWith([codeCell('1')]);
    expect(sideOfDocument(model).mimetype).toBeNull();
    model.setMetadata('language_info', { name: 'r', mimetype: 'text/x-r' });
    expect(sideOfDocument(model).mimetype).toBe('text/x-r');
  });
});
