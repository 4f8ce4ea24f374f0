import { expectAccessible, inBothThemes } from './accessibility';
import { expect, test } from './support';

test('a check names the cell that is not repeatable, and leads to it', async ({
  lab
}) => {
  const { page } = lab;
  lab.writeNotebook('a.ipynb', [
    'import random',
    "print('equal')",
    'print(random.random())'
  ]);
  await lab.open('a.ipynb');
  await lab.openPanel();
  const panel = lab.panel();
  const check = panel.getByRole('button', { name: /^Check/ });
  const jobs = panel.getByRole('list', { name: 'Jobs' });
  const differing = panel
    .getByRole('list', { name: 'Cells that are not the same' })
    .getByRole('listitem');

  await test.step('it is asked for in the panel, by keyboard', async () => {
    await expect(check).toHaveText('Check repeatability');
    await check.focus();
    await page.keyboard.press('Enter');
    await expect(jobs).toContainText('checked: not repeatable', {
      timeout: 90_000
    });
    await expect(check).toBeFocused();
  });

  await test.step('the notification leads to the cell', async () => {
    const notification = lab.notification(
      '1 of 3 cells gave something else: cell 3.'
    );
    await expect(notification).toBeVisible();
    await lab.codeCells().first().click();
    await notification.getByRole('button', { name: 'Go to Cell 3' }).click();
    await expect(lab.codeCells().nth(2)).toHaveClass(/jp-mod-active/);
  });

  await test.step('the panel keeps what was found', async () => {
    await expect(panel).toContainText('1 of 3 cells gave something else');
    await expect(differing).toHaveCount(1);
    await expect(differing).toContainText(/-0\.\d+\s+\+0\.\d+/);
    await lab.codeCells().first().click();
    const link = differing.getByRole('button', {
      name: 'Cell 3 gave something else'
    });
    await link.focus();
    await page.keyboard.press('Enter');
    await expect(lab.codeCells().nth(2)).toHaveClass(/jp-mod-active/);
  });

  await test.step('the document was left alone', async () => {
    await expect(lab.chip()).toHaveText(/^Fresh$/);
    expect(await lab.modelOutputs()).toEqual([]);
  });

  await test.step('nobody is shut out', async () => {
    await inBothThemes(page, () =>
      expectAccessible(page, ['.jp-NotebookCache-body'])
    );
  });

  await test.step('code that was changed has no cells to lead to', async () => {
    await lab.typeIntoCodeCell(0, '\nlater = 1');
    await expect(lab.chip()).toHaveText(/^Stale$/);
    await expect(differing).toHaveCount(1);
    await expect(differing.getByRole('button')).toHaveCount(0);
  });
});

test('a check is asked for in the file browser, seen while it runs, and cancelled', async ({
  lab
}) => {
  lab.writeNotebook('slow.ipynb', ['import time', 'time.sleep(600)']);
  await lab.open('slow.ipynb');
  const before = await lab.running();
  await lab.openPanel();
  await lab.chooseInFileBrowser('slow.ipynb', /^Check Repeatability$/);
  await expect(lab.chip()).toHaveText(/^Checking 1\/4$/, { timeout: 60_000 });
  const jobs = lab.panel().getByRole('list', { name: 'Jobs' });
  await expect(jobs).toContainText('checking, 1 of 4 cells');
  const check = lab.panel().getByRole('button', { name: /^Check/ });
  await expect(check).toHaveAttribute('aria-disabled', 'true');
  await jobs.getByRole('button', { name: /^Cancel the job/ }).click();
  await expect(lab.notification('The check of slow.ipynb was')).toBeVisible();
  await expect(check).toHaveAttribute('aria-disabled', 'false');
  await expect.poll(() => lab.running()).toEqual(before);
});
