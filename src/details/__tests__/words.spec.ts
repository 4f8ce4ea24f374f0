import { nullTranslator } from '@jupyterlab/translation';
import { jobWith, summaryWith } from '../../__tests__/support';
import { size } from '../time';
import { jobText, usageText } from '../words';

const trans = nullTranslator.load('jupyterlab_cache');

describe('size', () => {
  it.each([
    [0, '0 B'],
    [812, '812 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9949, '9.9 kB'],
    [9951, '10 kB'],
    [999_499, '999 kB'],
    [999_501, '1.0 MB'],
    [25_000_000, '25 MB'],
    [3_210_000_000, '3.2 GB']
  ])('says %d bytes as %s', (bytes, text) => {
    expect(size(bytes, trans)).toBe(text);
  });
});

describe('jobText', () => {
  const running = { state: 'running', cells_total: 20 } as const;

  it('tells how long a running job is going to take', () => {
    const job = jobWith({ ...running, cells_done: 3, seconds_left: 75.2 });
    expect(jobText(job, trans)).toBe('3 of 20 cells, about 1 min 15 s left');
    expect(jobText(jobWith({ state: 'running', seconds_left: 4 }), trans)).toBe(
      'starting, about 4.0 s left'
    );
  });

  it('says nothing of what is not known', () => {
    expect(jobText(jobWith(running), trans)).toBe('0 of 20 cells');
    expect(jobText(jobWith({ state: 'running' }), trans)).toBe('starting');
  });
});

describe('usageText', () => {
  it('tells what an execution used', () => {
    const entry = summaryWith({
      cpu_seconds: 2.34,
      peak_memory: 210_000_000,
      output_bytes: 12_345
    });
    expect(usageText(entry, trans)).toBe(
      'processor 2.3 s, memory 210 MB, outputs 12 kB'
    );
  });

  it('says nothing where that is not known', () => {
    expect(usageText(summaryWith(), trans)).toBeNull();
  });
});
