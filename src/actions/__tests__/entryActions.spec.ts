import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { FakeClient } from '../../__tests__/fakeServer';
import { summaryWith, turn } from '../../__tests__/support';
import { EntryActions } from '../entryActions';

describe('EntryActions', () => {
  let client: FakeClient;
  let actions: EntryActions;
  let changes: number;

  beforeEach(() => {
    client = new FakeClient();
    client.entryList = [summaryWith({ id: 'a' }), summaryWith({ id: 'b' })];
    changes = 0;
    actions = new EntryActions(
      client,
      nullTranslator.load('jupyterlab_cache'),
      () => changes++
    );
    Notification.dismiss();
  });

  const entry = () => client.entryList[0]!;
  const answer = async (label: string): Promise<string> => {
    await turn();
    const dialog = document.querySelector<HTMLElement>('.jp-Dialog');
    const text = dialog?.textContent ?? '';
    [...(dialog?.querySelectorAll('button') ?? [])]
      .find(button => button.textContent === label)
      ?.click();
    return text;
  };

  it('pins, and lets go again', async () => {
    await actions.togglePin(entry());
    expect(entry().pinned).toBe(true);
    await actions.togglePin(entry());
    expect(entry().pinned).toBe(false);
    expect(changes).toBe(2);
  });

  it('deletes after a yes only', async () => {
    const doubted = actions.remove(entry(), 'just now');
    expect(await answer('Cancel')).toContain('a.ipynb (just now)');
    await doubted;
    expect(client.entryList).toHaveLength(2);
    const removed = actions.remove({ ...entry(), pinned: true }, 'just now');
    expect(await answer('Delete')).toContain('pinned');
    await removed;
    expect(client.entryList.map(({ id }) => id)).toEqual(['b']);
    expect(changes).toBe(1);
  });

  it('trusts after a yes only, having said what that means; takes it back at once', async () => {
    const foreign = () => ({ ...entry(), origin: 'elsewhere' as const });
    client.entryList = [
      summaryWith({ id: 'a', origin: 'elsewhere', trusted: false })
    ];
    client.trust = {
      active: ['text/html', '<img src=x onerror=alert(1)>'],
      artefacts: ['out.csv'],
      outside: Array.from({ length: 12 }, (_, index) => `/etc/${index}`)
    };
    const doubted = actions.toggleTrust(foreign());
    await turn();
    expect(document.querySelector('.jp-Dialog img')).toBeNull();
    const text = await answer('Cancel');
    expect(text).toContain('text/html, <img src=x onerror=alert(1)>');
    expect(text).toContain('out.csv');
    expect(text).toContain('/etc/9, 2 more');
    await doubted;
    expect(entry().trusted).toBe(false);
    const trusting = actions.toggleTrust(foreign());
    await turn();
    await answer('Trust This Entry');
    await trusting;
    expect(entry().trusted).toBe(true);
    await actions.toggleTrust(foreign());
    expect(entry().trusted).toBe(false);
    expect(document.querySelector('.jp-Dialog')).toBeNull();
  });

  it('tells what went wrong, with a way to try again', async () => {
    const pin = jest.spyOn(client, 'pinEntry');
    pin.mockRejectedValueOnce(new Error('The disk is full.'));
    await actions.togglePin(entry());
    expect(changes).toBe(0);
    const [told] = Notification.manager.notifications;
    expect(told?.message).toBe('The disk is full.');
    told?.options.actions?.[0]?.callback(new MouseEvent('click'));
    await turn();
    expect(entry().pinned).toBe(true);
    expect(changes).toBe(1);
  });
});
