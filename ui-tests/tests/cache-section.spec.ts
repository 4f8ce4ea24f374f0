import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { expectAccessible, inBothThemes } from './accessibility';
import type { Lab } from './support';
import { expect, test } from './support';

const COUNT = 12;

const nameOf = (index: number): string =>
  `n${String(index).padStart(2, '0')}.ipynb`;

/** A notebook with an output, stored as it stands; the higher the number, the larger it is. */
async function capture(lab: Lab, name: string, text: string): Promise<void> {
  const cell = {
    cell_type: 'code',
    id: 'cell-0',
    metadata: {},
    execution_count: 1,
    outputs: [{ output_type: 'stream', name: 'stdout', text }],
    source: `print(${JSON.stringify(name)})`
  };
  const kernelspec = { name: 'python3', display_name: 'Python 3' };
  lab.write(
    name,
    JSON.stringify({
      cells: [cell],
      metadata: { kernelspec, language_info: { name: 'python' } },
      nbformat: 4,
      nbformat_minor: 5
    })
  );
  const answer = await lab.page.request.post('/jupyterlab-cache/captures', {
    data: { path: `${lab.folder}/${name}` }
  });
  expect(answer.status()).toBe(201);
}

async function captureAll(lab: Lab): Promise<void> {
  for (let index = 0; index < COUNT; index++) {
    await capture(lab, nameOf(index), 'x'.repeat(100 * (index + 1)));
  }
}

const heading = (lab: Lab): Locator =>
  lab.panel().getByRole('heading', { name: 'Cache Section' });
const section = (lab: Lab): Locator =>
  lab.panel().getByRole('region', { name: 'Cache Section' });
const list = (lab: Lab): Locator =>
  section(lab).getByRole('list', { name: 'Entries of the cache' });
const search = (lab: Lab): Locator =>
  section(lab).getByRole('searchbox', { name: 'Search entries' });
const row = (lab: Lab, name: string): Locator =>
  list(lab)
    .getByRole('listitem')
    .filter({
      has: lab.page.getByRole('button', { name: `Open ${lab.folder}/${name}` })
    });

test('entries are searched, sorted, pinned and deleted', async ({
  lab,
  page
}) => {
  await captureAll(lab);
  await lab.openPanel();

  await test.step('the section is unfolded by keyboard, and is about the root folder', async () => {
    await heading(lab).focus();
    await page.keyboard.press('Enter');
    await expect(heading(lab)).toHaveAttribute('aria-expanded', 'true');
    await expect(section(lab)).toContainText('the root folder');
  });

  await test.step('it follows the notebook to its project', async () => {
    await lab.open(nameOf(0));
    await expect(section(lab)).toContainText(
      `${COUNT} entries in ${lab.folder}`
    );
  });

  await test.step('all words of a search have to occur', async () => {
    await search(lab).pressSequentially('CAPTURED n03');
    await expect(list(lab).getByRole('listitem')).toHaveCount(1);
    await expect(row(lab, nameOf(3))).toContainText('stored as it stood');
    await expect(section(lab)).toContainText('1 entry found in');
    await search(lab).fill('nothing like it');
    await expect(section(lab)).toContainText('0 entries found in');
    await search(lab).fill('');
    await expect(list(lab).getByRole('listitem').first()).toContainText(
      nameOf(COUNT - 1)
    );
  });

  await test.step('they are sorted both ways', async () => {
    const order = section(lab).getByRole('combobox', {
      name: 'Order of entries'
    });
    const ascending = section(lab).getByRole('button', {
      name: 'Ascending order of entries'
    });
    const first = list(lab).getByRole('listitem').first();
    await order.selectOption('By name');
    await expect(ascending).toHaveAttribute('aria-pressed', 'true');
    await expect(first).toContainText(nameOf(0));
    await order.selectOption('By size');
    await expect(ascending).toHaveAttribute('aria-pressed', 'false');
    await expect(first).toContainText(nameOf(COUNT - 1));
    await ascending.click();
    await expect(first).toContainText(nameOf(0));
  });

  await test.step('the keyboard walks through the list, and into its rows', async () => {
    const at = (position: number): Locator =>
      list(lab).locator(`[aria-posinset="${position}"]`);
    await at(1).focus();
    await page.keyboard.press('End');
    await expect(at(COUNT)).toBeFocused();
    await expect(at(COUNT)).toBeInViewport();
    await page.keyboard.press('ArrowUp');
    await expect(at(COUNT - 1)).toBeFocused();
    await page.keyboard.press('Home');
    await expect(at(1)).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(at(1).getByRole('button', { name: /^Open/ })).toBeFocused();
    await page.keyboard.press('PageDown');
    await expect(at(1)).not.toBeFocused();
    await expect(list(lab).locator('li:focus')).toHaveCount(1);
    await page.keyboard.press('Shift+Tab');
    await expect(
      section(lab).getByRole('button', { name: 'Ascending order of entries' })
    ).toBeFocused();
  });

  const pin = (name: string): Locator =>
    row(lab, name).getByRole('button', { name: /^Keep when cleaning up/ });
  await test.step('one is pinned, another one deleted', async () => {
    await pin(nameOf(0)).click();
    await expect(pin(nameOf(0))).toHaveAttribute('aria-pressed', 'true');
    await expect(pin(nameOf(1))).toHaveAttribute('aria-pressed', 'false');
    const remove = row(lab, nameOf(1)).getByRole('button', {
      name: /^Delete/
    });
    await remove.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await expect(remove).toBeFocused();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(row(lab, nameOf(1))).toHaveCount(0);
    await expect(section(lab)).toContainText(`${COUNT - 1} entries in`);
    // The keyboard is where it was, at what moved up.
    await expect(list(lab).locator('[aria-posinset="2"]')).toBeFocused();
  });

  await test.step('what was chosen is there after a reload', async () => {
    await lab.panel().getByRole('heading', { name: 'Jobs Section' }).click();
    await search(lab).fill('n0');
    await expect(section(lab)).toContainText('9 entries found in');
    // The layout is kept a moment later.
    await page.waitForResponse(
      response =>
        response.url().includes('/lab/api/workspaces') &&
        response.request().method() === 'PUT'
    );
    // A notebook is open, so there is no launcher to wait for; Galata's types do not tell of that option.
    const options = {
      waitForIsReady: false,
      waitUntil: 'domcontentloaded'
    } as const;
    await page.reload(options);
    // The restored layout brings its notebook to the front, once.
    await page.evaluate(() => window.jupyterapp.restored.then(() => undefined));
    await lab.openPanel();
    await expect(heading(lab)).toHaveAttribute('aria-expanded', 'true');
    await expect(
      lab.panel().getByRole('heading', { name: 'Jobs Section' })
    ).toHaveAttribute('aria-expanded', 'false');
    await expect(search(lab)).toHaveValue('n0');
    await expect(list(lab).getByRole('listitem').first()).toContainText(
      nameOf(0)
    );
    await expect(pin(nameOf(0))).toHaveAttribute('aria-pressed', 'true');
  });

  await test.step('a row opens its notebook, and compares', async () => {
    await row(lab, nameOf(4)).getByRole('button', { name: /^Open/ }).click();
    await expect(lab.outputs().first()).toHaveText('x'.repeat(500));
    await row(lab, nameOf(5))
      .getByRole('button', { name: /^Compare with the document/ })
      .click();
    await expect(
      page.getByRole('heading', {
        name: `Comparison of ${lab.folder}/${nameOf(5)}`
      })
    ).toBeVisible();
  });

  await test.step('nobody is shut out', () =>
    inBothThemes(page, () =>
      expectAccessible(page, ['.jp-NotebookCache-cache'])
    ));
});

test('a store is cleaned up, verified and repaired', async ({ lab, page }) => {
  await captureAll(lab);
  await lab.open(nameOf(0));
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh/, { timeout: 60_000 });
  await lab.openPanel();
  await heading(lab).click();
  await expect(section(lab)).toContainText(`${COUNT + 1} entries in`);

  await test.step('time saved is a chart, and a table for who does not see it', async () => {
    await section(lab)
      .getByText(/^Store: /)
      .click();
    await expect(
      section(lab).getByRole('img', { name: /^Chart of time saved/ })
    ).toBeVisible();
    const table = section(lab).getByRole('table', {
      name: 'Time saved and executed, by notebook'
    });
    await expect(
      table.getByRole('rowheader', { name: `${lab.folder}/${nameOf(0)}` })
    ).toHaveCount(1);
    await inBothThemes(page, () =>
      expectAccessible(page, ['.jp-NotebookCache-cache'])
    );
  });

  await test.step('a clean-up shows what goes, and goes back', async () => {
    await row(lab, nameOf(1))
      .getByRole('button', { name: /^Keep when cleaning up/ })
      .click();
    await section(lab).getByRole('button', { name: 'Clean up…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('checkbox', { name: /not used for/ }).uncheck();
    await dialog.getByRole('checkbox', { name: /at most/ }).check();
    const most = dialog.getByRole('textbox', { name: 'Most entries' });
    await most.fill('few');
    await expect(dialog.getByRole('alert')).toContainText('whole number');
    await inBothThemes(page, () =>
      expectAccessible(page, ['.jp-Dialog-content'])
    );
    await most.fill('5');
    await dialog.getByRole('button', { name: 'Show What Goes' }).click();
    const going = dialog.getByRole('list', { name: 'Entries that go' });
    await expect(going.getByRole('listitem')).toHaveCount(COUNT + 1 - 5);
    await expect(going).not.toContainText(nameOf(1));
    await inBothThemes(page, () =>
      expectAccessible(page, ['.jp-Dialog-content'])
    );
    await dialog.getByRole('button', { name: 'Back' }).click();
    await expect(most).toHaveValue('5');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(section(lab)).toContainText(`${COUNT + 1} entries in`);
  });

  await test.step('then it removes that, and says what was freed', async () => {
    await section(lab).getByRole('button', { name: 'Clean up…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('checkbox', { name: /not used for/ }).uncheck();
    await dialog.getByRole('checkbox', { name: /at most/ }).check();
    await dialog.getByRole('textbox', { name: 'Most entries' }).fill('5');
    await dialog.getByRole('button', { name: 'Show What Goes' }).click();
    await dialog.getByRole('button', { name: 'Remove 8 Entries' }).click();
    await expect(lab.notification('8 entries are removed')).toBeVisible();
    await expect(section(lab)).toContainText('5 entries in');
    await expect(row(lab, nameOf(1))).toHaveCount(1);
  });

  const verify = section(lab).getByRole('button', { name: 'Verify' });
  await test.step('a sound store is found sound', async () => {
    await verify.focus();
    await page.keyboard.press('Enter');
    await expect(section(lab)).toContainText('nothing is wrong.');
    await expect(
      section(lab).getByRole('button', { name: 'Repair', exact: true })
    ).toHaveCount(0);
    await expect(verify).toBeFocused();
  });

  await test.step('damage is found and repaired', async () => {
    damage(join(lab.path, '.jupyterlab_cache', 'objects'));
    damage(join(lab.path, '.jupyterlab_cache', 'entries'));
    await verify.click();
    const problems = section(lab).getByRole('list', {
      name: 'What is wrong in the store'
    });
    await expect(problems).toContainText('A repair sets it aside.');
    await inBothThemes(page, () =>
      expectAccessible(page, ['.jp-NotebookCache-cache'])
    );
    await section(lab)
      .getByRole('button', { name: 'Repair', exact: true })
      .click();
    await expect(problems).toContainText('It was set aside');
    await expect(section(lab)).toContainText('4 entries in');
    await expect(
      section(lab).getByRole('button', { name: 'Repair', exact: true })
    ).toHaveCount(0);
    await section(lab)
      .getByRole('button', { name: 'Close the report' })
      .click();
    await expect(problems).toHaveCount(0);
  });
});

test('the history of a notebook is pinned, deleted, restored and compared', async ({
  lab,
  page
}) => {
  await capture(lab, nameOf(0), 'first');
  await capture(lab, nameOf(0), 'second');
  await capture(lab, nameOf(0), 'third');
  await lab.open(nameOf(0));
  await lab.openPanel();
  const history = lab
    .panel()
    .getByRole('list', { name: 'Entries of this notebook' });
  const lines = history.getByRole('listitem');
  await expect(lines).toHaveCount(3);

  await test.step('any two are compared', async () => {
    await lines
      .nth(1)
      .getByRole('button', { name: /with another entry…$/ })
      .click();
    const dialog = page.getByRole('dialog');
    const select = dialog.getByRole('combobox');
    await expect(select).toBeFocused();
    await select.selectOption({ index: 1 });
    await dialog.getByRole('button', { name: 'Compare' }).click();
    const tab = page.getByRole('region', { name: /^Comparison of / });
    await expect(tab).toContainText('1 output changed');
    await expect(tab).toContainText('first');
    await expect(tab).toContainText('second');
    await expect(tab).not.toContainText('third');
    await page.getByRole('tab', { name: nameOf(0), exact: true }).click();
  });

  await test.step('one is restored, pinned and deleted', async () => {
    await lines
      .nth(2)
      .getByRole('button', { name: /^Restore/ })
      .click();
    await expect(lab.outputs().first()).toHaveText('first');
    const pin = lines
      .nth(2)
      .getByRole('button', { name: /^Keep when cleaning up/ });
    await pin.click();
    await expect(pin).toHaveAttribute('aria-pressed', 'true');
    await lines
      .nth(0)
      .getByRole('button', { name: /^Delete/ })
      .click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(lines).toHaveCount(2);
  });

  await test.step('nobody is shut out', () =>
    inBothThemes(page, () =>
      expectAccessible(page, ['.jp-NotebookCache-entries'])
    ));
});

/** Overwrite one of the files below a folder. */
function damage(folder: string): void {
  const [file] = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(item => item.isFile())
    .map(item => join(item.parentPath, item.name))
    .sort();
  if (!file) {
    throw new Error(`There is no file in ${folder}`);
  }
  chmodSync(file, 0o644);
  writeFileSync(file, 'damaged');
}
