import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from './support';

test('written files are listed, downloaded and restored, others only after a yes', async ({
  lab
}) => {
  const page = lab.page;
  lab.writeNotebook('a.ipynb', [
    "open('table.csv', 'w').write('a,b')",
    "open('page.html', 'w').write('<script>document.title = 1</script>')"
  ]);
  lab.writeNotebook('b.ipynb', ["print(open('table.csv').read())"]);
  await lab.open('a.ipynb');
  await lab.openPanel();
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
  const list = lab
    .panel()
    .getByRole('list', { name: 'Files that the execution wrote' });
  const line = (name: string) =>
    list.getByRole('listitem').filter({ hasText: name });
  await expect(list.getByRole('listitem')).toHaveCount(2);
  const restore = lab
    .panel()
    .getByRole('button', { name: 'Restore files', exact: true });
  await expect(restore).toHaveCount(0);

  await test.step('a page is saved, not shown', async () => {
    const link = list.getByRole('link', { name: 'Download page.html' });
    await link.focus();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.keyboard.press('Enter')
    ]);
    expect(download.suggestedFilename()).toBe('page.html');
    expect(readFileSync(await download.path(), 'utf-8')).toContain('<script>');
  });

  await test.step('a file that is gone comes back without a question', async () => {
    lab.remove('table.csv');
    await expect(line('table.csv')).toContainText('gone');
    await expect(lab.chip()).toHaveText(/^Fresh$/);
    await restore.focus();
    await page.keyboard.press('Enter');
    await expect(lab.notification('1 file is restored')).toBeVisible();
    await expect(line('table.csv')).not.toContainText('gone');
    expect(lab.read('table.csv')).toBe('a,b');
    await expect(restore).toHaveCount(0);
  });

  await test.step('a file with another content is left after a no', async () => {
    lab.write('table.csv', 'mine');
    await expect(line('table.csv')).toContainText('changed since');
    await restore.click();
    const dialog = page.locator('.jp-Dialog');
    await expect(dialog).toContainText('table.csv');
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    expect(lab.read('table.csv')).toBe('mine');
    await restore.click();
    await dialog.getByRole('button', { name: 'Overwrite' }).click();
    await expect(line('table.csv')).not.toContainText('changed since');
    expect(lab.read('table.csv')).toBe('a,b');
  });

  await test.step('what is downstream is fresh again', async () => {
    await lab.open('b.ipynb');
    await lab.button('Cache this notebook').click();
    await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
    lab.remove('table.csv');
    await expect(lab.chip()).toHaveText(/^Stale$/);
    await page.activity.activateTab('a.ipynb');
    await expect(line('table.csv')).toContainText('gone');
    await restore.click();
    await expect(line('table.csv')).not.toContainText('gone');
    expect(existsSync(lab.pathOf('table.csv'))).toBe(true);
    await page.activity.activateTab('b.ipynb');
    await expect(lab.chip()).toHaveText(/^Fresh$/);
  });
});
