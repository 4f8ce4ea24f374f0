import { expect } from './support';
import { FOLDER, testWithOwnServer } from './ownServerTest';

const MODULE = 'rivers.py';
const SOURCE = "LENGTHS = {'Elbe': 1094, 'Oder': 840}\n";
const SHOWN = [/the longest is Oder/, /\b1680$/];

const test = testWithOwnServer(1);

test('restart the server: all still there', async ({ lab, page, server }) => {
  test.setTimeout(240_000);
  const chip = lab.chip();
  const entries = lab
    .panel()
    .getByRole('list', { name: 'Entries of this notebook' })
    .getByRole('listitem');
  const come = async () => {
    await page.goto(`tree/${FOLDER}?reset`);
    await lab.open('a.ipynb');
  };
  lab.write(MODULE, SOURCE);
  lab.writeNotebook('a.ipynb', [
    'import rivers',
    "print('the longest is', max(rivers.LENGTHS))",
    "rivers.LENGTHS['Oder'] * 2"
  ]);
  let outputs: unknown[] = [];

  await test.step('a notebook is cached', async () => {
    await server.start();
    await come();
    await expect(chip).toHaveText(/^Not cached$/);
    await lab.button('Cache this notebook').click();
    await expect(chip).toHaveText(/^Fresh$/, { timeout: 60_000 });
    await expect(lab.outputs()).toHaveText(SHOWN);
    outputs = await lab.modelOutputs();
    await lab.save();
  });

  await test.step('the server stops and is started again', async () => {
    // A page that is open asks a server that is gone, and Galata's mocks take that for a failure.
    await page.context().pages()[0]?.goto('about:blank');
    await server.stop();
    await expect(fetch(`${server.url}/api`)).rejects.toThrow();
    await server.start();
  });

  await test.step('the chip is fresh at once, and nothing is executed', async () => {
    expect(await lab.running()).toEqual({ kernels: [], sessions: [] });
    const submitted: string[] = [];
    page.on('request', request => {
      if (request.method() === 'POST' && /\/jobs\b/.test(request.url())) {
        submitted.push(request.url());
      }
    });
    await come();
    await expect(chip).toHaveText(/^Fresh$/);
    await expect(lab.outputs()).toHaveText(SHOWN);
    // The only kernel is that which JupyterLab itself starts for an open notebook.
    expect((await lab.running()).kernels).toHaveLength(1);
    expect(await lab.jobs()).toEqual([]);
    expect(submitted).toEqual([]);
  });

  await test.step('the panel lists the entry', async () => {
    await lab.openPanel();
    await expect(entries).toHaveCount(1);
    await expect(entries.first()).toContainText('executed in');
  });

  await test.step('cleared outputs come back, and no kernel is started', async () => {
    const running = await lab.running();
    await lab.clearAllOutputs();
    await expect(lab.outputs()).toHaveCount(0);
    await lab.button('Restore cached outputs').click();
    await expect(lab.outputs()).toHaveText(SHOWN);
    expect(await lab.modelOutputs()).toEqual(outputs);
    await expect(chip).toHaveText(/^Fresh$/);
    expect(await lab.running()).toEqual(running);
    expect(await lab.jobs()).toEqual([]);
  });

  await test.step('an edited module is stale and named; as it was it is fresh', async () => {
    lab.write(MODULE, `${SOURCE}\nLATER = True\n`);
    await expect(chip).toHaveText(/^Stale$/);
    await chip.click();
    await expect(lab.reasons()).toContainText(/\bmodule rivers\b/i);
    await page.keyboard.press('Escape');
    lab.write(MODULE, SOURCE);
    await expect(chip).toHaveText(/^Fresh$/);
  });
});
