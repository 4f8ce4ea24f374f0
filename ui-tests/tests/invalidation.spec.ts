import { mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { expect, serverRoot, test } from './support';

test('outputs are invalidated from the notebook, and made anew', async ({
  lab
}) => {
  lab.writeNotebook('a.ipynb', ["print('here')"]);
  await lab.open('a.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });

  await lab.cells().first().click({ button: 'right' });
  await lab.page
    .getByRole('menuitem', { name: 'Invalidate Cached Outputs', exact: true })
    .click();
  await expect(lab.chip()).toHaveText(/^Stale$/);
  await lab.chip().getByRole('button').click();
  await expect(lab.reasons()).toContainText('invalidated');
  await lab.page.keyboard.press('Escape');

  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
});

test('outputs are invalidated from the file browser', async ({ lab }) => {
  lab.writeNotebook('a.ipynb', ["print('here')"]);
  await lab.open('a.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });

  await lab.page.filebrowser.openDirectory(lab.folder);
  await lab.page
    .locator('.jp-DirListing-item', { hasText: 'a.ipynb' })
    .click({ button: 'right' });
  await lab.page
    .getByRole('menuitem', { name: 'Invalidate Cached Outputs', exact: true })
    .click();
  await expect(lab.chip()).toHaveText(/^Stale$/);
});

test('a changed file is named with its lines, and taken back', async ({
  lab
}) => {
  const folder = join(serverRoot(), lab.folder);
  mkdirSync(folder, { recursive: true });
  const data = join(folder, 'data.csv');
  writeFileSync(data, 'a,b\n1,2\n');
  lab.writeNotebook('a.ipynb', ["print(open('da' + 'ta.csv').read())"]);
  await lab.open('a.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });

  writeFileSync(data, 'a,b\n1,22\n');
  await expect(lab.chip()).toHaveText(/^Stale$/);
  await lab.chip().getByRole('button').click();
  await expect(lab.reasons()).toContainText('data.csv was changed');
  await expect(lab.reasons()).toContainText('-1,2');
  await expect(lab.reasons()).toContainText('+1,22');
  await lab.page.keyboard.press('Escape');

  writeFileSync(data, 'a,b\n1,2\n');
  await expect(lab.chip()).toHaveText(/^Fresh$/);
});

test('a notebook is stale with the one that writes its input', async ({
  lab
}) => {
  lab.writeNotebook('1-first.ipynb', ["open('made.txt', 'w').write('1')"]);
  lab.writeNotebook('2-second.ipynb', ["print(open('made.txt').read())"]);
  await lab.open('1-first.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
  await lab.open('2-second.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });

  lab.writeNotebook('1-first.ipynb', ["open('made.txt', 'w').write('22')"]);
  await expect(lab.chip()).toHaveText(/^Stale$/);
  await lab.chip().getByRole('button').click();
  await expect(lab.reasons()).toContainText('1-first.ipynb');
});
