import { Signal } from '@lumino/signaling';
import { FakeClient } from '../../__tests__/fakeServer';
import {
  notebookStatisticsWith,
  statisticsWith,
  turn
} from '../../__tests__/support';
import { CacheStatistics, foremost } from '../cacheStatistics';

describe('CacheStatistics', () => {
  let client: FakeClient;
  let entriesChanged: Signal<never, string>;
  let statistics: CacheStatistics;

  beforeEach(() => {
    client = new FakeClient();
    client.statisticsAnswer = statisticsWith({
      store_bytes: 5,
      stores: [
        { project: 'a', bytes: 3 },
        { project: 'a/b', bytes: 2 }
      ]
    });
    entriesChanged = new Signal<never, string>(client as never);
    statistics = new CacheStatistics({ client, entriesChanged });
  });

  afterEach(() => {
    statistics.dispose();
    jest.useRealTimers();
  });

  it('asks once for a folder that it follows', async () => {
    statistics.follow('a');
    await turn();
    statistics.follow('a');
    statistics.follow(null);
    statistics.follow('a');
    await turn();
    expect(client.statisticsAsked).toEqual(['a']);
    expect(statistics.statistics?.store_bytes).toBe(5);
    expect(statistics.storeBytes).toBe(3);
    statistics.follow('b');
    expect(statistics.statistics).toBeNull();
    expect(statistics.storeBytes).toBeNull();
    await turn();
    expect(statistics.storeBytes).toBe(0);
    expect(client.statisticsAsked).toEqual(['a', 'b']);
  });

  it('asks once more after many news, and not while nobody looks', async () => {
    jest.useFakeTimers();
    statistics.follow('a');
    entriesChanged.emit('x');
    entriesChanged.emit('y');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(client.statisticsAsked).toEqual(['a', 'a']);
    statistics.follow(null);
    entriesChanged.emit('x');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(client.statisticsAsked).toEqual(['a', 'a']);
    statistics.follow('a');
    await jest.advanceTimersByTimeAsync(0);
    expect(client.statisticsAsked).toEqual(['a', 'a', 'a']);
  });

  it('says what is wrong, and tries again when somebody looks', async () => {
    const ask = jest.spyOn(client, 'statistics');
    ask.mockRejectedValueOnce(new Error('gone'));
    statistics.follow('a');
    await turn();
    expect(statistics.error).toBe('gone');
    statistics.follow('a');
    await turn();
    expect(statistics.error).toBeNull();
  });
});

describe('foremost', () => {
  it('names those that saved most, then those that took most', () => {
    const notebooks = [
      notebookStatisticsWith({ path: 'slow', execution_seconds: 9 }),
      notebookStatisticsWith({ path: 'none', execution_seconds: 0 }),
      notebookStatisticsWith({ path: 'quick', execution_seconds: 2 }),
      notebookStatisticsWith({ path: 'saver', seconds_saved: 3 })
    ];
    const names = (most: number) =>
      foremost(notebooks, most).map(({ path }) => path);
    expect(names(8)).toEqual(['saver', 'slow', 'quick']);
    expect(names(1)).toEqual(['saver']);
  });
});
