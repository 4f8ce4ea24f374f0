import { galata } from '@jupyterlab/galata';
import type { Page } from '@playwright/test';
import { expectAccessible } from './accessibility';
import { FOLDER, testWithOwnServer } from './ownServerTest';
import { expect, Lab } from './support';

const test = testWithOwnServer(3, 'notebook');

const SHOWN = ['three\nsaid\n', /'three\\n'$/];

/** Collect what goes wrong in our code, as far as the page tells. */
function watchErrors(page: Page, errors: string[]): void {
  const note = (text: string) => {
    if (/jupyterlab-cache|notebook-cache/.test(text)) {
      errors.push(text);
    }
  };
  page.on('pageerror', error => note(error.stack ?? String(error)));
  page.on('console', message => {
    if (message.type() === 'error') {
      note(`${message.text()} ${message.location().url}`);
    }
  });
}

test('a notebook in Notebook 7', async ({ browser, lab: files, server }) => {
  test.setTimeout(180_000);
  files.write('data.txt', 'three\n');
  files.writeNotebook('a.ipynb', [
    "text = open('data.txt').read()\nprint(text + 'said')",
    'text'
  ]);
  await server.start();
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: { width: 1440, height: 900 }
  });
  const bare = await context.newPage();
  const errors: string[] = [];
  watchErrors(bare, errors);
  await bare.goto(`/notebooks/${FOLDER}/a.ipynb`);
  // Its helpers wait for JupyterLab when they open a page; nothing else of them is used.
  const page = galata.addHelpersToPage(bare, server.url, () =>
    Promise.resolve()
  );
  const lab = new Lab(page, FOLDER, server.root);
  /** Choose in the menu; what opens another one has no role of its own. */
  const choose = async (menu: string, ...names: string[]) => {
    await page.getByRole('menubar').getByText(menu, { exact: true }).click();
    for (const name of names) {
      await page
        .getByRole('menu')
        .getByText(name, { exact: true })
        .click({ timeout: 15_000 });
    }
  };

  await test.step('it is cached', async () => {
    await expect(lab.chip()).toHaveText(/^Not cached$/, { timeout: 60_000 });
    await lab.button('Cache this notebook').click();
    await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
    await expect(lab.outputs()).toHaveText(SHOWN);
  });

  await test.step('an edit makes it stale, and the reason leads to the cell', async () => {
    await lab.typeIntoCodeCell(1, ' # edited');
    await expect(lab.chip()).toHaveText(/^Stale$/);
    await lab.chip().click();
    await lab.reasons().getByText('Cell 2 was changed.').click();
    await lab.undoInCodeCell(1);
    await expect(lab.chip()).toHaveText(/^Fresh$/);
  });

  await test.step('outputs are restored', async () => {
    await choose('Edit', 'Clear Outputs of All Cells');
    await expect(lab.outputs()).toHaveCount(0);
    await lab.button('Restore cached outputs').click();
    await expect(lab.outputs()).toHaveText(SHOWN);
  });

  await test.step('the panel is a sidebar, and opens the comparison below the notebook', async () => {
    await choose('View', 'Right Sidebar', 'Show Notebook cache');
    await expect(lab.panel()).toBeVisible();
    await expect(
      lab.panel().getByRole('list', { name: 'Entries of this notebook' })
    ).toContainText('executed in');
    await expect(
      lab.panel().getByText('a.ipynb', { exact: true })
    ).toBeVisible();
    await lab.typeIntoCodeCell(1, ' # edited');
    await lab
      .panel()
      .getByRole('button', { name: 'Compare with the cached outputs' })
      .click();
    const comparison = page.getByLabel(`Comparison of ${FOLDER}/a.ipynb`);
    await expect(comparison).toContainText('# edited');
    await expectAccessible(page, [
      '.jp-NotebookCache-body',
      '.jp-NotebookCache-chip',
      '.jp-NotebookCache-compare'
    ]);
    const box = await comparison.boundingBox();
    expect(box?.height).toBeGreaterThan(200);
    await lab.undoInCodeCell(1);
  });

  await test.step('opened without outputs, it is offered them', async () => {
    await choose('Edit', 'Clear Outputs of All Cells');
    await page.keyboard.press('ControlOrMeta+S');
    await expect.poll(() => lab.read('a.ipynb')).not.toContain('"output_type"');
    await bare.goto(`/notebooks/${FOLDER}/a.ipynb`);
    const offer = lab.notification('a.ipynb shows no outputs');
    await offer.getByRole('button', { name: 'Restore cached outputs' }).click();
    await expect(lab.outputs()).toHaveText(SHOWN);
  });

  await test.step('the list of files caches notebooks', async () => {
    files.writeNotebook('b.ipynb', ['print(1)']);
    const tree = await context.newPage();
    watchErrors(tree, errors);
    await tree.goto(`/tree/${FOLDER}`);
    await tree
      .getByRole('listitem')
      .filter({ hasText: 'b.ipynb' })
      .click({ button: 'right' });
    await tree
      .getByRole('menuitem', { name: 'Cache Selected Notebook' })
      .click();
    await expect(tree.getByText('b.ipynb is cached.')).toBeVisible({
      timeout: 60_000
    });
  });

  expect(errors).toEqual([]);
  await context.close();
});
