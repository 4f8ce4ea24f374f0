import { expect, test } from './support';

test('a notebook without outputs is offered its cached ones when it is opened', async ({
  lab,
  page
}) => {
  lab.writeNotebook('cleared.ipynb', ["city = 'Rome'\nprint(city)", 'city']);
  await lab.cacheFromFileBrowser('cleared.ipynb');
  await expect(lab.notification('cleared.ipynb is cached')).toBeVisible({
    timeout: 60_000
  });
  await lab.open('cleared.ipynb');
  await expect(lab.outputs()).toHaveCount(0);
  const offer = lab.notification('cleared.ipynb shows no outputs');
  await offer.getByRole('button', { name: 'Restore cached outputs' }).click();
  await expect(lab.outputs()).toHaveText(['Rome', /'Rome'$/]);

  const note = lab.notification('the variables are not');
  await expect(note).toBeVisible();
  await lab.cells().nth(1).click();
  await note.getByRole('button', { name: 'Run All Above' }).click();
  await expect(page.getByText(/^\[1\]:$/).first()).toBeVisible();

  // It shows outputs now, so nothing is offered any more.
  await lab.save();
  await page.notebook.close(false);
  await lab.open('cleared.ipynb');
  await expect(lab.chip()).toHaveText(/^Fresh/);
  await expect(lab.notification('shows no outputs')).toHaveCount(0);
});
