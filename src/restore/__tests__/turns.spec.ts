import { FakeClient } from '../../__tests__/fakeServer';
import { inTurn } from '../turns';

describe('inTurn', () => {
  let client: FakeClient;
  let done: string[];
  let isDone: boolean;

  const shared = { collaborative: true };
  const change = (model = shared): Promise<number> =>
    inTurn(
      model,
      'a.ipynb',
      client,
      () => isDone,
      () => done.push('changed')
    );

  beforeEach(() => {
    jest.useFakeTimers();
    client = new FakeClient();
    done = [];
    isDone = false;
  });

  afterEach(() => jest.useRealTimers());

  it('changes a document at once whose turn it has', async () => {
    await change();
    await change();
    expect(done).toHaveLength(2);
  });

  it('waits until another page has had its turn', async () => {
    client.turnOf = 'another page';
    const changed = change();
    await jest.advanceTimersByTimeAsync(3000);
    expect(done).toEqual([]);
    client.turnOf = null;
    await jest.advanceTimersByTimeAsync(1000);
    await changed;
    expect(done).toEqual(['changed']);
  });

  it('does nothing when another page has done it', async () => {
    client.turnOf = 'another page';
    const changed = change();
    isDone = true;
    await jest.advanceTimersByTimeAsync(1000);
    expect(await changed).toBe(0);
    expect(done).toEqual([]);
  });

  it('asks nobody about a document that only this page has', async () => {
    client.turnOf = 'another page';
    await change({ collaborative: false });
    expect(done).toEqual(['changed']);
  });

  it('does not wait forever', async () => {
    client.turnOf = 'another page';
    const changed = change();
    await jest.advanceTimersByTimeAsync(60_000);
    await changed;
    expect(done).toEqual(['changed']);
  });
});
