import type { NotebookPanel } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';
import { FakeClient } from '../../__tests__/fakeServer';
import { lineWith, turn } from '../../__tests__/support';
import type { INotebookCache } from '../../tokens';
import { FirstSteps } from '../firstSteps';

describe('FirstSteps', () => {
  let asked: number;
  let client: FakeClient;
  let current: NotebookPanel | null;
  let steps: FirstSteps;
  const sender = {} as INotebookCache;
  let currentChanged: Signal<INotebookCache, void>;
  let entriesChanged: Signal<INotebookCache, string>;

  beforeEach(() => {
    asked = 0;
    client = new FakeClient();
    const ask = client.notebooks.bind(client);
    client.notebooks = () => {
      asked++;
      return ask();
    };
    client.notebookList = ['a', 'b', 'c', 'd'].map(path =>
      lineWith({ path, verdict: 'uncached', entry: null })
    );
    current = {} as NotebookPanel;
    currentChanged = new Signal(sender);
    entriesChanged = new Signal(sender);
    steps = new FirstSteps({
      client,
      currentChanged,
      entriesChanged,
      get current() {
        return current;
      }
    });
  });

  afterEach(() => steps.dispose());

  it('asks only when somebody looks', async () => {
    entriesChanged.emit('a');
    expect([asked, steps.isNeeded]).toEqual([0, false]);
    steps.isActive = true;
    await turn();
    expect([asked, steps.isNeeded]).toEqual([1, true]);
    expect(steps.proposed).toEqual(['a', 'b', 'c']);
  });

  it('are taken when something is cached, and never asked about again', async () => {
    steps.isActive = true;
    await turn();
    client.notebookList = [lineWith()];
    entriesChanged.emit('a.ipynb');
    await turn();
    expect([asked, steps.isNeeded, steps.isCached]).toEqual([2, false, true]);
    entriesChanged.emit('a.ipynb');
    await turn();
    expect(asked).toBe(2);
  });

  it('are needed again when no notebook is open', async () => {
    client.notebookList = [lineWith()];
    steps.isActive = true;
    await turn();
    const changed = jest.fn();
    steps.changed.connect(changed);
    current = null;
    currentChanged.emit();
    expect(changed).toHaveBeenCalledTimes(1);
    expect(steps.isNeeded).toBe(true);
  });

  it('say nothing before it is known, and ask again when somebody looks again', async () => {
    client.notebooks = () => Promise.reject(new Error('away'));
    steps.isActive = true;
    await turn();
    expect(steps.isNeeded).toBe(false);
    client.notebooks = new FakeClient().notebooks.bind(client);
    steps.isActive = false;
    steps.isActive = true;
    await turn();
    expect(steps.isNeeded).toBe(true);
  });
});
