import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex } from '@noble/hashes/utils';
import type {
  ReadonlyPartialJSONObject,
  ReadonlyPartialJSONValue
} from '@lumino/coreutils';
import fc from 'fast-check';
import {
  NO_OUTPUTS,
  cellOutputsDigest,
  documentOutputsDigest,
  valueDigest,
  wellFormed
} from '..';
import { anyText } from './notebooks';

/** The digest of an encoding that is written down here. */
function digestOf(encoding: string): string {
  return bytesToHex(sha256(new TextEncoder().encode(encoding)));
}

function stream(text: string | string[], name = 'stdout') {
  return { output_type: 'stream', name, text };
}

const anyValue = fc.jsonValue({
  maxDepth: 3
}) as fc.Arbitrary<ReadonlyPartialJSONValue>;

describe('valueDigest', () => {
  it.each<[ReadonlyPartialJSONValue, string]>([
    [null, 'z'],
    [false, 'f'],
    [true, 't'],
    ['', 's0:'],
    ['aé', 's3:aé'],
    [[], 'l0:'],
    [[[], null], 'l2:l0:z'],
    [{}, 'o0:'],
    [{ b: true, a: '😀' }, 'o2:s1:as4:😀s1:bt']
  ])('of %j', (value, encoding) => {
    expect(valueDigest(value)).toBe(digestOf(encoding));
  });

  it.each([
    [0, '0000000000000000'],
    [-0, '0000000000000000'],
    [1, '3ff0000000000000'],
    [-2.5, 'c004000000000000'],
    [NaN, '7ff8000000000000'],
    [Infinity, '7ff0000000000000']
  ])('of the number %d', (value, hex) => {
    const bytes = Uint8Array.from(Buffer.from(`6e${hex}`, 'hex'));
    expect(valueDigest(value)).toBe(bytesToHex(sha256(bytes)));
  });

  it('does not know the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, anyValue), object => {
        const turned = Object.fromEntries(Object.entries(object).reverse());
        expect(valueDigest(turned)).toBe(valueDigest(object));
      })
    );
  });

  it('is the same for what JSON makes of a value', () => {
    fc.assert(
      fc.property(anyValue, value => {
        const copy = JSON.parse(
          JSON.stringify(value)
        ) as ReadonlyPartialJSONValue;
        expect(valueDigest(copy)).toBe(valueDigest(value));
      })
    );
    expect(valueDigest({ a: undefined, b: 1 })).toBe(valueDigest({ b: 1 }));
  });

  it('is another one for another value', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (a, b) => {
        const [x, y] = [a, b].map(value => sorted(value));
        expect(valueDigest(a) === valueDigest(b)).toBe(x === y);
      })
    );
    expect(valueDigest(['ab', 'c'])).not.toBe(valueDigest(['a', 'bc']));
    expect(valueDigest([[], []])).not.toBe(valueDigest([[[]]]));
    expect(valueDigest('1')).not.toBe(valueDigest(1));
  });

  it('of a long text is that of the whole, wherever it is cut', () => {
    const whole = (text: string): string => {
      const bytes = new TextEncoder().encode(wellFormed(text));
      const head = new TextEncoder().encode(`s${bytes.length}:`);
      return bytesToHex(sha256.create().update(head).update(bytes).digest());
    };
    const size = 1 << 16;
    for (const odd of ['😀', '\ud83d', '\ude00', 'é', '\u2028', '\ud83d😀']) {
      for (const start of [size - 3, size - 2, size - 1, size]) {
        const text = 'x'.repeat(start) + odd.repeat(4);
        expect(valueDigest(text)).toBe(whole(text));
      }
      const long = odd.repeat(size + 1);
      expect(valueDigest(long)).toBe(whole(long));
    }
  });
});

/** A value as JSON that knows no order of members. */
function sorted(value: ReadonlyPartialJSONValue): string {
  return JSON.stringify(value, (_, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? { members: Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)) }
      : item
  );
}

describe('cellOutputsDigest', () => {
  it('merges the text of a stream, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1 }), pieces => {
        const outputs = pieces.map(text => stream(text));
        const all = stream(pieces.join(''));
        expect(cellOutputsDigest(outputs)).toBe(cellOutputsDigest([all]));
        expect(cellOutputsDigest([stream(pieces)])).toBe(
          cellOutputsDigest([all])
        );
      })
    );
  });

  it('keeps streams apart', () => {
    const both = [stream('a'), stream('b', 'stderr')];
    expect(cellOutputsDigest(both)).not.toBe(cellOutputsDigest([stream('ab')]));
    expect(cellOutputsDigest(both)).not.toBe(
      cellOutputsDigest([...both].reverse())
    );
  });

  it('leaves out what is not shown', () => {
    const data = { 'text/plain': '1' };
    const result = { output_type: 'execute_result', data, metadata: {} };
    expect(
      cellOutputsDigest([
        { ...result, execution_count: 5, transient: { display_id: 'x' } }
      ])
    ).toBe(cellOutputsDigest([{ ...result, execution_count: 6 }]));
    expect(
      cellOutputsDigest([{ ...result, output_type: 'display_data' }])
    ).not.toBe(cellOutputsDigest([result]));
  });

  it('is that of no outputs when none is of a known type', () => {
    const unknown: ReadonlyPartialJSONObject[] = [
      {},
      { output_type: 'pyout' },
      { output_type: ['stream'] }
    ];
    expect(cellOutputsDigest([])).toBe(NO_OUTPUTS);
    expect(cellOutputsDigest(unknown)).toBe(NO_OUTPUTS);
    expect(NO_OUTPUTS).toBe(valueDigest([]));
  });

  it('does not write into the outputs', () => {
    const outputs = [
      stream(['a', 'b']),
      stream('c'),
      { output_type: 'display_data', data: { 'text/plain': ['a', 'b'] } }
    ];
    const before = JSON.stringify(outputs);
    cellOutputsDigest(outputs);
    expect(JSON.stringify(outputs)).toBe(before);
  });
});

describe('documentOutputsDigest', () => {
  it('is that of the list of digests', () => {
    expect(documentOutputsDigest([])).toBe(NO_OUTPUTS);
    const digests = [NO_OUTPUTS, cellOutputsDigest([stream('a')])];
    expect(documentOutputsDigest(digests)).toBe(valueDigest(digests));
    expect(documentOutputsDigest([...digests].reverse())).not.toBe(
      documentOutputsDigest(digests)
    );
  });
});
