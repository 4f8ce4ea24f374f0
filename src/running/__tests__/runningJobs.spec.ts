import { nullTranslator } from '@jupyterlab/translation';
import { FakeClient, FakeEvents } from '../../__tests__/fakeServer';
import { jobWith } from '../../__tests__/support';
import { Jobs } from '../../models/jobs';
import type { ICacheActions } from '../../tokens';
import { RunningJobs } from '../runningJobs';

const trans = nullTranslator.load('jupyterlab_cache');

describe('RunningJobs', () => {
  let client: FakeClient;
  let jobs: Jobs;
  let running: RunningJobs;
  const open = jest.fn();
  const cancel = jest.fn(() => Promise.resolve());
  const cancelAll = jest.fn(() => Promise.resolve());

  beforeEach(async () => {
    jest.clearAllMocks();
    client = new FakeClient();
    // The server tells the newest first.
    client.jobList = [
      jobWith({ id: '4', path: 'd.ipynb', created: 4 }),
      jobWith({ id: '3', path: 'x/c.ipynb', created: 3, state: 'running' }),
      jobWith({ id: '2', path: 'b.ipynb', created: 2, batch: true }),
      jobWith({ id: '1', path: 'a.ipynb', created: 1, state: 'done' })
    ];
    jobs = new Jobs(client, new FakeEvents());
    running = new RunningJobs(
      { jobs, actions: { cancel, cancelAll } as unknown as ICacheActions },
      open,
      trans
    );
    await jobs.refresh();
  });

  afterEach(() => {
    running.dispose();
    jobs.dispose();
  });

  it('lists what runs before what waits, and nothing that has ended', () => {
    expect(running.running().map(item => item.label())).toEqual([
      'c.ipynb',
      'd.ipynb',
      'b.ipynb'
    ]);
    expect(running.running()[0]?.labelTitle?.()).toContain('x/c.ipynb');
    expect(running.running()[1]?.detail?.()).toBe('queued');
  });

  it('opens and cancels', () => {
    const [first] = running.running();
    first?.open?.();
    expect(open).toHaveBeenCalledWith('x/c.ipynb');
    first?.shutdown?.();
    expect(cancel).toHaveBeenCalledWith(expect.objectContaining({ id: '3' }));
    running.shutdownAll();
    expect(cancelAll).toHaveBeenCalledTimes(1);
    expect(running.shutdownAllConfirmationText()).toContain('3 notebooks');
  });

  it('tells of changes until it is disposed of', async () => {
    const changed = jest.fn();
    running.runningChanged.connect(changed);
    await jobs.refresh();
    expect(changed).toHaveBeenCalledTimes(1);
    running.dispose();
    await jobs.refresh();
    expect(changed).toHaveBeenCalledTimes(1);
  });
});
