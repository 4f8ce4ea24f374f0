import * as fc from 'fast-check';
import { diffTexts } from '../texts';
import { tokensOf, valueOf } from '../tokens';

/** Both texts with what differs in brackets, numbers in double ones. */
function marked(before: string, after: string): [string, string] {
  const { after: right, before: left } = diffTexts(before, after);
  const show = (text: string, marks: typeof left) => {
    let shown = '';
    let end = 0;
    for (const { from, number, to } of marks) {
      const part = text.slice(from, to);
      shown += text.slice(end, from) + (number ? `[[${part}]]` : `[${part}]`);
      end = to;
    }
    return shown + text.slice(end);
  };
  return [show(before, left), show(after, right)];
}

describe('tokensOf', () => {
  it.each([
    ['loss: -0.51e-3, n=12', ['-0.51e-3', '12']],
    ['a-1 x2 2x _3', ['1']],
    ['numpy 2.1.0', []],
    ['[1, 2.5, .5, 7.]', ['1', '2.5', '.5', '7.']],
    ['at 0x7f00 1_000', ['1_000']]
  ])('finds the numbers of %s', (text, numbers) => {
    const tokens = tokensOf(text);
    expect(tokens.map(token => token.text).join('')).toBe(text);
    expect(
      tokens.filter(({ isNumber }) => isNumber).map(token => token.text)
    ).toEqual(numbers);
  });

  it('knows the value of numbers with separators', () => {
    expect(valueOf('1_000')).toBe(1000);
    expect(valueOf('-2.5e1')).toBe(-25);
  });
});

describe('diffTexts', () => {
  it('finds nothing in equal texts', () => {
    expect(diffTexts('a\nb', 'a\nb')).toMatchObject({
      before: [],
      after: [],
      added: 0,
      removed: 0,
      numbers: []
    });
  });

  it('marks the numbers that changed, and by how much', () => {
    expect(marked('accuracy 0.50 in 3 s\n', 'accuracy 0.75 in 3 s\n')).toEqual([
      'accuracy [[0.50]] in 3 s\n',
      'accuracy [[0.75]] in 3 s\n'
    ]);
    expect(diffTexts('accuracy 0.50', 'accuracy 0.75').numbers).toEqual([
      { before: '0.50', after: '0.75', relative: 0.5 }
    ]);
    expect(diffTexts('x 0', 'x 2').numbers).toEqual([
      { before: '0', after: '2', relative: null }
    ]);
    expect(diffTexts('x -4', 'x -2').numbers[0]?.relative).toBe(0.5);
  });

  it('does not call a number changed that is only written otherwise', () => {
    expect(marked('x 1.0', 'x 1.00')).toEqual(['x [[1.0]]', 'x [[1.00]]']);
    expect(diffTexts('x 1.0', 'x 1.00').numbers).toEqual([]);
  });

  it('marks words, and counts lines', () => {
    expect(marked('one\ntwo red\nthree\n', 'one\ntwo blue\nthree\n')).toEqual([
      'one\ntwo [red]\nthree\n',
      'one\ntwo [blue]\nthree\n'
    ]);
    expect(diffTexts('a\nb\n', 'a\nb\nc\nd')).toMatchObject({
      added: 2,
      removed: 0,
      before: []
    });
  });

  it('marks all of what has nothing on the other side', () => {
    expect(marked('', 'new\n')).toEqual(['', '[new\n]']);
    expect(marked('old', '')).toEqual(['[old]', '']);
  });

  it('gives up on words where there are too many, and still says where', () => {
    const before = `same\n${'a '.repeat(30_000)}\nend\n`;
    const after = `same\n${'b '.repeat(30_000)}\nend\n`;
    const { after: right, before: left } = diffTexts(before, after);
    expect(left).toEqual([{ from: 5, to: 60_006, number: null }]);
    expect(right).toHaveLength(1);
  });

  it('is quick with many lines that all differ', () => {
    const lines = (word: string) =>
      Array.from({ length: 20_000 }, (_, index) => `${word} ${index}`).join(
        '\n'
      );
    expect(diffTexts(lines('a'), lines('b'))).toMatchObject({
      added: 20_000,
      removed: 20_000
    });
  });

  it('leaves the same text on both sides without what is marked', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b ', '1.5', '2', '\n', 'é', '😀', ' '), {
        maxLength: 30
      })
      .map(parts => parts.join(''));
    const rest = (
      whole: string,
      marks: readonly { from: number; to: number }[]
    ) => {
      let end = 0;
      let left = '';
      for (const { from, to } of marks) {
        expect(from).toBeGreaterThanOrEqual(end);
        expect(to).toBeGreaterThan(from);
        left += whole.slice(end, from);
        end = to;
      }
      return left + whole.slice(end);
    };
    fc.assert(
      fc.property(text, text, (before, after) => {
        const found = diffTexts(before, after);
        expect(rest(before, found.before)).toBe(rest(after, found.after));
      })
    );
  });
});
