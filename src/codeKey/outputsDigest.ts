/**
 * Whether two sets of outputs show the same. Specified in `docs/code-key.md`; the server's twin is
 * `jupyterlab_cache/notebooks/outputs_digest.py`.
 */

import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex } from '@noble/hashes/utils';
import type {
  PartialJSONObject,
  PartialJSONValue,
  ReadonlyPartialJSONObject,
  ReadonlyPartialJSONValue
} from '@lumino/coreutils';

type Feed = (bytes: Uint8Array) => void;

/** UTF-16 code units of a text that are encoded at once; an image may have millions. */
const PIECE = 1 << 16;

const encoder = new TextEncoder();
const NULL = encoder.encode('z');
const FALSE = encoder.encode('f');
const TRUE = encoder.encode('t');

/** Digest of a JSON value, 64 hexadecimal digits; the same in Python and TypeScript. */
export function valueDigest(value: ReadonlyPartialJSONValue): string {
  const hash = sha256.create();
  feed(bytes => hash.update(bytes), value);
  return bytesToHex(hash.digest());
}

/** Digest of one cell's outputs, as nbformat 4 defines them. */
export function cellOutputsDigest(
  outputs: readonly ReadonlyPartialJSONObject[]
): string {
  return outputs.length === 0
    ? NO_OUTPUTS
    : valueDigest(normalOutputs(outputs));
}

/** Digest over the outputs digests of a document's code cells that are not blank. */
export function documentOutputsDigest(cellDigests: readonly string[]): string {
  return valueDigest([...cellDigests]);
}

function feed(update: Feed, value: ReadonlyPartialJSONValue | undefined): void {
  if (value === null || value === undefined) {
    update(NULL);
  } else if (typeof value === 'boolean') {
    update(value ? TRUE : FALSE);
  } else if (typeof value === 'string') {
    feedText(update, value);
  } else if (typeof value === 'number') {
    update(double(value));
  } else if (Array.isArray(value)) {
    update(encoder.encode(`l${value.length}:`));
    value.forEach((item: ReadonlyPartialJSONValue) => feed(update, item));
  } else {
    const object = value as ReadonlyPartialJSONObject;
    // The default order of strings is by UTF-16 code units, as specified.
    const keys = Object.keys(object)
      .filter(key => object[key] !== undefined)
      .sort();
    update(encoder.encode(`o${keys.length}:`));
    keys.forEach(key => {
      feedText(update, key);
      feed(update, object[key]);
    });
  }
}

/** The encoder itself makes U+FFFD of lone surrogates. */
function feedText(update: Feed, text: string): void {
  if (text.length <= PIECE) {
    const bytes = encoder.encode(text);
    update(encoder.encode(`s${bytes.length}:`));
    update(bytes);
    return;
  }
  update(encoder.encode(`s${utf8Length(text)}:`));
  let start = 0;
  while (start < text.length) {
    let end = start + PIECE;
    if (isHighSurrogate(text.charCodeAt(end - 1))) {
      end--; // it may be the first half of a pair
    }
    update(encoder.encode(text.slice(start, end)));
    start = end;
  }
}

function utf8Length(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      length += 1;
    } else if (unit < 0x800) {
      length += 2;
    } else if (
      isHighSurrogate(unit) &&
      isLowSurrogate(text.charCodeAt(index + 1))
    ) {
      length += 4;
      index++;
    } else {
      length += 3;
    }
  }
  return length;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

function double(value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = 'n'.charCodeAt(0);
  // Adding +0 turns −0 into +0; a DataView writes NaN as 7ff8000000000000.
  new DataView(bytes.buffer).setFloat64(1, value + 0);
  return bytes;
}

function normalOutputs(
  outputs: readonly ReadonlyPartialJSONObject[]
): PartialJSONValue[] {
  const normal: PartialJSONValue[][] = [];
  let stream: { output: PartialJSONValue[]; text: string } | null = null;
  for (const output of outputs) {
    const kind = output.output_type;
    switch (kind) {
      case 'stream': {
        const name = textOf(output.name);
        const text = textOf(output.text);
        if (stream && stream.output[1] === name) {
          stream.text += text;
          stream.output[2] = stream.text;
        } else {
          stream = { output: ['stream', name, text], text };
          normal.push(stream.output);
        }
        break;
      }
      case 'display_data':
      case 'execute_result':
        stream = null;
        normal.push([
          kind,
          normalBundle(output.data),
          isObject(output.metadata) ? output.metadata : {}
        ]);
        break;
      case 'error':
        stream = null;
        normal.push([
          'error',
          textOf(output.ename),
          textOf(output.evalue),
          Array.isArray(output.traceback) ? output.traceback : []
        ]);
        break;
      default: // of another type, or none: takes no part
    }
  }
  return normal;
}

function normalBundle(
  data: ReadonlyPartialJSONValue | undefined
): PartialJSONObject {
  return isObject(data)
    ? Object.fromEntries(
        Object.entries(data).map(([mime, item]) => [
          mime,
          isJSONMime(mime) ? item : joined(item as PartialJSONValue)
        ])
      )
    : {};
}

function isJSONMime(mime: string): boolean {
  return (
    mime === 'application/json' ||
    (mime.startsWith('application/') && mime.endsWith('+json'))
  );
}

/** A text; what is none counts as missing. */
function textOf(value: ReadonlyPartialJSONValue | undefined): string {
  const text = joined((value ?? '') as PartialJSONValue);
  return typeof text === 'string' ? text : '';
}

function joined(text: PartialJSONValue): PartialJSONValue {
  return Array.isArray(text) && text.every(line => typeof line === 'string')
    ? text.join('')
    : text;
}

function isObject(
  value: ReadonlyPartialJSONValue | undefined
): value is PartialJSONObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Digest of a cell without outputs. */
export const NO_OUTPUTS = valueDigest([]);
