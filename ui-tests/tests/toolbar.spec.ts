import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectAccessible } from './accessibility';
import { expect, test } from './support';

const FRESH = { timeout: 60_000 };

test('the menu executes with parameters, and both results are kept', async ({
  lab
}) => {
  const { page } = lab;
  lab.writeNotebook('a.ipynb', ["print(globals().get('city', 'Köln'))"]);
  await lab.open('a.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, FRESH);

  // By keyboard alone.
  await lab.button('More ways to cache').focus();
  await page.keyboard.press('Enter');
  const menu = page.getByRole('menu', { name: 'More ways to cache' });
  await expect(menu).toBeVisible();
  // Lines between groups have a place in the tab order, which is Lumino's.
  await expectAccessible(page, ['.lm-Menu-item[data-type="command"]']);
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await expect(lab.button('More ways to cache')).toBeFocused();

  await page.keyboard.press('Enter');
  await page
    .getByRole('menuitem', { name: 'Cache With Parameters…', exact: true })
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name of parameter 1').fill('city');
  await dialog.getByLabel('Value of city').fill('Bonn');
  await expectAccessible(page, ['.jp-NotebookCache-parameters']);
  await page.keyboard.press('Enter');
  await expect(page.getByText('There are new outputs for a.ipynb')).toBeVisible(
    FRESH
  );
  await expect(lab.outputs()).toHaveText(['Köln']);
  await page.getByRole('button', { name: 'Show Them' }).click();
  await expect(lab.outputs()).toHaveText(['Bonn']);
  // What the document as it stands would put out is still known.
  await expect(lab.chip()).toHaveText(/other outputs/);
  await lab.button('Restore cached outputs').click();
  await expect(lab.outputs()).toHaveText(['Köln']);

  // What was given is there again.
  await lab.chooseWay(/^Cache With Parameters/);
  await expect(dialog.getByLabel('Value of city')).toHaveValue('Bonn');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});

test('a notebook that is executed in a folder of its own says what it lacks', async ({
  lab
}) => {
  mkdirSync(lab.path, { recursive: true });
  writeFileSync(join(lab.path, 'data.csv'), '1');
  lab.writeNotebook('a.ipynb', ["print(open('da' + 'ta.csv').read())"]);
  await lab.open('a.ipynb');
  await lab.chooseWay(/^Cache in a Folder of Its Own/);
  await expect(
    lab.notification('The isolated run looked for data.csv')
  ).toBeVisible(FRESH);
});

test('outputs are stored as they are, from the menu', async ({ lab }) => {
  const { page } = lab;
  lab.writeNotebook('a.ipynb', ["print('here')"]);
  await lab.open('a.ipynb');
  await page.menu.clickMenuItem('Run>Run All Cells');
  await expect(lab.outputs()).toHaveText(['here']);
  await lab.chooseWay(/^Store These Outputs/);
  await expect(lab.chip()).toHaveText(/^Fresh/, FRESH);
});

test('the menu executes what is fresh anew, and cancels', async ({ lab }) => {
  lab.writeNotebook('a.ipynb', [
    "import os, time\nprint(time.time_ns())\nwhile os.path.exists('gate'):\n    time.sleep(0.05)"
  ]);
  await lab.open('a.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, FRESH);
  const [first = ''] = await lab.outputTexts();
  await lab.chooseWay(/^Cache This Notebook Anew/);
  await expect(lab.outputs()).not.toHaveText([first], FRESH);
  await expect(lab.chip()).toHaveText(/^Fresh$/);

  lab.write('gate', '');
  await lab.chooseWay(/^Cache This Notebook Anew/);
  await expect(lab.chip()).toHaveText(/^Running/, FRESH);
  await lab.chooseWay(/^Cancel the Caching/);
  await expect(lab.notification('was cancelled')).toBeVisible(FRESH);
  await expect(lab.chip()).not.toHaveText(/^Running/);
  expect((await lab.running()).kernels).toHaveLength(1);
});

test('stale cells are marked from where it begins, unless a person does not want that', async ({
  lab
}) => {
  const { page } = lab;
  const data = join(lab.path, 'data.csv');
  mkdirSync(lab.path, { recursive: true });
  writeFileSync(data, '1');
  lab.writeNotebook('a.ipynb', [
    'print(1)',
    "print(open('da' + 'ta.csv').read())",
    'print(3)'
  ]);
  await lab.open('a.ipynb');
  await expect(lab.chip()).toHaveText(/^Not cached$/);
  const last = lab.button('Restore cached outputs');
  const place = await last.boundingBox();
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, FRESH);
  // Nothing in the toolbar moves when the words of the chip change.
  expect(await last.boundingBox()).toEqual(place);
  const marks = lab.notebook().getByRole('img', { name: /stale/i });
  await expect(marks).toHaveCount(0);

  writeFileSync(data, '22');
  await expect(lab.chip()).toHaveText(/^Stale$/);
  await expect(marks).toHaveCount(2);
  expect(await last.boundingBox()).toEqual(place);
  const second = lab.cells().nth(1);
  await expect(
    second.getByRole('img', { name: /^Stale from here: .*data\.csv/ })
  ).toBeVisible();
  await expect(
    lab
      .cells()
      .nth(2)
      .getByRole('img', { name: /^May be stale/ })
  ).toBeVisible();
  await expectAccessible(page, ['.jp-NotebookCache-cellMark']);

  // The reason leads to the cell, and to the file.
  await lab.chip().getByRole('button').click();
  await lab
    .reasons()
    .getByRole('button', { name: /data\.csv was/ })
    .click();
  await expect(second).toHaveClass(/jp-mod-active/);
  await lab.chip().getByRole('button').click();
  await lab
    .reasons()
    .getByRole('button', { name: `Open ${lab.folder}/data.csv` })
    .click();
  await expect(page.getByRole('tab', { name: 'data.csv' })).toBeVisible();
  await page.getByRole('tab', { name: 'a.ipynb' }).click();

  await lab.set('jupyterlab-cache:cell-marks', 'shown', false);
  await expect(marks).toHaveCount(0);
  await lab.set('jupyterlab-cache:cell-marks', 'shown', true);
  await expect(marks).toHaveCount(2);
  writeFileSync(data, '1');
  await expect(lab.chip()).toHaveText(/^Fresh$/);
  await expect(marks).toHaveCount(0);
});
