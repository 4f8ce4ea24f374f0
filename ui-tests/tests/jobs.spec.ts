import { expect, test } from './support';

const SLOW = ['import time', 'time.sleep(4)', "print('done')"];

test('outputs stay out of a document whose code was changed meanwhile', async ({
  lab
}) => {
  lab.writeNotebook('slow.ipynb', SLOW);
  await lab.open('slow.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Running \d\/3$/, { timeout: 30_000 });
  await lab.typeIntoCodeCell(2, '\nlater = 1');
  await expect(lab.chip()).toHaveText(/^Stale$/, { timeout: 60_000 });
  await expect(lab.notification('changed while it was executed')).toBeVisible();
  await expect(lab.outputs()).toHaveCount(0);
  await lab.undoInCodeCell(2);
  await expect(lab.chip()).toHaveText(/^Fresh$/);
});

test('a running job is in the panel, its kernel among those running, and can be cancelled', async ({
  lab
}) => {
  lab.writeNotebook('slow.ipynb', ['import time', 'time.sleep(100)']);
  await lab.open('slow.ipynb');
  const before = await lab.running();
  await lab.openPanel();
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Running 1\/2$/, { timeout: 30_000 });
  await expect(lab.button('Cache this notebook')).toBeDisabled();
  const { kernels } = await lab.running();
  expect(kernels).toHaveLength(before.kernels.length + 1);
  expect(kernels).toEqual(expect.arrayContaining(before.kernels));

  const jobs = lab.panel().getByRole('list', { name: 'Jobs' });
  await expect(jobs).toContainText('slow.ipynb');
  await expect(jobs.getByRole('progressbar').first()).toBeVisible();
  await jobs.getByRole('button', { name: /^Cancel the job/ }).click();
  await expect(lab.notification('was cancelled')).toBeVisible();
  await expect(lab.chip()).toHaveText(/^Stale$/);
  await expect.poll(() => lab.running()).toEqual(before);
  await expect(lab.button('Cache this notebook')).toBeEnabled();
});

test('a failing notebook shows its traceback, and is tried again when asked', async ({
  lab
}) => {
  await lab.open('05-broken.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Failed$/, { timeout: 60_000 });
  await expect(lab.notification('KeyError')).toBeVisible();
  await expect(lab.outputs().filter({ hasText: 'KeyError' })).toBeVisible();
  await lab.chip().click();
  await expect(lab.reasons()).toContainText('KeyError');
  await lab.page.keyboard.press('Escape');
  await expect(lab.reasons()).toHaveCount(0);

  await lab.openPanel();
  const entries = lab
    .panel()
    .getByRole('list', { name: 'Entries of this notebook' });
  await expect(entries.getByRole('listitem')).toHaveCount(1);
  await lab.button('Cache this notebook').click();
  await expect(entries.getByRole('listitem')).toHaveCount(2, {
    timeout: 60_000
  });

  // In the list of jobs the failure leads to its cell, also when the notebook is closed.
  await lab.page.notebook.close(true);
  await expect(lab.notebook()).toHaveCount(0);
  await lab
    .panel()
    .getByRole('list', { name: 'Jobs' })
    .getByRole('button', { name: /^KeyError/ })
    .first()
    // By keyboard: notifications lie above it.
    .press('Enter');
  await expect(
    lab.codeCells().filter({ hasText: 'cargo_bikes"]' })
  ).toHaveClass(/jp-mod-active/, { timeout: 30_000 });
});

test('a notebook deleted while its job runs loses nothing', async ({ lab }) => {
  lab.writeNotebook('slow.ipynb', SLOW);
  await lab.open('slow.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Running 1\/3$/, { timeout: 30_000 });
  lab.remove('slow.ipynb');
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
  await expect(lab.outputs().first()).toHaveText('done');
});
