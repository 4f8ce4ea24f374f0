import type { IOutput } from '@jupyterlab/nbformat';
import * as fc from 'fast-check';
import { stream } from '../../__tests__/support';
import { cellOutputsDigest } from '../../codeKey';
import { documentOutputs } from '../../restore/documentOutputs';
import { bundleOf, compareOutputs } from '../outputs';
import { display, error } from './cells';

const changes = (before: IOutput[], after: IOutput[]) =>
  compareOutputs(before, after).map(({ change }) => change);

describe('compareOutputs', () => {
  it('finds equal outputs equal', () => {
    const outputs = [stream('a'), display({ 'image/png': 'x' }), error('no')];
    const again = JSON.parse(JSON.stringify(outputs)) as IOutput[];
    expect(changes(outputs, again)).toEqual(['same', 'same', 'same']);
    expect(compareOutputs([], [])).toEqual([]);
  });

  it('puts a changed output beside what it was', () => {
    const [pair] = compareOutputs([stream('1\n')], [stream('2\n')]);
    expect(pair).toEqual({
      before: stream('1\n'),
      after: stream('2\n'),
      change: 'changed',
      mimes: [{ mime: 'application/vnd.jupyter.stdout', change: 'changed' }]
    });
  });

  it('compares each form of an output', () => {
    const [pair] = compareOutputs(
      [display({ 'text/plain': 'a', 'image/png': 'x', 'text/html': 'h' })],
      [display({ 'text/plain': 'b', 'image/png': 'x', 'text/latex': 'l' })]
    );
    expect(pair?.mimes).toEqual([
      { mime: 'text/plain', change: 'changed' },
      { mime: 'image/png', change: 'same' },
      { mime: 'text/html', change: 'removed' },
      { mime: 'text/latex', change: 'added' }
    ]);
  });

  it('says what came and what went', () => {
    expect(
      changes(
        [stream('a'), display({ 'image/png': 'x' })],
        [display({ 'image/png': 'y' }), error('no')]
      )
    ).toEqual(['removed', 'changed', 'added']);
    expect(changes([], [stream('a')])).toEqual(['added']);
    expect(changes([error('no')], [stream('a')])).toEqual(['removed', 'added']);
  });

  it('sees that a result became a display, and other metadata', () => {
    const result = { ...display({ 'text/plain': '1' }), execution_count: 1 };
    result.output_type = 'execute_result';
    const [pair] = compareOutputs([result], [display({ 'text/plain': '1' })]);
    expect(pair?.change).toBe('changed');
    expect(pair?.mimes).toEqual([{ mime: 'text/plain', change: 'same' }]);
    const wide = { ...display({}), metadata: { 'image/png': { width: 9 } } };
    expect(changes([display({})], [wide])).toEqual(['changed']);
  });

  it('pairs one by one what has next to nothing in common', () => {
    const many = (word: string) =>
      Array.from({ length: 600 }, (_, index) =>
        display({ 'text/plain': `${word}${index}` })
      );
    const found = changes(many('a'), many('b'));
    expect(found).toHaveLength(600);
    expect(new Set(found)).toEqual(new Set(['changed']));
  });

  it('calls the same what the outputs digest calls the same', () => {
    const text = fc.constantFrom('', 'a', 'a\n', '1');
    const output: fc.Arbitrary<IOutput> = fc.oneof(
      fc.record({
        output_type: fc.constant('stream'),
        name: fc.constantFrom('stdout', 'stderr'),
        text
      }),
      fc.record({
        output_type: fc.constantFrom('display_data', 'execute_result'),
        data: fc.dictionary(fc.constantFrom('text/plain', 'image/png'), text),
        metadata: fc.constantFrom({}, { isolated: true }),
        execution_count: fc.constantFrom(1, 2)
      }),
      fc.record({
        output_type: fc.constant('error'),
        ename: text,
        evalue: text,
        traceback: fc.array(text, { maxLength: 2 })
      }),
      fc.constant({ output_type: 'unheard-of' })
    );
    const outputs = fc.array(output, { maxLength: 4 }).map(documentOutputs);
    fc.assert(
      fc.property(outputs, outputs, (before, after) => {
        const isSame = compareOutputs(before, after).every(
          ({ change }) => change === 'same'
        );
        expect(isSame).toBe(
          cellOutputsDigest(before) === cellOutputsDigest(after)
        );
      }),
      { numRuns: 500 }
    );
    // A thousand digests take a while where others have the processor.
  }, 60_000);
});

describe('bundleOf', () => {
  it('has the forms that JupyterLab has renderers for', () => {
    expect(bundleOf(stream('a'))).toEqual({
      'application/vnd.jupyter.stdout': 'a'
    });
    expect(bundleOf(error('no'))).toEqual({
      'application/vnd.jupyter.stderr': 'Traceback\nValueError: no'
    });
    expect(
      bundleOf({ output_type: 'error', ename: 'E', evalue: 'v', traceback: [] })
    ).toEqual({ 'application/vnd.jupyter.stderr': 'E: v' });
    expect(bundleOf({ output_type: 'display_data', data: ['?'] })).toEqual({});
  });
});
