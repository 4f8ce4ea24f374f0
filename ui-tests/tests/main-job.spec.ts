import { expect, test } from './support';

/**
 * The main job, as a person does it: cache a notebook, see what is true, and get outputs back.
 * Each test works on its own copy of the examples in the server's folder.
 */
test.describe('Caching a notebook', () => {
  test('caches, follows edits, restores without a kernel, and names a changed module', async ({
    lab
  }) => {
    await lab.open('02-explore.ipynb');
    const chip = lab.chip();
    await expect(chip).toHaveText(/^Not cached/);

    await lab.button('Cache this notebook').click();
    await expect(chip).toHaveText(/^Running [1-9]\d*\/\d+/, {
      timeout: 30_000
    });
    await expect(chip).toHaveText(/^Fresh$/, { timeout: 60_000 });
    await expect(lab.outputs().first()).toBeVisible();

    await test.step('an edit of prose keeps it fresh', async () => {
      await lab.editCell(0, 'A new heading, and more prose.');
      await lab.settled();
      await expect(chip).toHaveText(/^Fresh$/);
    });

    await test.step('an edit of code is stale and names the cell; its undo is fresh', async () => {
      await lab.typeIntoCodeCell(0, '\nextra = 1');
      await expect(chip).toHaveText(/^Stale/, { timeout: 500 });
      await chip.click();
      await expect(lab.reasons()).toContainText(/cell 1\b/i);
      await lab.page.keyboard.press('Escape');
      await lab.undoInCodeCell(0);
      await expect(chip).toHaveText(/^Fresh$/, { timeout: 500 });
    });

    await test.step('cleared outputs come back without a kernel', async () => {
      const texts = await lab.outputTexts();
      const kernels = await lab.kernelCount();
      await lab.clearAllOutputs();
      await expect(lab.outputs()).toHaveCount(0);
      await lab.button('Restore cached outputs').click();
      await expect.poll(() => lab.outputTexts()).toEqual(texts);
      expect(await lab.kernelCount()).toBe(kernels);
      await expect(chip).toHaveText(/^Fresh$/);
    });

    await test.step('an edited module is stale and named; reverted it is fresh', async () => {
      const source = lab.read('townbikes/cleaning.py');
      lab.write('townbikes/cleaning.py', source + '\nLATER = True\n');
      await expect(chip).toHaveText(/^Stale/, { timeout: 15_000 });
      await chip.click();
      await expect(lab.reasons()).toContainText('townbikes');
      await lab.page.keyboard.press('Escape');
      lab.write('townbikes/cleaning.py', source);
      await expect(chip).toHaveText(/^Fresh$/, { timeout: 15_000 });
    });
  });
});
