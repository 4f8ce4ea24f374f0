import { expectAccessible, inBothThemes } from './accessibility';
import { expect, test } from './support';

test('the panel leads from nothing to a fresh notebook', async ({
  lab,
  page
}) => {
  await lab.openPanel();
  const steps = lab.panel().getByRole('region', { name: 'First steps' });
  await expect(steps).toContainText('Nothing is cached yet');
  const cache = steps.getByRole('button', { name: 'Cache this notebook' });
  await expect(cache).toBeDisabled();
  await inBothThemes(page, () =>
    expectAccessible(page, ['.jp-NotebookCache-firstSteps'])
  );
  await steps
    .getByRole('button', { name: `Open ${lab.folder}/01-clean.ipynb` })
    .click();
  await expect(steps).toContainText('01-clean.ipynb is open.');
  await expect(cache).toBeEnabled();
  await cache.click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
  await expect(steps).toHaveCount(0);

  await lab.save();
  await page.activity.closeAll();
  await expect(steps).toContainText('No notebook is open');
  await steps.getByRole('button', { name: 'Show what is fresh' }).click();
  await expect(
    lab.panel().getByRole('list', { name: 'Notebooks' })
  ).toBeVisible();
});
