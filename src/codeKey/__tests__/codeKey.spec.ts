import fc from 'fast-check';
import {
  cellDigest,
  codeKey,
  executionFlags,
  isBlank,
  normaliseSource,
  prefixKeys,
  wellFormed
} from '..';
import {
  anyCode,
  anyNotebook,
  anyOutputs,
  anyTags,
  anyText,
  digestsOf,
  filledCells
} from './notebooks';
import type { ICell, INotebook } from './notebooks';

const anyPlace = fc.double({ min: 0, max: 1, noNaN: true });

/** What an edit may draw from. */
interface IChoice {
  place: number;
  text: string;
  tags: string[];
  cell: ICell;
  outputs: ICell['outputs'];
}

const anyChoice: fc.Arbitrary<IChoice> = fc.record({
  place: anyPlace,
  text: anyText,
  tags: anyTags,
  cell: anyCode,
  outputs: anyOutputs
});

type Edit = (notebook: INotebook, choice: IChoice) => void;

function codes(notebook: INotebook): ICell[] {
  return notebook.cells.filter(cell => cell.cell_type === 'code');
}

/** One of some items; without any the example is of no use. */
function one<T>(items: readonly T[], place: number): T {
  fc.pre(items.length > 0);
  return items[Math.min(Math.floor(place * items.length), items.length - 1)]!;
}

function insert(notebook: INotebook, cell: ICell, place: number): void {
  const index = Math.round(place * notebook.cells.length);
  notebook.cells.splice(index, 0, cell);
}

function cut(text: string, place: number): [string, string] {
  const index = Math.round(place * text.length);
  return [text.slice(0, index), text.slice(index)];
}

function sourceOf(cell: ICell): string {
  return normaliseSource(cell.source);
}

/** An edited copy: what is drawn is drawn again while a failure is narrowed down. */
function edited(
  notebook: INotebook,
  edits: readonly (readonly [Edit, IChoice])[]
): INotebook {
  const copy = JSON.parse(JSON.stringify(notebook)) as INotebook;
  for (const [edit, choice] of edits) {
    edit(copy, JSON.parse(JSON.stringify(choice)) as IChoice);
  }
  return copy;
}

const outside: Record<string, Edit> = {
  'prose that is inserted': (notebook, { place, text }) =>
    insert(notebook, { cell_type: 'markdown', source: text }, place),
  'a raw cell that is inserted': (notebook, { place, text, tags }) =>
    insert(
      notebook,
      { cell_type: 'raw', source: text, metadata: { tags } },
      place
    ),
  'prose that is edited': (notebook, { text }) =>
    notebook.cells
      .filter(cell => cell.cell_type !== 'code')
      .forEach(cell => (cell.source = text)),
  'prose that is removed': notebook => {
    notebook.cells = codes(notebook);
  },
  'a blank cell that is inserted': (notebook, { place, tags }) =>
    insert(
      notebook,
      { cell_type: 'code', source: ' \t\r\n\v\f', metadata: { tags } },
      place
    ),
  'blank cells that are removed': notebook => {
    notebook.cells = filledCells(notebook);
  },
  outputs: (notebook, { place, outputs }) => {
    one(codes(notebook), place).outputs = outputs;
  },
  'execution counts and ids': (notebook, { place, text }) => {
    Object.assign(one(codes(notebook), place), {
      execution_count: 7,
      id: text
    });
  },
  'metadata of a cell': (notebook, { place, text }) => {
    const { metadata } = one(codes(notebook), place);
    Object.assign(metadata!, { collapsed: true, execution: { text } });
  },
  'metadata of the notebook': (notebook, { text }) => {
    Object.assign(notebook.metadata, { widgets: text, language_info: {} });
    Object.assign(notebook.metadata.kernelspec!, { display_name: text });
    notebook.nbformat_minor = 2;
  },
  'other tags': (notebook, { place, text }) => {
    const cell = one(codes(notebook), place);
    const flags = executionFlags(cell.metadata?.tags);
    cell.metadata = {
      tags: ['hide-input', ...flags.reverse(), text, ...flags]
    };
  },
  'line ends': notebook =>
    codes(notebook).forEach(cell => {
      cell.source = sourceOf(cell).replace(/\n/g, '\r\n');
    }),
  'sources as lines': (notebook, { place }) =>
    codes(notebook).forEach(cell => {
      cell.source = cut([cell.source].flat().join(''), place);
    })
};

const inside: Record<string, Edit> = {
  'text that is inserted': (notebook, { place, text }) => {
    const cell = one(filledCells(notebook), place);
    const before = sourceOf(cell);
    const [start, end] = cut(before, place);
    cell.source = start + text + end;
    fc.pre(sourceOf(cell) !== before);
  },
  'a character that is removed': (notebook, { place }) => {
    const cell = one(filledCells(notebook), place);
    const before = sourceOf(cell);
    const [start, end] = cut(before, place);
    cell.source = start + end.slice(1);
    fc.pre(sourceOf(cell) !== before);
  },
  'a cell that is inserted': (notebook, { place, cell }) =>
    insert(notebook, { ...cell, source: `${cell.source as string}x` }, place),
  'a cell that is removed': (notebook, { place }) => {
    const cell = one(filledCells(notebook), place);
    notebook.cells = notebook.cells.filter(other => other !== cell);
  },
  'a cell that becomes prose': (notebook, { place }) => {
    one(filledCells(notebook), place).cell_type = 'markdown';
  },
  'a cell that is split': (notebook, { place }) => {
    const cell = one(filledCells(notebook), place);
    const halves = cut(sourceOf(cell), 0.5);
    fc.pre(!halves.some(isBlank));
    notebook.cells.splice(
      notebook.cells.indexOf(cell),
      1,
      ...halves.map(source => ({ ...cell, source }))
    );
  },
  'the order of cells': notebook => {
    const [first, second] = filledCells(notebook);
    fc.pre(first !== undefined && second !== undefined);
    fc.pre(sourceOf(first) !== sourceOf(second));
    [first.source, second.source] = [second.source, first.source];
    [first.metadata, second.metadata] = [second.metadata, first.metadata];
  },
  flags: (notebook, { place }) => {
    const cell = one(filledCells(notebook), place);
    const tags = cell.metadata!.tags as string[];
    const rest = tags.filter(tag => tag !== 'skip-execution');
    cell.metadata!.tags =
      rest.length < tags.length ? rest : [...tags, 'skip-execution'];
  },
  'the kernel': notebook => {
    notebook.metadata.kernelspec = { name: 'another' };
  }
};

describe('codeKey', () => {
  it.each(Object.entries(outside))('is not changed by %s', (_, edit) => {
    fc.assert(
      fc.property(anyNotebook, anyChoice, (notebook, choice) => {
        const after = edited(notebook, [[edit, choice]]);
        expect(digestsOf(after).code_key).toBe(digestsOf(notebook).code_key);
      })
    );
  });

  it('is not changed by many such edits at once', () => {
    const edits = fc.array(
      fc.tuple(fc.constantFrom(...Object.values(outside)), anyChoice),
      { maxLength: 4 }
    );
    fc.assert(
      fc.property(anyNotebook, edits, (notebook, chosen) => {
        const after = edited(notebook, chosen);
        expect(digestsOf(after).code_key).toBe(digestsOf(notebook).code_key);
      })
    );
  });

  it.each(Object.entries(inside))('is changed by %s', (_, edit) => {
    const notebooks = anyNotebook.filter(
      notebook => filledCells(notebook).length > 0
    );
    fc.assert(
      fc.property(notebooks, anyChoice, (notebook, choice) => {
        const after = edited(notebook, [[edit, choice]]);
        expect(digestsOf(after).code_key).not.toBe(
          digestsOf(notebook).code_key
        );
      })
    );
  });

  it('is the last prefix key', () => {
    const digests = ['a', 'b', 'c'].map(source => cellDigest(source));
    const keys = prefixKeys('k', digests);
    expect(keys).toHaveLength(3);
    keys.forEach((key, index) => {
      expect(codeKey('k', digests.slice(0, index + 1))).toBe(`ck1-${key}`);
    });
    expect(codeKey('k', [])).not.toBe(codeKey('l', []));
    expect(prefixKeys('k', [])).toEqual([]);
  });
});

describe('normaliseSource', () => {
  it('leaves alone what is normal', () => {
    fc.assert(
      fc.property(anyText, text => {
        const normal = normaliseSource(text);
        expect(normaliseSource(normal)).toBe(normal);
        expect(normal).not.toContain('\r\n');
      })
    );
  });

  it('takes a long run of carriage returns in one go', () => {
    // Quadratic, either of these would take minutes.
    const run = '\r'.repeat(1_000_000);
    expect(normaliseSource(run) === run).toBe(true);
    expect(normaliseSource(`${run}\n`)).toBe('\n');
  });

  it('does not write into the lines that it is given', () => {
    const lines = Object.freeze(['a\r\n', 'b']);
    expect(normaliseSource(lines)).toBe('a\nb');
  });
});

describe('wellFormed', () => {
  it('is what UTF-8 would make of a text', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    fc.assert(
      fc.property(anyText, text => {
        const bytes = new TextEncoder().encode(text);
        expect(wellFormed(text)).toBe(decoder.decode(bytes));
      })
    );
  });
});

describe('isBlank', () => {
  it.each(['', ' ', '\t\n\v\f\r ', '\r', '\n\n'])('holds for %j', source => {
    expect(isBlank(source)).toBe(true);
  });

  it.each(['a', ' a', '\n#', '\u00a0', '\ufeff', '\u2028', '\u0085', '\0'])(
    'does not hold for %j',
    source => {
      expect(isBlank(source)).toBe(false);
    }
  );
});

describe('executionFlags', () => {
  it('come once and in one order', () => {
    fc.assert(
      fc.property(anyTags, tags => {
        const flags = executionFlags(tags);
        expect(executionFlags([...tags].reverse())).toEqual(flags);
        expect(executionFlags([...tags, ...tags])).toEqual(flags);
        expect(tags).toEqual(expect.arrayContaining(flags));
      })
    );
    expect(executionFlags(['skip-execution', 'raises-exception'])).toEqual([
      'raises-exception',
      'skip-execution'
    ]);
  });

  it.each([
    [undefined],
    [null],
    ['raises-exception'],
    [{ 'raises-exception': true }],
    [['raises-exception', 1]]
  ])('are none of %j', tags => {
    expect(executionFlags(tags)).toEqual([]);
  });
});
