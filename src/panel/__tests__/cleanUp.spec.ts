import { Dialog, Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { FakeClient } from '../../__tests__/fakeServer';
import { collectionWith, summaryWith, turn } from '../../__tests__/support';
import { cleanUp } from '../cleanUp';

const trans = nullTranslator.load('jupyterlab_cache');

describe('cleanUp', () => {
  let client: FakeClient;

  beforeEach(() => {
    client = new FakeClient();
    client.collection = collectionWith({
      removed: [summaryWith({ path: 'old.ipynb', bytes: 1200 })],
      total: 1,
      freed_bytes: 3400,
      kept_entries: 2,
      kept_bytes: 500
    });
    Notification.dismiss();
  });

  afterEach(() => Dialog.flush());

  const start = () =>
    cleanUp({ client, project: 'p', name: 'the project', trans });
  const dialog = () => document.querySelector<HTMLElement>('.jp-Dialog')!;
  const click = async (label: string): Promise<void> => {
    const buttons = [...dialog().querySelectorAll('button')];
    const found = buttons.find(({ textContent }) => textContent === label);
    expect(found).toBeDefined();
    found?.click();
    await turn(20);
  };

  it('removes after it has shown what goes, and a yes', async () => {
    const done = start();
    await turn(20);
    expect(dialog().textContent).toContain('the project');
    await click('Show What Goes');
    expect(dialog().textContent).toContain('1 entry goes and frees 3.4 kB.');
    expect(dialog().textContent).toContain('2 entries with 500 B stay.');
    expect(dialog().textContent).toContain('old.ipynb');
    expect(client.collections).toEqual([
      { path: 'p', preview: true, max_age: 7_776_000 }
    ]);
    await click('Remove 1 Entry');
    expect(await done).toBe(true);
    expect(client.collections[1]).toEqual({
      path: 'p',
      preview: false,
      max_age: 7_776_000
    });
    expect(Notification.manager.notifications[0]?.message).toContain(
      '3.4 kB are freed'
    );
  });

  it('goes back to the limits, which stand as they were left', async () => {
    const done = start();
    await turn(20);
    dialog().querySelectorAll<HTMLInputElement>('[type=checkbox]')[2]?.click();
    await turn(20);
    await click('Show What Goes');
    await click('Back');
    const boxes =
      dialog().querySelectorAll<HTMLInputElement>('[type=checkbox]');
    expect([...boxes].map(({ checked }) => checked)).toEqual([
      true,
      false,
      true
    ]);
    await click('Show What Goes');
    await click('Cancel');
    expect(await done).toBe(false);
    expect(client.collections.map(({ preview }) => preview)).toEqual([
      true,
      true
    ]);
  });

  it('offers nothing where there is nothing to remove', async () => {
    client.collection = collectionWith();
    const done = start();
    await turn(20);
    await click('Show What Goes');
    expect(dialog().textContent).toContain('There is nothing to remove');
    expect(dialog().querySelector('.jp-mod-warn')).toBeNull();
    await click('Cancel');
    expect(await done).toBe(false);
  });

  it('says what went wrong, and offers to try again', async () => {
    const collect = jest.spyOn(client, 'collect');
    collect.mockRejectedValueOnce(new Error('The store is gone.'));
    const done = start();
    await turn(20);
    await click('Show What Goes');
    expect(await done).toBe(false);
    const [told] = Notification.manager.notifications;
    expect(told?.message).toContain('The store is gone.');
    told?.options.actions?.[0]?.callback(new MouseEvent('click'));
    await turn(20);
    expect(dialog().textContent).toContain('Clean up the cache');
    await click('Cancel');
  });
});
