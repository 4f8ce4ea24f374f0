import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { FakeClient } from '../../__tests__/fakeServer';
import { turn } from '../../__tests__/support';
import type { RestorationRequest, RestoredFile } from '../../contract';
import { restoreFiles } from '../restoreFiles';

const trans = nullTranslator.load('jupyterlab_cache');
const REQUEST = { path: 'a.ipynb', entry: 'e'.repeat(32) };

function file(
  path: string,
  result: RestoredFile['result'],
  message = ''
): RestoredFile {
  return { path, result, message };
}

/** What a server does that holds one missing file and one that differs. */
function missingAndDiffering(request: RestorationRequest): RestoredFile[] {
  return request.overwrite
    ? [file('gone.csv', 'same'), file('mine.csv', 'overwritten')]
    : [file('gone.csv', 'restored'), file('mine.csv', 'differs')];
}

async function dialog(): Promise<HTMLElement> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const node = document.querySelector<HTMLElement>('.jp-Dialog');
    if (node) {
      return node;
    }
    await turn(10);
  }
  throw new Error('no dialog was shown');
}

async function press(label: string): Promise<string> {
  const node = await dialog();
  const text = node.textContent ?? '';
  const button = [...node.querySelectorAll('button')].find(
    ({ textContent }) => textContent === label
  );
  if (!button) {
    throw new Error(`there is no button ${label} in: ${text}`);
  }
  button.click();
  await turn();
  return text;
}

describe('Restoring files', () => {
  let client: FakeClient;

  const messages = () =>
    Notification.manager.notifications.map(({ message, type }) => [
      type,
      message
    ]);

  beforeEach(() => {
    Notification.dismiss();
    client = new FakeClient();
  });

  it('writes what is gone without a question', async () => {
    client.restoration = () => [
      file('gone.csv', 'restored'),
      file('b', 'same')
    ];
    await restoreFiles(client, REQUEST, trans);
    expect(client.restored).toEqual([REQUEST]);
    expect(messages()).toEqual([['success', '1 file is restored.']]);
  });

  it('overwrites only after a yes', async () => {
    client.restoration = missingAndDiffering;
    const done = restoreFiles(client, REQUEST, trans);
    expect(await press('Overwrite')).toContain('mine.csv');
    await done;
    expect(client.restored).toEqual([REQUEST, { ...REQUEST, overwrite: true }]);
    expect(messages()).toEqual([['success', '2 files are restored.']]);
  });

  it('leaves what differs after a no', async () => {
    client.restoration = missingAndDiffering;
    const done = restoreFiles(client, REQUEST, trans);
    await press('Cancel');
    await done;
    expect(client.restored).toEqual([REQUEST]);
    expect(messages()).toEqual([['success', '1 file is restored.']]);
  });

  it('asks before it writes what comes from elsewhere, and then before it overwrites', async () => {
    client.restoration = request =>
      request.accept_untrusted
        ? missingAndDiffering(request)
        : [file('gone.csv', 'untrusted'), file('mine.csv', 'untrusted')];
    const done = restoreFiles(client, REQUEST, trans);
    expect(await press('Write Files')).toContain('gone.csv, mine.csv');
    await press('Overwrite');
    await done;
    expect(client.restored.map(({ overwrite }) => overwrite)).toEqual([
      undefined,
      undefined,
      true
    ]);
    expect(client.restored[2]?.accept_untrusted).toBe(true);
  });

  it('says what could not be restored and why', async () => {
    client.restoration = () => [
      file('huge.bin', 'not-stored', 'Its content was not stored (too-large).')
    ];
    await restoreFiles(client, REQUEST, trans);
    expect(messages()).toEqual([
      [
        'warning',
        '1 file could not be restored. huge.bin: Its content was not stored (too-large).'
      ]
    ]);
  });

  it('says that nothing had to be done', async () => {
    client.restoration = () => [file('a', 'same')];
    await restoreFiles(client, REQUEST, trans);
    expect(messages()).toEqual([['info', 'All files are there already.']]);
  });
});
