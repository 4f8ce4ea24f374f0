import { FakeClient, FakeEvents } from '../../__tests__/fakeServer';
import {
  jobOutputsWith,
  jobWith,
  liveCellWith,
  turn
} from '../../__tests__/support';
import { CacheError } from '../../contract';
import type { Job, JobOutputs } from '../../contract';
import { Jobs } from '../jobs';
import { LiveOutputs } from '../liveOutputs';
import { ShownOutputs } from '../shownOutputs';

const RUNNING = jobWith({ state: 'running', cells_total: 5 });

describe('The outputs of a running job', () => {
  let client: FakeClient;
  let events: FakeEvents;
  let jobs: Jobs;
  let outputs: LiveOutputs;
  let answers: (JobOutputs | Error)[];

  beforeEach(async () => {
    client = new FakeClient();
    events = new FakeEvents();
    jobs = new Jobs(client, events);
    client.jobList = [RUNNING];
    await jobs.refresh();
    answers = [];
    client.liveOutputs = (_, since) => {
      const answer =
        answers.shift() ?? jobOutputsWith({ revision: since, whole: false });
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve(answer);
    };
    outputs = new LiveOutputs(RUNNING, { client, jobs });
  });

  afterEach(() => {
    outputs.dispose();
    jobs.dispose();
  });

  /** The server moves the job on and says so. */
  const advance = async (fields: Partial<Job>) => {
    client.jobList = [{ ...RUNNING, ...fields }];
    events.tell({ ...RUNNING, ...fields });
    await turn();
  };

  /** The outputs change, or the job ends. */
  const change = () =>
    new Promise<void>(resolve => {
      const settle = () => {
        outputs.changed.disconnect(settle);
        resolve();
      };
      outputs.changed.connect(settle);
    });

  const numbers = () => outputs.cells.map(({ cell }) => cell);

  it('asks nobody before somebody looks, and after', async () => {
    await advance({ cells_done: 1 });
    expect(client.outputsAsked).toEqual([]);
    answers = [jobOutputsWith()];
    outputs.isActive = true;
    await change();
    expect(client.outputsAsked).toEqual([0]);
    outputs.isActive = false;
    await advance({ cells_done: 2 });
    expect(client.outputsAsked).toEqual([0]);
  });

  it('asks for what changed, at once when a cell has ended', async () => {
    const first = liveCellWith({ cell: 0 });
    answers = [
      jobOutputsWith({ revision: 7, running: 1, cells: [first] }),
      jobOutputsWith({
        revision: 9,
        whole: false,
        running: 2,
        cells: [liveCellWith({ cell: 2 }), liveCellWith({ cell: 1 })]
      })
    ];
    outputs.isActive = true;
    await change();
    expect(numbers()).toEqual([0]);
    expect(outputs.running).toBe(1);
    const changed = change();
    await advance({ cells_done: 1 });
    await changed;
    expect(client.outputsAsked).toEqual([0, 7]);
    expect(numbers()).toEqual([0, 1, 2]);
    expect(outputs.cells[0]).toBe(first);
    expect(outputs.running).toBe(2);
  });

  it('asks again by itself, and is silent about no news', async () => {
    answers = [jobOutputsWith({ revision: 7 })];
    outputs.isActive = true;
    await change();
    let changes = 0;
    outputs.changed.connect(() => {
      changes++;
    });
    while (client.outputsAsked.length < 2) {
      await turn(50);
    }
    await turn();
    expect(client.outputsAsked).toEqual([0, 7]);
    expect(changes).toBe(0);
  });

  it('begins anew when the server tells of all', async () => {
    answers = [
      jobOutputsWith({ revision: 7, cells: [liveCellWith({ cell: 3 })] }),
      jobOutputsWith({ revision: 9, cells: [liveCellWith({ cell: 0 })] })
    ];
    outputs.isActive = true;
    await change();
    const changed = change();
    await advance({ cells_done: 1 });
    await changed;
    expect(numbers()).toEqual([0]);
  });

  it('lets go of cells that the server does not tell of any more', async () => {
    answers = [
      jobOutputsWith({
        revision: 7,
        cells: [0, 1, 2].map(cell => liveCellWith({ cell }))
      }),
      jobOutputsWith({
        revision: 9,
        whole: false,
        first_cell: 2,
        cells: [liveCellWith({ cell: 3 })]
      })
    ];
    outputs.isActive = true;
    await change();
    const changed = change();
    await advance({ cells_done: 1 });
    await changed;
    expect(numbers()).toEqual([2, 3]);
    expect(outputs.firstCell).toBe(2);
  });

  it('drops an answer that was overtaken', async () => {
    let respond: (answer: JobOutputs) => void = () => undefined;
    client.liveOutputs = () => new Promise(resolve => (respond = resolve));
    outputs.isActive = true;
    while (client.outputsAsked.length < 1) {
      await turn();
    }
    const late = respond;
    await advance({ cells_done: 1 });
    while (client.outputsAsked.length < 2) {
      await turn();
    }
    const changed = change();
    respond(
      jobOutputsWith({ revision: 9, cells: [liveCellWith({ cell: 1 })] })
    );
    await changed;
    late(jobOutputsWith({ revision: 7 }));
    await turn();
    expect(numbers()).toEqual([1]);
  });

  it('keeps what it has when the job ends, and asks no more', async () => {
    answers = [
      jobOutputsWith({
        revision: 7,
        running: 0,
        cells: [liveCellWith({ cell: 0 })]
      })
    ];
    outputs.isActive = true;
    await change();
    const changed = change();
    await advance({ state: 'done', result: 'executed' });
    await changed;
    expect(outputs.isOver).toBe(true);
    expect(outputs.running).toBeNull();
    expect(numbers()).toEqual([0]);
    outputs.isActive = false;
    outputs.isActive = true;
    await turn();
    expect(client.outputsAsked).toEqual([0]);
  });

  it('ends when the server says so first', async () => {
    answers = [new CacheError('It has ended.', 409)];
    outputs.isActive = true;
    await change();
    expect([outputs.isOver, outputs.error]).toEqual([true, null]);
  });

  it('says what went wrong, and is there again afterwards', async () => {
    answers = [new CacheError('The server cannot be reached.')];
    outputs.isActive = true;
    await change();
    expect(outputs.error).toBe('The server cannot be reached.');
    expect(outputs.isOver).toBe(false);
    const changed = change();
    await advance({ cells_done: 1 });
    await changed;
    expect(outputs.error).toBeNull();
  });

  describe('that are shown', () => {
    let shown: ShownOutputs;

    beforeEach(() => (shown = new ShownOutputs({ client, jobs })));
    afterEach(() => shown.dispose());

    it('are followed while they are open and can be seen', () => {
      shown.open(RUNNING);
      expect(shown.of(RUNNING.id)?.isActive).toBe(false);
      shown.isActive = true;
      expect(shown.of(RUNNING.id)?.isActive).toBe(true);
      const open = shown.of(RUNNING.id);
      shown.close(RUNNING.id);
      expect(shown.of(RUNNING.id)).toBeNull();
      expect(open?.isDisposed).toBe(true);
    });

    it('close when the job is forgotten', async () => {
      shown.open(RUNNING);
      client.jobList = [];
      await jobs.refresh();
      expect(shown.of(RUNNING.id)).toBeNull();
    });
  });
});
