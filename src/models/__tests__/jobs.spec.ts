import { FakeClient, FakeEvents } from '../../__tests__/fakeServer';
import { jobWith, turn } from '../../__tests__/support';
import { CacheError } from '../../contract';
import type { Job } from '../../contract';
import { Jobs } from '../jobs';

describe('Jobs', () => {
  let client: FakeClient;
  let events: FakeEvents;
  let jobs: Jobs;
  let ended: Job[];

  beforeEach(() => {
    client = new FakeClient();
    events = new FakeEvents();
    jobs = new Jobs(client, events);
    ended = [];
    jobs.ended.connect((_, job) => {
      ended.push(job);
    });
  });

  afterEach(() => jobs.dispose());

  /** The server moves a job on and says so. */
  const advance = async (fields: Partial<Job>) => {
    const job = jobWith(fields);
    client.jobList = [
      job,
      ...client.jobList.filter(other => other.id !== job.id)
    ];
    events.tell(job);
    await turn();
  };

  it('follows a job from its submission to its end', async () => {
    await jobs.submit('a.ipynb');
    expect(client.submitted).toEqual([{ path: 'a.ipynb', force: false }]);
    expect(jobs.activeJob('a.ipynb')?.state).toBe('queued');
    expect(jobs.activeJob('b.ipynb')).toBeNull();
    expect(jobs.isMine('a'.repeat(32))).toBe(true);

    await advance({ state: 'running', cells_total: 3 });
    expect(jobs.activeJob('a.ipynb')?.state).toBe('running');
    await advance({ state: 'running', cells_done: 2, cells_total: 3 });
    expect(jobs.activeJob('a.ipynb')?.cells_done).toBe(2);
    expect(ended).toHaveLength(0);

    await advance({ state: 'done', result: 'executed', entry: 'e'.repeat(32) });
    expect(jobs.activeJob('a.ipynb')).toBeNull();
    expect(ended).toHaveLength(1);
    expect(ended[0]?.entry).toBe('e'.repeat(32));
  });

  it('shows progress without asking', async () => {
    await jobs.submit('a.ipynb');
    await advance({ state: 'running', cells_total: 9 });
    const asked = jest.spyOn(client, 'job');
    events.tell(jobWith({ state: 'running', cells_done: 5, cells_total: 9 }));
    expect(jobs.activeJob('a.ipynb')?.cells_done).toBe(5);
    expect(asked).not.toHaveBeenCalled();
  });

  it('never moves back, whatever arrives late', async () => {
    await jobs.submit('a.ipynb');
    await advance({ state: 'running', cells_done: 2, cells_total: 3 });
    jobs.note(jobWith({ state: 'running', cells_done: 1, cells_total: 3 }));
    expect(jobs.activeJob('a.ipynb')?.cells_done).toBe(2);
    jobs.note(jobWith({ state: 'queued' }));
    expect(jobs.activeJob('a.ipynb')?.state).toBe('running');
    await advance({ state: 'done', result: 'executed' });
    jobs.note(jobWith({ state: 'running', cells_done: 3, cells_total: 3 }));
    expect(jobs.activeJob('a.ipynb')).toBeNull();
    expect(ended).toHaveLength(1);
  });

  it('tells of an end that came before the answer to the submission', async () => {
    const done = jobWith({ state: 'done', result: 'fresh' });
    jest.spyOn(client, 'submit').mockImplementation(async () => {
      await advance(done);
      return jobWith();
    });
    await jobs.submit('a.ipynb');
    expect(jobs.jobs[0]?.state).toBe('done');
    expect(ended).toHaveLength(1);
  });

  it('tells of the jobs of others, once', async () => {
    await advance({ id: 'b'.repeat(32), state: 'running' });
    await advance({ id: 'b'.repeat(32), state: 'failed', result: 'failed' });
    events.tell(jobWith({ id: 'b'.repeat(32), state: 'failed' }));
    await turn();
    expect(ended).toHaveLength(1);
    expect(jobs.isMine('b'.repeat(32))).toBe(false);
  });

  it('is silent about what ended before it looked', async () => {
    client.jobList = [jobWith({ state: 'done', result: 'executed' })];
    await jobs.refresh();
    expect(jobs.jobs).toHaveLength(1);
    expect(ended).toHaveLength(0);
  });

  it('notices by its poll what no event told', async () => {
    await jobs.submit('a.ipynb');
    client.jobList = [jobWith({ state: 'done', result: 'executed' })];
    await jobs.refresh();
    expect(ended).toHaveLength(1);
  });

  it('drops what the server has forgotten', async () => {
    await jobs.submit('a.ipynb');
    client.jobList = [];
    await jobs.refresh();
    expect(jobs.jobs).toHaveLength(0);

    await jobs.submit('a.ipynb');
    jest
      .spyOn(client, 'job')
      .mockRejectedValue(new CacheError('There is no such job.', 404));
    events.tell(jobWith({ state: 'running' }));
    await turn();
    expect(jobs.jobs).toHaveLength(0);
    expect(ended).toHaveLength(0);
  });

  it('keeps a job that came up while the list was on its way', async () => {
    let respond: (list: Job[]) => void = () => undefined;
    jest
      .spyOn(client, 'jobs')
      .mockReturnValueOnce(new Promise(resolve => (respond = resolve)));
    const refreshing = jobs.refresh();
    await jobs.submit('a.ipynb');
    respond([]);
    await refreshing;
    expect(jobs.activeJob('a.ipynb')).not.toBeNull();
  });

  it('cancels, and forgets what has ended', async () => {
    const job = await jobs.submit('a.ipynb');
    client.jobList = [jobWith({ state: 'cancelled', result: 'cancelled' })];
    await jobs.cancel(job.id);
    expect(ended.map(({ state }) => state)).toEqual(['cancelled']);
    await jobs.cancel(job.id);
    expect(jobs.jobs).toHaveLength(0);
  });

  it('cancels all at once', async () => {
    await jobs.submit('a.ipynb');
    client.jobList = [
      ...client.jobList,
      jobWith({ id: 'b'.repeat(32), path: 'b.ipynb', state: 'running' })
    ];
    await jobs.refresh();
    await jobs.cancelAll();
    expect(jobs.jobs.map(({ state }) => state)).toEqual([
      'cancelled',
      'cancelled'
    ]);
    expect(jobs.activeJob('a.ipynb')).toBeNull();
  });
});
