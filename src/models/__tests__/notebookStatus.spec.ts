import type { NotebookModel } from '@jupyterlab/notebook';
import { FakeClient, FakeEvents } from '../../__tests__/fakeServer';
import {
  FakeContext,
  codeCell,
  documentWith,
  jobWith,
  statusWith,
  turn
} from '../../__tests__/support';
import { cellDigest } from '../../codeKey';
import { CacheError } from '../../contract';
import type { Status, StatusQuery } from '../../contract';
import { Jobs } from '../jobs';
import { NotebookStatus } from '../notebookStatus';

/** More than the document is given to settle. */
const SETTLED_MS = 180;

/** A server for which one code is the one it has outputs of. */
function verdictOn(source: string) {
  return (query: StatusQuery): Promise<Status> => {
    const isFresh = query.document?.cells[0]?.digest === cellDigest(source);
    return Promise.resolve(
      statusWith({ verdict: isFresh ? 'fresh' : 'stale' })
    );
  };
}

describe('NotebookStatus', () => {
  let model: NotebookModel;
  let context: FakeContext;
  let client: FakeClient;
  let events: FakeEvents;
  let jobs: Jobs;
  let status: NotebookStatus;
  let isShown: boolean;
  let verdicts: (string | undefined)[];

  beforeEach(async () => {
    model = documentWith([
      codeCell('a = 1'),
      { cell_type: 'markdown', source: 'text', metadata: {} }
    ]);
    context = new FakeContext(model);
    client = new FakeClient();
    client.answer = verdictOn('a = 1');
    events = new FakeEvents();
    jobs = new Jobs(client, events);
    isShown = true;
    status = new NotebookStatus({
      context,
      client,
      events,
      jobs,
      pollInterval: 60_000
    });
    status.watch(() => isShown);
    verdicts = [];
    status.changed.connect(() => {
      verdicts.push(status.status?.verdict);
    });
    await turn(5);
  });

  afterEach(() => {
    status.dispose();
    jobs.dispose();
  });

  const edit = (source: string) =>
    model.cells.get(0).sharedModel.setSource(source);

  it('asks once the document is loaded', () => {
    expect(client.asked).toHaveLength(1);
    expect(client.asked[0]?.path).toBe('a.ipynb');
    expect(verdicts).toEqual(['fresh']);
  });

  it('follows an edit and its undo without saving', async () => {
    edit('a = 2');
    await turn(SETTLED_MS);
    expect(verdicts).toEqual(['fresh', 'stale']);
    edit('a = 1');
    await turn(SETTLED_MS);
    expect(verdicts).toEqual(['fresh', 'stale', 'fresh']);
    expect(context.saves).toBe(0);
  });

  it('asks nothing about prose', async () => {
    model.cells.get(1).sharedModel.setSource('other text');
    await turn(SETTLED_MS);
    expect(client.asked).toHaveLength(1);
  });

  it('asks once for a burst of keystrokes, and not too late for a long one', async () => {
    jest.useFakeTimers();
    try {
      for (let index = 0; index < 4; index++) {
        edit(`a = ${index}0`);
        await jest.advanceTimersByTimeAsync(30);
      }
      await jest.advanceTimersByTimeAsync(SETTLED_MS);
      expect(client.asked).toHaveLength(2);
      for (let index = 0; index < 30; index++) {
        edit(`b = ${index}`);
        await jest.advanceTimersByTimeAsync(30);
      }
      expect(client.asked.length).toBeGreaterThanOrEqual(4);
      expect(client.asked.length).toBeLessThanOrEqual(6);
    } finally {
      jest.useRealTimers();
    }
  });

  it('takes only the answer to the latest question', async () => {
    const answers: ((status: Status) => void)[] = [];
    client.answer = () => new Promise(resolve => answers.push(resolve));
    const first = status.refresh();
    await turn();
    const second = status.refresh();
    await turn();
    answers[1]?.(statusWith({ verdict: 'uncached' }));
    await turn();
    answers[0]?.(statusWith({ verdict: 'stale' }));
    expect((await first)?.verdict).toBe('uncached');
    expect((await second)?.verdict).toBe('uncached');
    expect(verdicts).toEqual(['fresh', 'uncached']);
  });

  it('keeps what it shows while it asks, and says nothing when nothing changed', async () => {
    let answer: (status: Status) => void = () => undefined;
    client.answer = () => new Promise(resolve => (answer = resolve));
    const asking = status.refresh();
    await turn();
    expect(status.status?.verdict).toBe('fresh');
    answer(statusWith());
    await asking;
    expect(verdicts).toEqual(['fresh']);
  });

  it('says why there is no verdict, and recovers', async () => {
    client.answer = () => Promise.reject(new CacheError('Out of reach.'));
    await expect(status.refresh()).resolves.toBeNull();
    expect(status.error?.message).toBe('Out of reach.');
    expect(status.status).toBeNull();
    client.answer = verdictOn('a = 1');
    await status.refresh();
    expect(status.error).toBeNull();
    expect(status.status?.verdict).toBe('fresh');
  });

  it('asks again when entries of its notebook changed', async () => {
    events.storeChanged.emit({ path: 'other.ipynb', action: 'added' });
    await turn();
    expect(client.asked).toHaveLength(1);
    events.storeChanged.emit({ path: 'a.ipynb', action: 'added' });
    await turn();
    expect(client.asked).toHaveLength(2);
  });

  it('asks again when inputs of its notebook changed', async () => {
    events.inputsChanged.emit({ path: 'other.ipynb' });
    await turn();
    expect(client.asked).toHaveLength(1);
    events.inputsChanged.emit({ path: 'a.ipynb' });
    await turn();
    expect(client.asked).toHaveLength(2);
  });

  it('rests while nobody looks, and catches up', async () => {
    isShown = false;
    edit('a = 2');
    events.storeChanged.emit({ path: 'a.ipynb', action: 'added' });
    await turn(SETTLED_MS);
    expect(client.asked).toHaveLength(1);
    isShown = true;
    status.resume();
    await turn();
    expect(verdicts).toEqual(['fresh', 'stale']);
    status.resume();
    await turn();
    expect(client.asked).toHaveLength(2);
  });

  it('follows the job of its notebook, and asks when it has ended', async () => {
    await jobs.submit('a.ipynb');
    expect(status.job?.state).toBe('queued');
    const asked = client.asked.length;
    client.jobList = [jobWith({ state: 'done', result: 'executed' })];
    events.tell(client.jobList[0]!);
    await turn(5);
    expect(status.job).toBeNull();
    expect(client.asked.length).toBe(asked + 1);
  });

  it('hears of a job from the status, as after a reload', async () => {
    client.answer = () =>
      Promise.resolve(statusWith({ job: jobWith({ state: 'running' }) }));
    client.jobList = [jobWith({ state: 'running' })];
    await status.refresh();
    expect(status.job?.state).toBe('running');
  });

  it('knows the code key of unsaved edits at once', () => {
    const before = status.codeKey();
    edit('a = 2');
    expect(status.codeKey()).not.toBe(before);
    edit('a = 1');
    expect(status.codeKey()).toBe(before);
  });

  it('asks under the new name when the notebook is renamed', async () => {
    context.localPath = 'b.ipynb';
    context.pathChanged.emit('b.ipynb');
    await turn();
    expect(client.asked[client.asked.length - 1]?.path).toBe('b.ipynb');
  });

  it('goes with its document', async () => {
    context.dispose();
    expect(status.isDisposed).toBe(true);
    edit('a = 2');
    await turn(SETTLED_MS);
    expect(client.asked).toHaveLength(1);
    await expect(status.refresh()).resolves.toBeNull();
  });
});

describe('The poll of NotebookStatus', () => {
  it('looks again at a document that is shown', async () => {
    const context = new FakeContext(documentWith([codeCell('a')]));
    const client = new FakeClient();
    const events = new FakeEvents();
    const jobs = new Jobs(client, events);
    const status = new NotebookStatus({
      context,
      client,
      events,
      jobs,
      pollInterval: 50
    });
    let isShown = true;
    status.watch(() => isShown);
    while (client.asked.length < 3) {
      await turn(10);
    }
    isShown = false;
    const rested = client.asked.length;
    await turn(200);
    expect(client.asked.length).toBe(rested);
    status.dispose();
    jobs.dispose();
    context.dispose();
  });
});
