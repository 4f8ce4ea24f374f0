import { expect, test } from './support';

test('restored outputs are undone in one step, and say so when others are shown', async ({
  lab
}) => {
  lab.writeNotebook('a.ipynb', [
    "print('first')",
    "print('second')",
    'import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);'
  ]);
  await lab.open('a.ipynb');
  await expect(lab.button('Restore cached outputs')).toBeDisabled();
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
  await expect(lab.outputs()).toHaveCount(3);
  await expect(lab.outputs().locator('img')).toBeVisible();

  await lab.clearAllOutputs();
  await expect(lab.outputs()).toHaveCount(0);
  await lab.button('Restore cached outputs').click();
  await expect(lab.outputs()).toHaveCount(3);

  await test.step('one undo takes all outputs away again', async () => {
    await lab.page.evaluate(() => {
      const { shell } = window.jupyterapp;
      const panel = shell.currentWidget as unknown as {
        model: { sharedModel: { undo(): void } };
      };
      panel.model.sharedModel.undo();
    });
    await expect(lab.outputs()).toHaveCount(0);
  });

  await test.step('outputs of a run out of order are not called plain fresh', async () => {
    await lab.typeIntoCodeCell(1, '');
    await lab.page.keyboard.press('ControlOrMeta+Enter');
    await expect(lab.chip()).toHaveText(/^Fresh, other outputs shown$/);
  });
});

test('a notebook with forty cells comes back whole', async ({ lab }) => {
  const sources = Array.from(
    { length: 40 },
    (_, index) => `print('cell ${index}')\n{'value': ${index} * 2}`
  );
  lab.writeNotebook('forty.ipynb', sources);
  await lab.open('forty.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
  await expect.poll(() => lab.modelOutputs()).toHaveLength(80);
  const outputs = await lab.modelOutputs();
  await lab.clearAllOutputs();
  await expect.poll(() => lab.modelOutputs()).toEqual([]);
  const running = await lab.running();
  await lab.button('Restore cached outputs').click();
  await expect.poll(() => lab.modelOutputs()).toEqual(outputs);
  expect(await lab.running()).toEqual(running);
});
