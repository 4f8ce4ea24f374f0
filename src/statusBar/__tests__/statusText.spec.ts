import { nullTranslator } from '@jupyterlab/translation';
import { statusWith } from '../../__tests__/support';
import type { JobState } from '../../contract';
import { statusText } from '../statusText';

const trans = nullTranslator.load('jupyterlab_cache');
const STALE = {
  status: statusWith({ verdict: 'stale' }),
  job: null,
  error: null
};

describe('statusText', () => {
  const textOf = (states: JobState[]): string =>
    statusText(
      states.map(state => ({ state })),
      STALE,
      trans
    ).text;

  it.each<[JobState[], string]>([
    [['running'], '1 notebook running'],
    [['running', 'running'], '2 notebooks running'],
    [['queued'], '1 notebook waits'],
    [['queued', 'queued', 'done'], '2 notebooks wait'],
    [['queued', 'running', 'failed'], '1 notebook running, 1 waiting'],
    [
      ['queued', 'queued', 'queued', 'running', 'running'],
      '2 notebooks running, 3 waiting'
    ]
  ])('counts the jobs %j', (states, text) => {
    expect(textOf(states)).toBe(text);
  });

  it('gives the verdict when nothing runs', () => {
    expect(textOf(['done', 'cancelled', 'failed'])).toBe('Stale');
    expect(statusText([], STALE, trans).look).toBe('stale');
  });

  it('says that no notebook is open', () => {
    expect(statusText([], null, trans).text).toBe('No notebook');
  });
});
