import { Signal } from '@lumino/signaling';
import { FakeClient, FakeEvents } from '../../__tests__/fakeServer';
import { jobWith, lineWith, turn } from '../../__tests__/support';
import { Jobs } from '../jobs';
import { ProjectNotebooks } from '../projectNotebooks';

/** Longer than the time in which news of many jobs become one question. */
const SETTLED_MS = 400;

describe('ProjectNotebooks', () => {
  let client: FakeClient;
  let events: FakeEvents;
  let jobs: Jobs;
  let entriesChanged: Signal<never, string>;
  let notebooks: ProjectNotebooks;
  let asked: number;

  beforeEach(() => {
    client = new FakeClient();
    client.notebookList = [lineWith()];
    const ask = client.notebooks.bind(client);
    asked = 0;
    client.notebooks = () => {
      asked++;
      return ask();
    };
    events = new FakeEvents();
    jobs = new Jobs(client, events);
    entriesChanged = new Signal<never, string>(client as never);
    notebooks = new ProjectNotebooks({ client, entriesChanged, jobs });
  });

  const nextChange = () =>
    new Promise<void>(resolve => {
      const once = (): void => {
        notebooks.changed.disconnect(once);
        resolve();
      };
      notebooks.changed.connect(once);
    });

  afterEach(() => {
    notebooks.dispose();
    jobs.dispose();
  });

  it('asks nothing while nobody looks', async () => {
    entriesChanged.emit('a.ipynb');
    await turn(SETTLED_MS);
    expect(asked).toBe(0);
    expect(notebooks.isKnown).toBe(false);
  });

  it('asks when somebody looks, and once for many news', async () => {
    notebooks.isActive = true;
    await nextChange();
    expect(notebooks.notebooks).toEqual([lineWith()]);
    expect([notebooks.isKnown, notebooks.total]).toEqual([true, 1]);
    const before = asked;
    client.notebookList = [lineWith({ verdict: 'stale' })];
    for (const path of ['a', 'b', 'c']) {
      entriesChanged.emit(path);
    }
    await nextChange();
    await turn(SETTLED_MS);
    expect(asked).toBe(before + 1);
    expect(notebooks.notebooks[0]?.verdict).toBe('stale');
  });

  it('tells of jobs at once', async () => {
    notebooks.isActive = true;
    await nextChange();
    let told = 0;
    notebooks.changed.connect(() => told++);
    client.jobList = [jobWith({ state: 'running' })];
    await jobs.refresh();
    expect(told).toBeGreaterThan(0);
    expect(notebooks.jobOf('a.ipynb')?.state).toBe('running');
    expect(notebooks.jobOf('b.ipynb')).toBeNull();
  });

  it('keeps what is known when the server cannot be reached, and says so', async () => {
    await notebooks.refresh();
    client.notebooks = () => Promise.reject(new Error('gone'));
    await notebooks.refresh();
    expect(notebooks.error).toBe('gone');
    expect(notebooks.notebooks).toHaveLength(1);
    client.notebooks = () =>
      Promise.resolve({ notebooks: [], total: 0, unreadable: ['b: broken'] });
    await notebooks.refresh();
    expect(notebooks.error).toBeNull();
    expect(notebooks.unreadable).toEqual(['b: broken']);
  });
});
