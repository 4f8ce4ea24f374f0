import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import fc from 'fast-check';
import {
  cellDigest,
  cellOutputsDigest,
  codeKey,
  documentOutputsDigest,
  executedSteps,
  executionFlags,
  expressionDigest,
  inlineExpressions,
  isBlank,
  normaliseSource,
  prefixKeys,
  shownResults,
  wellFormed
} from '..';

/** A cell as a file holds it. */
export interface ICell {
  cell_type: string;
  source: string | string[];
  metadata?: { tags?: unknown; [name: string]: unknown } | null;
  outputs?: ReadonlyPartialJSONObject[] | null;
  [name: string]: unknown;
}

/** A notebook as a file holds it. */
export interface INotebook {
  cells: ICell[];
  metadata: { kernelspec?: unknown; [name: string]: unknown };
  [name: string]: unknown;
}

/** All that the specification says of a notebook. */
export interface IDigests {
  kernel_name: string | null;
  cell_digests: string[];
  prefix_keys: string[];
  code_key: string;
  cell_outputs_digests: string[];
  expressions: { digest: string; after: number; outputs: string }[];
  outputs_digest: string;
}

/** A notebook, or its exact JSON text, and what it comes to. */
export interface IVector {
  name: string;
  notebook?: INotebook;
  json?: string;
  expected: IDigests;
}

interface IVectors {
  default_kernel: string;
  vectors: IVector[];
}

const path = join('..', '..', '..', 'tests', 'vectors', 'code-key.json');

/** The vectors that both languages share. */
export const file = JSON.parse(
  readFileSync(join(__dirname, path), 'ascii')
) as IVectors;

/** The notebook of a vector. */
export function notebookOf(vector: IVector): INotebook {
  return vector.json === undefined
    ? vector.notebook!
    : (JSON.parse(vector.json) as INotebook);
}

/** The code cells that are not blank. */
export function filledCells(notebook: INotebook): ICell[] {
  return notebook.cells.filter(
    cell => cell.cell_type === 'code' && !isBlank(normaliseSource(cell.source))
  );
}

/** The digests of a notebook, by the code under test. */
export function digestsOf(notebook: INotebook): IDigests {
  const kernelName = kernelNameOf(notebook);
  const kernel = kernelName ?? file.default_kernel;
  const cells = filledCells(notebook);
  const digests = cells.map(cell =>
    cellDigest(
      normaliseSource(cell.source),
      executionFlags(cell.metadata?.tags)
    )
  );
  const outputs = cells.map(cell => cellOutputsDigest(cell.outputs ?? []));
  const expressions = expressionsOf(notebook, cells);
  const steps = executedSteps(digests, expressions);
  const keys = prefixKeys(kernel, steps);
  // Where each code cell is among all that is executed.
  const places = digests.map(
    (_, ordinal) =>
      ordinal + expressions.filter(({ after }) => after <= ordinal).length
  );
  return {
    kernel_name: kernelName,
    cell_digests: digests,
    prefix_keys: places.map(place => keys[place]!),
    code_key: codeKey(kernel, steps),
    cell_outputs_digests: outputs,
    expressions,
    outputs_digest: documentOutputsDigest([
      ...outputs,
      ...expressions.map(expression => expression.outputs)
    ])
  };
}

function expressionsOf(
  notebook: INotebook,
  filled: readonly ICell[]
): IDigests['expressions'] {
  let after = 0;
  return notebook.cells.flatMap(cell => {
    after += filled.includes(cell) ? 1 : 0;
    if (cell.cell_type !== 'markdown') {
      return [];
    }
    const found = inlineExpressions(normaliseSource(cell.source));
    const results = shownResults(cell.metadata?.user_expressions, found);
    return found.map((expression, index) => ({
      digest: expressionDigest(expression),
      after,
      outputs: cellOutputsDigest(results[index] ?? [])
    }));
  });
}

function kernelNameOf({ metadata }: INotebook): string | null {
  const spec = metadata.kernelspec as { name?: unknown } | null | undefined;
  const name = spec?.name;
  return typeof name === 'string' && name ? wellFormed(name) : null;
}

/** Text of any UTF-16 code units: lone surrogates, controls, everything. */
export const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'ab\n\r\t \u00a0\u2028'),
      fc.integer({ min: 0xd7fe, max: 0xe001 }).map(unit => unit16(unit)),
      fc.integer({ min: 0, max: 0xffff }).map(unit => unit16(unit)),
      fc.constant('😀')
    ),
    { maxLength: 10 }
  )
  .map(units => units.join(''));

function unit16(unit: number): string {
  return String.fromCharCode(unit);
}

/** Tags, those that count among them. */
export const anyTags = fc.array(
  fc.constantFrom('raises-exception', 'skip-execution', 'hide-input', 'x'),
  { maxLength: 4 }
);

const anyOutput: fc.Arbitrary<ReadonlyPartialJSONObject> = fc.oneof(
  fc.record({
    output_type: fc.constant('stream'),
    name: fc.constantFrom('stdout', 'stderr'),
    text: anyText
  }),
  fc.record({
    output_type: fc.constant('display_data'),
    data: fc.dictionary(fc.constantFrom('text/plain', 'image/png'), anyText),
    metadata: fc.constant({})
  })
);

/** Outputs of a cell. */
export const anyOutputs = fc.array(anyOutput, { maxLength: 3 });

/** A code cell, blank or not. */
export const anyCode: fc.Arbitrary<ICell> = fc.record({
  cell_type: fc.constant('code'),
  source: anyText,
  metadata: fc.record({ tags: anyTags }),
  outputs: anyOutputs
});

const anyProse: fc.Arbitrary<ICell> = fc.record({
  cell_type: fc.constantFrom('markdown', 'raw'),
  source: anyText,
  metadata: fc.constant({})
});

/** A notebook with cells of all kinds. */
export const anyNotebook: fc.Arbitrary<INotebook> = fc.record({
  cells: fc.array(fc.oneof({ weight: 3, arbitrary: anyCode }, anyProse), {
    maxLength: 6
  }),
  metadata: fc.record({
    kernelspec: fc.record({ name: fc.constantFrom('python3', 'ir', '') })
  })
});
