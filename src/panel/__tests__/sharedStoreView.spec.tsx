import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import * as React from 'react';
import { FakeClient } from '../../__tests__/fakeServer';
import { transferWith, turn } from '../../__tests__/support';
import type { SharedStoreReport } from '../../contract';
import { SharedStore } from '../../models/sharedStore';
import { SharedStoreView } from '../sharedStoreView';

const trans = nullTranslator.load('jupyterlab_cache');

const REPORT: SharedStoreReport = {
  url: 's3://bucket/cache',
  state: 'reachable',
  asked: Date.now() / 1000,
  error: '',
  writes: true,
  unsent: 0,
  elsewhere: 0
};

describe('The shared store in the panel', () => {
  let client: FakeClient;
  let model: SharedStore;
  let view: ReactWidget;
  let pulled: number;

  beforeEach(async () => {
    client = new FakeClient();
    model = new SharedStore(client);
    pulled = 0;
    view = ReactWidget.create(
      <SharedStoreView
        model={model}
        project="sub"
        onPulled={() => pulled++}
        trans={trans}
      />
    );
    Widget.attach(view, document.body);
    await turn();
  });

  afterEach(() => {
    view.dispose();
    model.dispose();
    Notification.dismiss();
  });

  const show = async (report: SharedStoreReport | null): Promise<void> => {
    client.sharedStoreReport = report;
    await model.refresh();
    await turn();
  };
  const press = async (name: string): Promise<void> => {
    const buttons = [...view.node.querySelectorAll('button')];
    buttons.find(({ textContent }) => textContent === name)?.click();
    await turn();
  };
  const told = (): string[] =>
    Notification.manager.notifications.map(({ message }) => message);

  it('is not there when there is none, or the server does not know', async () => {
    await show(null);
    expect(view.node.textContent).toBe('');
    jest.spyOn(client, 'sharedStore').mockRejectedValue(new Error('404'));
    await model.refresh();
    await turn();
    expect(view.node.textContent).toBe('');
  });

  it('tells whether it answers, and what is to be sent', async () => {
    await show(REPORT);
    expect(view.node.textContent).toContain('Shared store: reachable, now');
    const group = view.node.querySelector('[role=group]');
    expect(group?.getAttribute('aria-label')).toBe('Shared store');
    await show({
      ...REPORT,
      state: 'unreachable',
      error: 'Nobody is there.',
      unsent: 2
    });
    expect(view.node.textContent).toContain('not reachable');
    expect(view.node.textContent).toContain('Nobody is there.');
    expect(view.node.textContent).toContain('2 entries to be sent');
    await show({ ...REPORT, state: 'unknown', asked: null });
    expect(view.node.textContent).toContain('not asked yet');
  });

  it('sends and fetches in the background, and tells what came of it', async () => {
    await show(REPORT);
    client.transferred = transferWith({ total: 2, problems: ['a: damaged'] });
    await press('Push');
    expect(client.transfers).toEqual([{ direction: 'push', path: 'sub' }]);
    expect(pulled).toBe(0);
    expect(told()).toEqual(['2 entries sent. 1 left out, such as a: damaged']);
    client.transferred = transferWith({ total: 1 });
    await press('Pull');
    expect(client.transfers[1]).toEqual({ direction: 'pull', path: 'sub' });
    expect(pulled).toBe(1);
    expect(told()).toContain('1 entry fetched.');
  });

  it('tells what went wrong, and can be tried again', async () => {
    await show(REPORT);
    const transfer = jest.spyOn(client, 'transfer');
    transfer.mockRejectedValueOnce(new Error('Nobody is there.'));
    await press('Pull');
    expect(told()).toEqual([
      'The shared store cannot be used: Nobody is there.'
    ]);
    expect(model.running).toBeNull();
    await press('Pull');
    expect(transfer).toHaveBeenCalledTimes(2);
  });
});
