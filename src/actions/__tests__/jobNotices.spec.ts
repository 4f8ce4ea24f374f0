import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { FakeClient, FakeEvents } from '../../__tests__/fakeServer';
import { jobWith, turn } from '../../__tests__/support';
import type { Job } from '../../contract';
import { Jobs } from '../../models/jobs';
import { JobNotices } from '../jobNotices';

const trans = nullTranslator.load('jupyterlab_cache');

describe('JobNotices', () => {
  let client: FakeClient;
  let jobs: Jobs;
  let notices: JobNotices;
  let longAfter: number;
  const cancel = jest.fn(() => Promise.resolve());

  const told = () =>
    Notification.manager.notifications.map(
      ({ message, type, options: { actions, autoClose } }) => ({
        message,
        type,
        autoClose,
        labels: (actions ?? []).map(({ label }) => label)
      })
    );
  /** Have a job of this page run. */
  const run = async (fields: Partial<Job> = {}): Promise<Job> => {
    const asked = await jobs.submit('x/a.ipynb', { batch: fields.batch });
    return become({ ...asked, state: 'running', cells_total: 3, ...fields });
  };
  const become = async (job: Job): Promise<Job> => {
    client.jobList = [job];
    await jobs.refresh();
    await turn(5);
    return job;
  };

  beforeEach(() => {
    Notification.dismiss();
    cancel.mockClear();
    longAfter = 0;
    client = new FakeClient();
    jobs = new Jobs(client, new FakeEvents());
    notices = new JobNotices({
      actions: { cancel },
      jobs,
      longAfter: () => longAfter,
      trans
    });
  });

  afterEach(() => {
    notices.dispose();
    jobs.dispose();
  });

  it('tells in the list of notifications how far a long job is, in one place', async () => {
    const job = await run();
    expect(told()).toEqual([
      {
        message: 'a.ipynb is being executed: 0 of 3 cells',
        type: 'in-progress',
        autoClose: 0,
        labels: ['Cancel']
      }
    ]);
    await become({ ...job, cells_done: 2 });
    expect(told()).toHaveLength(1);
    expect(told()[0]?.message).toContain('2 of 3 cells');
    Notification.manager.notifications[0]?.options.actions?.[0]?.callback(
      new MouseEvent('click')
    );
    expect(cancel).toHaveBeenCalledWith(
      expect.objectContaining({ id: job.id })
    );
  });

  it('says in the same place how it ended', async () => {
    const job = await run();
    const done = await become({ ...job, state: 'done', result: 'executed' });
    expect(notices.isLong(done)).toBe(true);
    notices.tell(done, 'success', 'done', { autoClose: false });
    expect(told()).toEqual([
      { message: 'done', type: 'success', autoClose: false, labels: [] }
    ]);
    notices.forget(done);
    expect(told()).toHaveLength(1);
    expect(notices.isLong(done)).toBe(false);
  });

  it('says it anew when the person closed what was said before', async () => {
    const job = await run();
    Notification.dismiss();
    await become({ ...job, cells_done: 1 });
    expect(told()).toHaveLength(0);
    notices.tell(job, 'success', 'done', {});
    expect(told()[0]?.message).toBe('done');
  });

  it('leaves nothing behind when there is nothing to say', async () => {
    const job = await run();
    notices.forget(job);
    expect(told()).toHaveLength(0);
  });

  it.each<[string, Partial<Job>, number]>([
    ['a short job', {}, 60_000],
    ['one of a batch', { batch: true }, 0],
    ['one that waits', { state: 'queued' }, 0]
  ])('says nothing of %s', async (_, fields, after) => {
    longAfter = after;
    const job = await run(fields);
    expect(told()).toHaveLength(0);
    expect(notices.isLong(job)).toBe(false);
  });

  it('says nothing of what others asked for', async () => {
    await become(jobWith({ state: 'running' }));
    expect(told()).toHaveLength(0);
  });

  it('says nothing of a job that ended just before', async () => {
    longAfter = 30;
    const job = await run();
    await become({ ...job, state: 'done', result: 'executed' });
    await turn(60);
    expect(told()).toHaveLength(0);
  });

  it('takes all of it away with itself', async () => {
    const job = await run();
    notices.dispose();
    expect(told()).toHaveLength(0);
    await become({ ...job, cells_done: 1 });
    expect(told()).toHaveLength(0);
  });
});
