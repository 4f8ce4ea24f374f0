import { expect, test } from './support';

test('all notebooks are listed, filtered, executed and restored', async ({
  lab,
  page
}) => {
  lab.writeNotebook('first.ipynb', ["print('first')"]);
  lab.writeNotebook('second.ipynb', [
    "print(open('numbers.txt').read(), end='')"
  ]);
  lab.write('numbers.txt', 'one');
  await lab.openPanel();
  const region = lab.panel();
  const list = region.getByRole('list', { name: 'Notebooks' });
  const filter = region.getByRole('searchbox', {
    name: 'Filter notebooks by path'
  });
  await filter.fill(`${lab.folder}/first`);
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await expect(list.getByRole('listitem')).toContainText('Not cached');

  for (const name of ['first', 'second']) {
    await filter.fill(`${lab.folder}/${name}`);
    await list
      .getByRole('checkbox', {
        name: `Select ${lab.folder}/${name}.ipynb`
      })
      .check();
    await region.getByRole('button', { name: 'Run selected (1)' }).click();
    await expect(list.getByRole('listitem')).toContainText('Fresh', {
      timeout: 60_000
    });
  }

  await region.getByRole('button', { name: 'Restore selected (1)' }).click();
  await expect(
    page.getByText('1 notebook has its cached outputs.')
  ).toBeVisible();
  expect(lab.read('second.ipynb')).toContain('"one"');

  lab.write('numbers.txt', 'two');
  await page.reload();
  await lab.openPanel();
  // What was chosen is still chosen.
  await expect(filter).toHaveValue(`${lab.folder}/second`);
  await expect(list.getByRole('listitem')).toContainText('Stale');
  await expect(list.getByRole('listitem')).toContainText('numbers.txt');
  await list
    .getByRole('button', { name: `${lab.folder}/second.ipynb` })
    .click();
  await expect(lab.chip()).toHaveText(/^Stale/);
  await expect(lab.outputs().first()).toHaveText('one');
});
