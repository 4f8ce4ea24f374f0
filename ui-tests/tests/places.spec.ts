import { expectAccessible, inBothThemes } from './accessibility';
import { expect, test } from './support';

test('commands are in the palette and in the context menus', async ({
  lab
}) => {
  lab.writeNotebook('a.ipynb', ["print('here')"]);
  await lab.open('a.ipynb');
  // What can do nothing now is not in the palette: without an entry there is nothing to restore.
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
  const { page } = lab;
  await page.menu.clickMenuItem('View>Activate Command Palette');
  const palette = page.locator('#modal-command-palette');
  await palette.locator('input').fill('Notebook Cache');
  await expect(palette.getByText('Cache This Notebook').first()).toBeVisible();
  await expect(
    palette.getByText('Restore Cached Outputs').first()
  ).toBeVisible();
  await expect(palette.getByText('Check Repeatability').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();

  await lab.cells().first().click({ button: 'right' });
  const menu = page.getByRole('menu');
  await expect(
    // Its keys are a part of an item's name.
    menu.getByRole('menuitem', { name: /^Cache This Notebook(?! Anew)/ })
  ).toBeVisible();
  await page.keyboard.press('Escape');
});

test('a notebook is cached from the file browser without being opened', async ({
  lab
}) => {
  lab.writeNotebook('a.ipynb', ["print('unopened')"]);
  await lab.cacheFromFileBrowser('a.ipynb');
  await expect(lab.notification('is cached')).toBeVisible({ timeout: 60_000 });
  await lab.open('a.ipynb');
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
  await expect(lab.outputs()).toHaveCount(0);
});

test('a reason leads to its cell, by keyboard', async ({ lab }) => {
  lab.writeNotebook('a.ipynb', ['1', '2', '3']);
  await lab.open('a.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
  await lab.typeIntoCodeCell(2, ' + 1');
  await expect(lab.chip()).toHaveText(/^Stale$/);
  await lab.chip().getByRole('button').focus();
  await lab.page.keyboard.press('Enter');
  await expect(lab.reasons()).toBeVisible();
  await lab
    .reasons()
    .getByRole('button', { name: /cell 3/i })
    .focus();
  await lab.page.keyboard.press('Enter');
  await expect(lab.codeCells().nth(2)).toHaveClass(/jp-mod-active/);
});

test('our widgets have no accessibility defects', async ({ lab }) => {
  await lab.open('01-clean.ipynb');
  await lab.openPanel();
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
  await lab.typeIntoCodeCell(0, '\nextra = 1');
  await expect(lab.chip()).toHaveText(/^Stale$/);
  await inBothThemes(lab.page, async () => {
    await lab.chip().getByRole('button').click();
    await expect(lab.reasons()).toBeVisible();
    await expectAccessible(lab.page, [
      '.jp-NotebookCache-body',
      '.jp-NotebookCache-chip',
      '[role="dialog"][aria-label="Notebook cache"]'
    ]);
    await lab.page.keyboard.press('Escape');
  });
});
