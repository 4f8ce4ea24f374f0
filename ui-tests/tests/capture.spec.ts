import { expect, test } from './support';

test('after Run All the outputs can be stored as they stand', async ({
  lab
}) => {
  lab.writeNotebook('a.ipynb', ["print('by hand')", '6 * 7']);
  await lab.open('a.ipynb');
  await lab.page.menu.clickMenuItem('Run>Run All Cells');
  const offer = lab.notification('run from top to bottom');
  await expect(offer).toBeVisible({ timeout: 30_000 });
  await expect(lab.chip()).toHaveText(/^Not cached$/);
  await offer.getByRole('button', { name: 'Store these outputs' }).click();
  await expect(lab.chip()).toHaveText(/^Fresh$/);
  await lab.openPanel();
  await expect(lab.panel()).toContainText('stored as it stood');
});

test('a run out of order gets no offer', async ({ lab }) => {
  lab.writeNotebook('a.ipynb', ["print('one')", "print('two')"]);
  await lab.open('a.ipynb');
  for (const index of [1, 0]) {
    await lab.codeCells().nth(index).locator('.cm-content').click();
    await lab.page.keyboard.press('ControlOrMeta+Enter');
    await expect(lab.outputs()).toHaveCount(2 - index);
  }
  await lab.settled();
  await expect(lab.notification('run from top to bottom')).toHaveCount(0);
});
