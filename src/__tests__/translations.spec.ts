import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as ts from 'typescript';

const SRC = resolve(__dirname, '..');
const TEMPLATE = resolve(
  SRC,
  '..',
  'jupyterlab_cache',
  'locale',
  'jupyterlab_cache.pot'
);

/** How many of the first arguments of a translator's methods are words. */
const WORDS: Readonly<Record<string, number>> = { __: 1, _n: 2, _p: 2, _np: 3 };

/** The words of each call of a translator, and calls whose words are no plain text. */
function* callsIn(file: ts.SourceFile): Iterable<string[] | string> {
  const calls: (string[] | string)[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression)
    ) {
      const count = WORDS[node.expression.name.text] ?? 0;
      const words = node.arguments.slice(0, count);
      if (count > 0) {
        calls.push(
          words.every(ts.isStringLiteralLike)
            ? words.map(word => word.text)
            : node.getText()
        );
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  yield* calls;
}

function sources(): ts.SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf-8' })
    .filter(name => /\.tsx?$/.test(name) && !name.includes('__tests__'))
    .map(name =>
      ts.createSourceFile(
        name,
        readFileSync(join(SRC, name), 'utf-8'),
        ts.ScriptTarget.Latest,
        true
      )
    );
}

describe('the template for translators', () => {
  const template = new Set(
    [
      ...readFileSync(TEMPLATE, 'utf-8').matchAll(
        /^(?:msgid|msgid_plural|msgctxt) (".*")$/gm
      )
    ].map(([, text]) => JSON.parse(text ?? '""') as string)
  );
  const calls = sources().flatMap(file => [...callsIn(file)]);

  it('can be made: words are written where they are translated', () => {
    expect(calls.filter(call => typeof call === 'string')).toEqual([]);
  });

  it('has all words of the front end (else: make translations)', () => {
    expect(calls.length).toBeGreaterThan(100);
    const lacking = calls.flat().filter(word => !template.has(word));
    expect(lacking).toEqual([]);
  });

  it('has the titles of the settings', () => {
    const folder = resolve(SRC, '..', 'schema');
    const titles = readdirSync(folder).map(
      name =>
        (
          JSON.parse(readFileSync(join(folder, name), 'utf-8')) as {
            title: string;
          }
        ).title
    );
    expect(titles.filter(title => !template.has(title))).toEqual([]);
  });
});
