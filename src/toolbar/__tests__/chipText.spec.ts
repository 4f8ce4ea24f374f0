import { nullTranslator } from '@jupyterlab/translation';
import { jobWith, reasonWith, statusWith } from '../../__tests__/support';
import { CacheError } from '../../contract';
import type { Job, Status } from '../../contract';
import { chipOf } from '../chipText';

const trans = nullTranslator.load('jupyterlab_cache');

function chip(
  status: Partial<Status> | null,
  job: Partial<Job> | null = null,
  error: CacheError | null = null
) {
  return chipOf(
    {
      status: status && statusWith(status),
      job: job && jobWith(job),
      error
    },
    trans
  );
}

describe('chipOf', () => {
  it.each<[Partial<Status>, string]>([
    [{ verdict: 'fresh', outputs: 'same' }, 'Fresh'],
    [{ verdict: 'fresh', outputs: 'none' }, 'Fresh'],
    [{ verdict: 'fresh', outputs: 'different' }, 'Fresh, other outputs shown'],
    [
      { verdict: 'fresh', origin: 'elsewhere', trusted: false },
      'Fresh, not ours'
    ],
    [{ verdict: 'fresh', origin: 'elsewhere', trusted: true }, 'Fresh'],
    [{ verdict: 'fresh', origin: 'team' }, 'Fresh'],
    [{ verdict: 'stale' }, 'Stale'],
    [{ verdict: 'failed' }, 'Failed'],
    [{ verdict: 'uncached' }, 'Not cached']
  ])('says what the verdict is: %j', (status, text) => {
    expect(chip(status).text).toBe(text);
    expect(chip(status).look).toBe(status.verdict);
  });

  it('puts the job before the verdict', () => {
    expect(chip({}, { state: 'queued' }).text).toBe('Queued');
    const running = {
      state: 'running',
      cells_done: 3,
      cells_total: 20
    } as const;
    expect(chip({}, running).text).toBe('Running 3/20');
    expect(chip(null, running, new CacheError('gone')).text).toBe(
      'Running 3/20'
    );
  });

  it('counts the cells of both executions of a check', () => {
    const check = { kind: 'check', state: 'running' } as const;
    expect(chip({ cells: 7 }, check).text).toBe('Checking 0/14');
    expect(chip({}, { ...check, cells_done: 3, cells_total: 14 }).text).toBe(
      'Checking 3/14'
    );
    expect(chip({}, { kind: 'check', state: 'queued' }).title).toContain(
      'checked'
    );
  });

  it('knows the number of cells before the kernel runs', () => {
    expect(chip({ cells: 7 }, { state: 'running' }).text).toBe('Running 0/7');
  });

  it('has only progress counted in silence', () => {
    expect(chip({}, { state: 'running', cells_done: 0 }).isCounting).toBe(
      false
    );
    expect(chip({}, { state: 'running', cells_done: 1 }).isCounting).toBe(true);
    expect(chip({}).isCounting).toBe(false);
  });

  it('says why it does not know', () => {
    expect(chip(null).look).toBe('unknown');
    const unknown = chip(null, null, new CacheError('Out of reach.'));
    expect(unknown.text).toBe('Unknown');
    expect(unknown.title).toBe('Out of reach.');
  });

  it('names the first reason to whoever rests on it', () => {
    const reasons = [reasonWith('Cell %1 was changed.', { values: ['2'] })];
    expect(chip({ verdict: 'stale', reasons }).title).toBe(
      'Cell 2 was changed.'
    );
    const twice = [...reasons, ...reasons];
    expect(chip({ verdict: 'stale', reasons: twice }).title).toBe(
      'Cell 2 was changed. And 1 more reason.'
    );
    expect(
      chip({ verdict: 'stale', reasons: [...twice, ...reasons] }).title
    ).toBe('Cell 2 was changed. And 2 more reasons.');
  });
});
