import fc from 'fast-check';
import { executedSteps, inlineExpressions, metadataOf, shownResults } from '..';

const pieces = [
  ...['{eval}`x`', '{eval}``a`b``', '{eval}', '`', '``', '```', '~~~', '\\'],
  ...['<!--', '-->', '{note}', 'x', ' ', '\n', '\n\n', '- ', '> ', '%', '{']
];
const anyMarkdown = fc
  .array(fc.constantFrom(...pieces), { maxLength: 30 })
  .map(parts => parts.join(''));

describe('inlineExpressions', () => {
  it('finds what stands in the text, each once', () => {
    fc.assert(
      fc.property(anyMarkdown, text => {
        const found = inlineExpressions(text);
        expect(new Set(found).size).toBe(found.length);
        for (const expression of found) {
          expect(text).toContain(`\`${expression}\``);
          expect(expression.trim()).not.toBe('');
        }
      })
    );
  });

  it('finds the same wherever prose is added before and behind', () => {
    fc.assert(
      fc.property(anyMarkdown, text => {
        expect(inlineExpressions(`# Title\n\n${text}`)).toEqual(
          inlineExpressions(text)
        );
        expect(inlineExpressions(`${text}\n\nmore`)).toEqual(
          inlineExpressions(text)
        );
      })
    );
  });

  it.each(['`', '``` ', '{eval}`', '<!--', '\\', '- ', '{eval}`x', '`a``b'])(
    'reads a long text of %j in one pass',
    piece => {
      // Quadratic, this would take longer than any test may.
      const text = `{eval}\`x\` ${piece.repeat(400_000 / piece.length)}`;
      expect(inlineExpressions(text).length).toBeLessThan(400_000);
    }
  );
});

describe('executedSteps', () => {
  it('has each expression between the cells that it stands between', () => {
    const at = (digest: string, after: number) => ({ digest, after });
    expect(
      executedSteps(
        ['A', 'B'],
        [at('x', 0), at('y', 1), at('z', 1), at('u', 2), at('v', 9)]
      )
    ).toEqual(['x', 'A', 'y', 'z', 'B', 'u', 'v']);
    expect(executedSteps([], [at('x', 0)])).toEqual(['x']);
    expect(executedSteps(['A'], [])).toEqual(['A']);
  });
});

describe('results in metadata', () => {
  it('are read as they are written', () => {
    const outputs = [
      [{ output_type: 'display_data', data: { a: 'b' }, metadata: { c: 1 } }],
      [],
      [{ output_type: 'error', ename: 'E', evalue: 'v', traceback: ['t'] }]
    ];
    const texts = ['x', 'y', 'z'];
    const held = metadataOf(
      texts.map((text, index) => [text, outputs[index]!] as const)
    );
    expect(held).toHaveLength(2);
    expect(shownResults(held, texts)).toEqual(outputs);
  });
});
