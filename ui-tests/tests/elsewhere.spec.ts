import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { expectAccessible, inBothThemes } from './accessibility';
import { expect, test } from './support';

const SLOW = ['import time', 'time.sleep(100)'];

/** The item of the status bar. */
function statusItem(page: IJupyterLabPageFixture): Locator {
  return page.getByRole('button', { name: /^Notebook cache: / });
}

test('the status bar tells the verdict or what runs, keeps its place, and leads to the panel', async ({
  lab,
  page
}) => {
  const item = statusItem(page);
  await expect(item).toHaveText('No notebook');
  const { width } = (await item.boundingBox()) ?? { width: 0 };
  lab.writeNotebook('a.ipynb', ["print('a')"]);
  lab.writeNotebook('slow.ipynb', SLOW);
  await lab.open('a.ipynb');
  await expect(item).toHaveText('Not cached');
  await lab.button('Cache this notebook').click();
  await expect(item).toHaveText('Fresh', { timeout: 60_000 });
  await lab.typeIntoCodeCell(0, '\nmore = 1');
  await expect(item).toHaveText('Stale');

  await lab.open('slow.ipynb');
  await expect(item).toHaveText('Not cached');
  await lab.button('Cache this notebook').click();
  await expect(item).toHaveText('1 notebook running', { timeout: 30_000 });
  // What runs is told wherever the person is.
  await page.activity.activateTab('a.ipynb');
  await expect(item).toHaveText('1 notebook running');
  expect((await item.boundingBox())?.width).toBe(width);

  await item.focus();
  await page.keyboard.press('Enter');
  await expect(lab.panel()).toBeVisible();
  await inBothThemes(page, () =>
    expectAccessible(page, ['.jp-NotebookCache-statusItem'])
  );

  // After the page was loaded anew it is asked for.
  await lab.save();
  const loaded = page.waitForEvent('load');
  await page.evaluate(() => window.location.reload());
  await loaded;
  await expect(item).toHaveText('1 notebook running');
});

test('jobs are among what runs, lead to their notebooks, and are cancelled there', async ({
  lab,
  page
}) => {
  for (const name of ['one', 'two', 'three']) {
    lab.writeNotebook(`${name}.ipynb`, SLOW);
  }
  await lab.cacheFromFileBrowser('one.ipynb');
  await expect(statusItem(page)).toHaveText('1 notebook running');
  await page.menu.clickMenuItem('View>Sessions and Tabs');
  const jobs = page.getByRole('region', {
    name: 'Notebook Cache Jobs Section'
  });
  const one = jobs.getByRole('treeitem', { name: /^one\.ipynb/ });
  await one.getByText('one.ipynb').click();
  await expect(lab.chip()).toHaveText(/^Running/);
  await one.hover();
  await one.getByTitle('Cancel', { exact: true }).click();
  await expect(lab.notification('one.ipynb was cancelled')).toBeVisible();
  await expect(jobs.getByRole('treeitem')).toHaveCount(0);

  await page.menu.clickMenuItem('View>File Browser');
  for (const name of ['two', 'three']) {
    await lab.cacheFromFileBrowser(`${name}.ipynb`);
  }
  await page.menu.clickMenuItem('View>Sessions and Tabs');
  await expect(jobs.getByRole('treeitem')).toHaveCount(2);
  // The button is in the section's heading.
  await page
    .getByRole('toolbar', { name: 'Notebook Cache Jobs toolbar' })
    .getByRole('button', { name: 'Cancel All' })
    .click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('The execution of 2 notebooks');
  await dialog.getByRole('button', { name: 'Cancel All' }).click();
  await expect(jobs.getByRole('treeitem')).toHaveCount(0);
  await expect(statusItem(page)).not.toHaveText(/running|wait/);
});

test('keys and menus do what the toolbar does', async ({ lab, page }) => {
  lab.writeNotebook('a.ipynb', ["print('by key')"]);
  await lab.open('a.ipynb');
  await lab.codeCells().first().click();
  await page.keyboard.press('ControlOrMeta+K');
  await page.keyboard.press('C');
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
  await expect(lab.outputs()).toHaveText(['by key']);
  await lab.clearAllOutputs();
  await expect(lab.outputs()).toHaveCount(0);
  // Also while a cell is edited.
  await lab.codeCells().first().locator('.cm-content').click();
  await page.keyboard.press('ControlOrMeta+K');
  await page.keyboard.press('R');
  await expect(lab.outputs()).toHaveText(['by key']);
  await expect(lab.codeCells().first()).toContainText("print('by key')");
  await page.keyboard.press('ControlOrMeta+K');
  await page.keyboard.press('P');
  await expect(lab.panel()).toBeVisible();
  await lab.codeCells().first().locator('.cm-content').click();
  await page.keyboard.press('ControlOrMeta+K');
  await page.keyboard.press('D');
  await expect(
    page.getByRole('main').getByRole('tab', { name: /Compare a\.ipynb/ })
  ).toBeVisible();

  await page
    .getByRole('main')
    .getByRole('tab', { name: /^a\.ipynb/ })
    .click();
  await lab.clearAllOutputs();
  await expect(lab.outputs()).toHaveCount(0);
  await page.menu.clickMenuItem('Run>Restore Cached Outputs');
  await expect(lab.outputs()).toHaveText(['by key']);
  await page.menu.clickMenuItem('View>Show the Notebook Cache Panel');
  await expect(lab.panel()).toBeVisible();
});
