/**
 * Results of inline expressions as a Markdown cell's metadata hold them; the server's twin is
 * `jupyterlab_cache/notebooks/user_expressions.py`.
 */

import type {
  PartialJSONObject,
  ReadonlyPartialJSONObject,
  ReadonlyPartialJSONValue
} from '@lumino/coreutils';

/** Name of the member of a Markdown cell's metadata that holds results, as jupyterlab-myst made it. */
export const USER_EXPRESSIONS = 'user_expressions';

/**
 * What a cell shows for each of its expressions: one output, or none.
 *
 * @param held - The member's value, whatever it is.
 * @param expressions - As they stand in the cell.
 */
export function shownResults(
  held: unknown,
  expressions: readonly string[]
): PartialJSONObject[][] {
  const results = new Map<string, PartialJSONObject[]>();
  for (const item of Array.isArray(held) ? (held as unknown[]) : []) {
    if (isObject(item) && typeof item.expression === 'string') {
      if (!results.has(item.expression)) {
        results.set(item.expression, outputOf(item.result));
      }
    }
  }
  return expressions.map(expression => results.get(expression) ?? []);
}

/**
 * The member's value for a cell.
 *
 * @param results - Each expression as it stands in the cell, with its output or none.
 */
export function metadataOf(
  results: readonly (readonly [string, readonly ReadonlyPartialJSONObject[]])[]
): PartialJSONObject[] {
  return results.flatMap(([expression, outputs]) =>
    outputs
      .slice(0, 1)
      .map(output => ({ expression, result: resultOf(output) }))
  );
}

/** A kernel's answer to an expression as an output; empty when it is none. */
function outputOf(
  result: ReadonlyPartialJSONValue | undefined
): PartialJSONObject[] {
  if (!isObject(result)) {
    return [];
  }
  const { status, data, metadata, ename, evalue, traceback } = result;
  switch (status) {
    case 'ok':
      return [
        {
          output_type: 'display_data',
          data: isObject(data) ? { ...data } : {},
          metadata: isObject(metadata) ? { ...metadata } : {}
        }
      ];
    case 'error':
      return [
        {
          output_type: 'error',
          ename: ename ?? '',
          evalue: evalue ?? '',
          traceback: Array.isArray(traceback) ? [...traceback] : []
        }
      ];
    default:
      return [];
  }
}

/** The answer that an output stands for. */
function resultOf(output: ReadonlyPartialJSONObject): PartialJSONObject {
  const { data, metadata, ename, evalue, traceback } =
    output as PartialJSONObject;
  return output.output_type === 'error'
    ? {
        status: 'error',
        ename: ename ?? '',
        evalue: evalue ?? '',
        traceback: traceback ?? []
      }
    : {
        status: 'ok',
        data: isObject(data) ? data : {},
        metadata: isObject(metadata) ? metadata : {}
      };
}

function isObject(value: unknown): value is PartialJSONObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
