import { galata } from '@jupyterlab/galata';
import { FOLDER, testWithOwnServer } from './ownServerTest';
import { expect, Lab } from './support';

const test = testWithOwnServer(2, 'jupyter-collaboration');

const SHOWN = ['three\nsaid\n', /'three\\n'$/, '12\n'];

/** Texts of outputs, be they in a document or in a file. */
interface IOutput {
  readonly output_type: string;
  readonly text?: string | string[];
  readonly data?: Record<string, string | string[]>;
}

test('two people with one notebook', async ({
  browser,
  lab,
  page,
  server,
  waitForApplication
}) => {
  test.setTimeout(240_000);
  lab.write('data.txt', 'three\n');
  lab.writeNotebook('a.ipynb', [
    "text = open('data.txt').read()\nprint(text + 'said')",
    'text',
    'import time\ntime.sleep(1)\nprint(12)'
  ]);
  await server.start();
  const { page: second } = await galata.newPage({
    autoGoto: false,
    baseURL: server.url,
    browser,
    mockKernels: false,
    mockSessions: false,
    mockTerminals: false,
    tmpPath: FOLDER,
    waitForApplication
  });
  const other = new Lab(second, FOLDER, server.root);
  const both = [lab, other];
  const chips = async (text: RegExp) => {
    for (const one of both) {
      await expect(one.chip()).toHaveText(text, { timeout: 60_000 });
    }
  };
  const filed = () =>
    (
      JSON.parse(lab.read('a.ipynb')) as { cells: { outputs: IOutput[] }[] }
    ).cells.flatMap(({ outputs }) => outputs);
  /** Both show the outputs, each of them once, and so does the file. */
  const shown = async (texts: (string | RegExp)[]) => {
    for (const one of both) {
      await expect(one.outputs()).toHaveText(texts);
      // What is drawn could hide what is there twice.
      await expect.poll(() => one.modelOutputs()).toHaveLength(texts.length);
      expect((await one.modelOutputs()).map(textOf).join('')).not.toMatch(
        /said[^]*said|12[^]*12/
      );
    }
    await expect.poll(filed).toHaveLength(texts.length);
  };
  const execute = (one: Lab, command: string) =>
    one.page.evaluate(
      async id => void (await window.jupyterapp.commands.execute(id)),
      command
    );

  await test.step('both open it', async () => {
    for (const one of both) {
      await one.page.goto(`tree/${FOLDER}?reset`);
      await one.open('a.ipynb');
    }
    await chips(/^Not cached$/);
  });

  await test.step('one caches what the other has just typed; both see it run', async () => {
    await other.typeIntoCodeCell(2, '\n# typed by the other');
    await expect(lab.codeCells().nth(2)).toContainText('typed by the other');
    await lab.button('Cache this notebook').click();
    await expect(other.chip()).toHaveText(/^Running/, { timeout: 30_000 });
    await chips(/^Fresh$/);
    await shown(SHOWN);
  });

  await test.step('one restores; an undo of it is seen by the other', async () => {
    await lab.clearAllOutputs();
    await expect(other.outputs()).toHaveCount(0);
    await other.button('Restore cached outputs').click();
    await shown(SHOWN);
    await chips(/^Fresh$/);
    await execute(other, 'notebook:undo-cell-action');
    await expect(lab.outputs()).toHaveCount(0);
    await expect(other.outputs()).toHaveCount(0);
    await execute(other, 'notebook:redo-cell-action');
    await shown(SHOWN);
  });

  await test.step('both ask at once: the outputs come once, in place of the old ones', async () => {
    lab.write('data.txt', 'four\n');
    await chips(/^Stale$/);
    await Promise.all(
      both.map(one => one.button('Cache this notebook').click())
    );
    await chips(/^Fresh$/);
    await shown(['four\nsaid\n', /'four\\n'$/, '12\n']);
  });

  await test.step('both restore at once', async () => {
    await lab.clearAllOutputs();
    await expect(other.outputs()).toHaveCount(0);
    await Promise.all(
      both.map(one => one.button('Restore cached outputs').click())
    );
    await shown(['four\nsaid\n', /'four\\n'$/, '12\n']);
    await chips(/^Fresh$/);
  });

  await test.step('their file is not written behind their backs', async () => {
    const answer = await page.request.post('/jupyterlab-cache/documents', {
      data: { path: `${FOLDER}/a.ipynb` }
    });
    expect(await answer.json()).toMatchObject({ restored: false });
  });

  await test.step('nobody is asked about files that changed', async () => {
    for (const one of both) {
      await expect(one.page.locator('.jp-Dialog')).toHaveCount(0);
    }
  });

  await test.step('the offer of one goes when the other has taken it', async () => {
    await lab.clearAllOutputs();
    await expect(other.outputs()).toHaveCount(0);
    await expect.poll(filed).toHaveLength(0);
    await second.goto(`tree/${FOLDER}?reset`);
    await other.open('a.ipynb');
    const offer = other.notification('a.ipynb shows no outputs');
    await expect(offer).toHaveCount(1);
    await lab.button('Restore cached outputs').click();
    await shown(['four\nsaid\n', /'four\\n'$/, '12\n']);
    await expect(offer).toHaveCount(0);
  });

  // A page that is open asks a server that is gone.
  await page.context().pages()[0]?.goto('about:blank');
  await second.context().close();
});

function textOf(output: unknown): string {
  const { data, text } = output as IOutput;
  return [text ?? data?.['text/plain'] ?? ''].flat().join('');
}
