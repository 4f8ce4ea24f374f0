import {
  RenderMimeRegistry,
  standardRendererFactories
} from '@jupyterlab/rendermime';
import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import * as React from 'react';
import { FakeClient, FakeEvents } from '../../__tests__/fakeServer';
import {
  jobOutputsWith,
  jobWith,
  liveCellWith,
  turn
} from '../../__tests__/support';
import type { Job, JobOutputs as Answer } from '../../contract';
import { Jobs } from '../../models/jobs';
import { ShownOutputs } from '../../models/shownOutputs';
import type { INotebookCache } from '../../tokens';
import { JobOutputs } from '../jobOutputs';

const trans = nullTranslator.load('jupyterlab_cache');
const rendermime = new RenderMimeRegistry({
  initialFactories: standardRendererFactories
});
const RUNNING = jobWith({ state: 'running', cells_total: 5 });

// The browser's own, which this environment does not have.
window.ResizeObserver = class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

describe('The outputs of a job in the panel', () => {
  let client: FakeClient;
  let events: FakeEvents;
  let jobs: Jobs;
  let shown: ShownOutputs;
  let widget: ReactWidget;
  let answer: Answer;
  let restored: string[];

  async function show(job: Job, current: string | null = null): Promise<void> {
    client = new FakeClient();
    events = new FakeEvents();
    client.liveOutputs = () => Promise.resolve(answer);
    client.jobList = [job];
    jobs = new Jobs(client, events);
    await jobs.refresh();
    shown = new ShownOutputs({ client, jobs });
    shown.isActive = true;
    restored = [];
    const cache = {
      client,
      jobs,
      actions: {
        restore: (_: unknown, entry: string) => {
          restored.push(entry);
          return Promise.resolve();
        }
      },
      current: current === null ? null : { context: { localPath: current } },
      currentChanged: new Signal<object, void>({})
    } as unknown as INotebookCache;
    widget = ReactWidget.create(
      <JobOutputs
        cache={cache}
        job={job}
        rendermime={rendermime}
        shown={shown}
        trans={trans}
      />
    );
    Widget.attach(widget, document.body);
    await widget.renderPromise;
    await turn();
  }

  afterEach(() => {
    widget.dispose();
    shown.dispose();
    jobs.dispose();
  });

  const button = () =>
    widget.node.querySelector<HTMLButtonElement>('button[aria-expanded]');
  const region = () => widget.node.querySelector('[role="region"]');
  const text = () => region()?.textContent ?? '';

  /** Wait for what is drawn piece by piece. */
  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await turn(10);
    }
  }

  it('are behind a button that says whose they are', async () => {
    answer = jobOutputsWith({
      running: 1,
      cells: [0, 1].map(cell => liveCellWith({ cell }))
    });
    await show(RUNNING);
    expect(button()?.getAttribute('aria-label')).toBe(
      'Show the outputs of a.ipynb so far'
    );
    expect(button()?.getAttribute('aria-expanded')).toBe('false');
    expect(client.outputsAsked).toEqual([]);
    button()?.click();
    await until(() => text().includes('1\n'));
    expect(button()?.getAttribute('aria-expanded')).toBe('true');
    expect(button()?.getAttribute('aria-controls')).toBe(region()?.id);
    const heads = [...widget.node.querySelectorAll('h4')];
    expect(heads.map(({ textContent }) => textContent?.trim())).toEqual([
      'Cell 1 print(0)',
      'Cell 2 print(1) running'
    ]);
  });

  it('run no script, and keep no markup that could', async () => {
    const html =
      '<b id="shown">bold</b><img src="x" onerror="window.hacked = 1">' +
      '<script>window.hacked = 1</script><a href="javascript:hacked">x</a>';
    const output = { output_type: 'display_data', metadata: {} };
    answer = jobOutputsWith({
      cells: [
        liveCellWith({
          line: '<img src=x onerror="window.hacked = 1">',
          outputs: [
            { ...output, data: { 'text/html': html } },
            {
              ...output,
              data: { 'application/javascript': 'window.hacked = 1' }
            },
            {
              ...output,
              data: { 'image/svg+xml': '<svg onload="window.hacked = 1"/>' }
            }
          ]
        })
      ]
    });
    await show(RUNNING);
    button()?.click();
    await until(() => text().includes('bold'));
    await turn(50);
    const { innerHTML } = region() as Element;
    expect(innerHTML).not.toMatch(/<script|<svg|javascript:/);
    expect(widget.node.querySelectorAll('[onerror], [onload]')).toHaveLength(0);
    expect('hacked' in window).toBe(false);
  });

  it('keep what is drawn already when more comes', async () => {
    const first = liveCellWith({ cell: 0 });
    answer = jobOutputsWith({ cells: [first] });
    await show(RUNNING);
    button()?.click();
    await until(() => text().includes('0\n'));
    const drawn = widget.node.querySelector('pre');
    answer = jobOutputsWith({
      revision: 2,
      whole: false,
      cells: [liveCellWith({ cell: 1, left_out: 49_000_000 })]
    });
    events.tell({ ...RUNNING, cells_done: 1 });
    await until(() => text().includes('1\n'));
    expect(widget.node.querySelector('pre')).toBe(drawn);
    expect(text()).toContain('About 49 MB of its outputs are left out');
    answer = jobOutputsWith({
      revision: 3,
      whole: false,
      cells: [
        liveCellWith({
          outputs: [
            { output_type: 'stream', name: 'stdout', text: '0\nmore\n' }
          ]
        })
      ]
    });
    events.tell({ ...RUNNING, cells_done: 2 });
    await until(() => text().includes('more\n'));
    expect(widget.node.querySelectorAll('pre')).toHaveLength(2);
  });

  it('close by keyboard, and leave nothing behind', async () => {
    answer = jobOutputsWith({ cells: [liveCellWith()] });
    await show(RUNNING);
    button()?.click();
    await until(() => text().includes('0\n'));
    const area = widget.node.querySelector('.jp-OutputArea');
    (region() as HTMLElement).focus();
    region()?.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })
    );
    await until(() => region() === null);
    expect(document.activeElement).toBe(button());
    expect(shown.of(RUNNING.id)).toBeNull();
    expect(area?.isConnected).toBe(false);
  });

  it('stay when the job ends, until they are closed', async () => {
    answer = jobOutputsWith({ cells: [liveCellWith()] });
    await show(RUNNING);
    button()?.click();
    await until(() => text().includes('0\n'));
    client.jobList = [{ ...RUNNING, state: 'done', result: 'executed' }];
    events.tell({ ...RUNNING, state: 'done' });
    await until(() => text().includes('The job has ended.'));
    expect(text()).toContain('0\n');
    button()?.click();
    await until(() => region() === null);
  });

  it('go down with the panel', async () => {
    answer = jobOutputsWith({ cells: [liveCellWith()] });
    await show(RUNNING);
    button()?.click();
    await until(() => text().includes('0\n'));
    Widget.detach(widget);
    expect(document.querySelector('.jp-OutputArea')).toBeNull();
    Widget.attach(widget, document.body);
    await until(() => text().includes('0\n'));
  });

  it('of an ended job are those of its entry', async () => {
    const entry = 'e'.repeat(32);
    await show(jobWith({ state: 'done', entry }), 'other.ipynb');
    expect(widget.node.querySelectorAll('button')).toHaveLength(0);
    widget.dispose();
    await show(jobWith({ state: 'done', entry }), 'a.ipynb');
    widget.node.querySelector('button')?.click();
    expect(restored).toEqual([entry]);
  });
});
