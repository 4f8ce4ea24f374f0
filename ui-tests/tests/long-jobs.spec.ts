import { galata } from '@jupyterlab/galata';
import { expect, test } from './support';

test.use({
  mockSettings: {
    ...galata.DEFAULT_SETTINGS,
    'jupyterlab-cache:job-results': { longJobSeconds: 1 }
  }
});

test('how a long job ended stays in sight, and leads to its notebook', async ({
  lab,
  page
}) => {
  lab.writeNotebook('long.ipynb', ['import time', 'time.sleep(6)']);
  await lab.cacheFromFileBrowser('long.ipynb');
  // It does not pop up while it runs, but is in the list.
  const status = page.getByRole('button', { name: /^Notebook cache: / });
  await expect(status).toHaveText('1 notebook running');
  const notice = lab.notification('long.ipynb is cached.');
  await expect(notice).toBeVisible({ timeout: 60_000 });
  await expect(lab.notification('is being executed')).toHaveCount(0);
  await notice.getByRole('button', { name: 'Open' }).click();
  await expect(lab.chip()).toHaveText(/^Fresh/);
});

test('a long job is cancelled from the list of notifications', async ({
  lab,
  page
}) => {
  lab.writeNotebook('long.ipynb', ['import time', 'time.sleep(100)']);
  await lab.open('long.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Running 1\/2$/, { timeout: 30_000 });
  await page.menu.clickMenuItem('View>Show Notifications');
  const item = page
    .getByRole('listitem')
    .filter({ hasText: 'long.ipynb is being executed: 1 of 2 cells' });
  await expect(item).toBeVisible();
  await item.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('long.ipynb was cancelled.')).toBeVisible();
  await expect(item).toHaveCount(0);
  await expect(lab.chip()).toHaveText(/^Stale$/);
});

test('a long job that was in vain leads to the reasons', async ({ lab }) => {
  lab.write('numbers.txt', '1');
  lab.writeNotebook('long.ipynb', [
    "numbers = open('numbers.txt').read()",
    "import time; time.sleep(3); open('numbers.txt', 'w').write(numbers + '1')"
  ]);
  await lab.cacheFromFileBrowser('long.ipynb');
  const notice = lab.notification('long.ipynb was executed, but is not fresh.');
  await expect(notice).toBeVisible({ timeout: 60_000 });
  await notice.getByRole('button', { name: 'Show Reasons' }).click();
  await expect(lab.chip()).toHaveText(/^Stale/);
  await expect(lab.panel()).toContainText('numbers.txt');
});
