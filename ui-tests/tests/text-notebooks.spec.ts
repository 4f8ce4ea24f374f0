import type { Lab } from './support';
import { expect, test } from './support';

/** Open a text file as a notebook, as a person does. */
async function openAsNotebook(lab: Lab, name: string): Promise<void> {
  const { page } = lab;
  await page.filebrowser.openDirectory(lab.folder);
  await page.filebrowser.refresh();
  await page.filebrowser.open(`${lab.folder}/${name}`, 'Notebook');
  await expect(lab.cells().first()).toBeVisible();
  await expect(lab.chip()).toBeVisible();
}

/** What the Markdown cells hold of their inline expressions. */
async function held(lab: Lab): Promise<unknown[]> {
  return lab.page.evaluate(() => {
    const panel = window.jupyterapp.shell.currentWidget as unknown as {
      model: { cells: Iterable<{ getMetadata(key: string): unknown }> };
    };
    return [...panel.model.cells]
      .map(cell => cell.getMetadata('user_expressions'))
      .filter(item => item !== undefined);
  });
}

const MYST = `---
jupytext:
  cell_metadata_filter: -user_expressions
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# An answer

\`\`\`{code-cell} python3
:tags: [hide-input]

answer = 6 * 7
print(answer)
\`\`\`

Half of it is {eval}\`answer / 2\`.
`;

const PERCENT = `# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A script

# %% tags=["raises-exception"]
# %matplotlib inline
print("from a script")
`;

test('a text notebook is cached, closed, opened again and restored, and its file stays text', async ({
  lab,
  page
}) => {
  lab.write('answer.md', MYST);
  await openAsNotebook(lab, 'answer.md');
  await expect(lab.chip()).toHaveText(/^Not cached$/);
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 90_000 });
  await expect(lab.outputs()).toHaveText(['42']);
  const result = { status: 'ok', data: { 'text/plain': '21.0' }, metadata: {} };
  const expected = [[{ expression: 'answer / 2', result }]];
  expect(await held(lab)).toEqual(expected);

  await lab.save();
  expect(lab.read('answer.md')).not.toContain('21.0');
  expect(lab.read('answer.md')).toContain('{eval}`answer / 2`');
  await page.notebook.close(false);
  await openAsNotebook(lab, 'answer.md');
  await expect(lab.outputs()).toHaveCount(0);
  await expect(lab.chip()).toHaveText(/^Fresh/);
  await lab.button('Restore cached outputs').click();
  await expect(lab.outputs()).toHaveText(['42']);
  await expect(lab.chip()).toHaveText(/^Fresh$/);
  expect(await held(lab)).toEqual(expected);

  await test.step('prose may change, an expression may not', async () => {
    await lab.editCell(2, 'As I said, half of it is {eval}`answer / 2`!');
    await lab.settled();
    await expect(lab.chip()).toHaveText(/^Fresh$/);
    await lab.editCell(2, 'A third of it is {eval}`answer / 3`.');
    await expect(lab.chip()).toHaveText(/^Stale/);
    await lab.chip().click();
    await expect(lab.reasons()).toContainText(
      'The inline expression answer / 2 is not there any more.'
    );
  });
});

test('a script with percent cells is cached and restored', async ({
  lab,
  page
}) => {
  lab.write('script.py', PERCENT);
  await openAsNotebook(lab, 'script.py');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 90_000 });
  await expect(lab.outputs()).toHaveText(['from a script']);
  await page.notebook.close(false);
  await openAsNotebook(lab, 'script.py');
  await lab.button('Restore cached outputs').click();
  await expect(lab.outputs()).toHaveText(['from a script']);
  await expect(lab.chip()).toHaveText(/^Fresh$/);
  // Saving, jupytext adds to its header.
  const cells = PERCENT.slice(PERCENT.indexOf('# %%'));
  expect(lab.read('script.py').endsWith(cells)).toBe(true);
});
