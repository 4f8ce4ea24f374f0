import type { IOutput } from '@jupyterlab/nbformat';
import { JSONExt } from '@lumino/coreutils';
import type { PartialJSONValue } from '@lumino/coreutils';
import { diffArrays } from 'diff';

/** What became of something. */
export type Change = 'same' | 'changed' | 'added' | 'removed';

/** What became of an output in one of its forms. */
export interface IMimeChange {
  /** The form. */
  readonly mime: string;

  /** What became of it. */
  readonly change: Change;
}

/** An output of one side beside that of the other. */
export interface IOutputPair {
  /** As it was; null when there was none. */
  readonly before: IOutput | null;

  /** As it is; null when there is none. */
  readonly after: IOutput | null;

  /** What became of it. */
  readonly change: Change;

  /** The same for each of its forms. */
  readonly mimes: readonly IMimeChange[];
}

/** An output in all its forms. */
export type Bundle = Readonly<Record<string, PartialJSONValue>>;

/** From so many different outputs of one cell on, the first is compared with the first, and so on. */
const MOST_DIFFERENT = 500;

const STDOUT = 'application/vnd.jupyter.stdout';
const STDERR = 'application/vnd.jupyter.stderr';

/** Compare the outputs of two cells; what is the same is decided as by the outputs digest. */
export function compareOutputs(
  before: readonly IOutput[],
  after: readonly IOutput[]
): IOutputPair[] {
  const left = before.filter(isKnown);
  const right = after.filter(isKnown);
  const parts = diffArrays(left, right, {
    comparator: isSame,
    maxEditLength: MOST_DIFFERENT
  });
  if (!parts) {
    return pairsOf(left, right);
  }
  const pairs: IOutputPair[] = [];
  let removed: IOutput[] = [];
  let added: IOutput[] = [];
  const flush = () => {
    pairs.push(...pairsOf(removed, added));
    removed = [];
    added = [];
  };
  let index = 0;
  for (const part of parts) {
    if (part.removed) {
      removed = [...removed, ...part.value];
      index += part.count;
    } else if (part.added) {
      added = [...added, ...part.value];
    } else {
      flush();
      // What is called common has the values of the side after.
      part.value.forEach((output, offset) =>
        pairs.push(pairOf(left[index + offset] ?? output, output))
      );
      index += part.count;
    }
  }
  flush();
  return pairs;
}

/** The forms of an output, under the names by which JupyterLab finds their renderers. */
export function bundleOf(output: IOutput): Bundle {
  switch (output.output_type) {
    case 'stream':
      return {
        [output.name === 'stderr' ? STDERR : STDOUT]: textOf(output.text)
      };
    case 'error': {
      const lines: unknown = output.traceback;
      const traceback = Array.isArray(lines) ? lines.join('\n') : '';
      const name = `${textOf(output.ename)}: ${textOf(output.evalue)}`;
      // JupyterLab renders errors as it does what is written to the error stream.
      return { [STDERR]: traceback || name };
    }
    default: {
      const { data } = output;
      return typeof data === 'object' && data !== null && !Array.isArray(data)
        ? (data as Bundle)
        : {};
    }
  }
}

/** What takes part; outputs of other types are shown by nobody. */
function isKnown({ output_type: type }: IOutput): boolean {
  return ['stream', 'error', 'display_data', 'execute_result'].includes(type);
}

function isSame(one: IOutput, other: IOutput): boolean {
  return (
    one.output_type === other.output_type &&
    JSONExt.deepEqual(extrasOf(one), extrasOf(other)) &&
    JSONExt.deepEqual(bundleOf(one), bundleOf(other))
  );
}

/** What counts besides the forms. */
function extrasOf(output: IOutput): PartialJSONValue {
  switch (output.output_type) {
    case 'stream':
      return [textOf(output.name)];
    case 'error': {
      const { ename, evalue, traceback } = output;
      return [
        textOf(ename),
        textOf(evalue),
        Array.isArray(traceback) ? traceback : []
      ];
    }
    default:
      return [output.metadata ?? {}];
  }
}

/** Put together what is of one sort, in order; the rest was removed or added. */
function pairsOf(
  removed: readonly IOutput[],
  added: readonly IOutput[]
): IOutputPair[] {
  const pairs: IOutputPair[] = [];
  let next = 0;
  for (const before of removed) {
    const found = added.findIndex(
      (after, index) => index >= next && sortOf(after) === sortOf(before)
    );
    if (found < 0) {
      pairs.push(pairOf(before, null));
      continue;
    }
    added.slice(next, found).forEach(after => pairs.push(pairOf(null, after)));
    pairs.push(pairOf(before, added[found] ?? null));
    next = found + 1;
  }
  added.slice(next).forEach(after => pairs.push(pairOf(null, after)));
  return pairs;
}

function sortOf(output: IOutput): string {
  switch (output.output_type) {
    case 'stream':
      return `stream ${textOf(output.name)}`;
    case 'error':
      return 'error';
    default: {
      const image = Object.keys(bundleOf(output)).some(mime =>
        mime.startsWith('image/')
      );
      return image ? 'image' : 'data';
    }
  }
}

function pairOf(before: IOutput | null, after: IOutput | null): IOutputPair {
  if (!before || !after) {
    const change = before ? 'removed' : 'added';
    const only = before ?? after;
    const mimes = only ? Object.keys(bundleOf(only)) : [];
    return {
      before,
      after,
      change,
      mimes: mimes.map(mime => ({ mime, change }))
    };
  }
  const was = bundleOf(before);
  const is = bundleOf(after);
  const mimes = [...new Set([...Object.keys(was), ...Object.keys(is)])].map(
    mime => ({ mime, change: changeOf(was[mime], is[mime]) })
  );
  const change = isSame(before, after) ? 'same' : 'changed';
  return { before, after, change, mimes };
}

function changeOf(
  before: PartialJSONValue | undefined,
  after: PartialJSONValue | undefined
): Change {
  if (before === undefined) {
    return 'added';
  }
  if (after === undefined) {
    return 'removed';
  }
  return JSONExt.deepEqual(before, after) ? 'same' : 'changed';
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) {
    return value.join('');
  }
  return typeof value === 'string' ? value : '';
}
