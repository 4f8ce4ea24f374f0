import { ChipLog } from './chipLog';
import { expect, test } from './support';

const MODULE = 'townbikes/cleaning.py';

/** Keep a measurement where people see it: in the output and in the report. */
function note(what: string, milliseconds: number): void {
  const description = `${milliseconds} ms`;
  test.info().annotations.push({ type: what, description });
  process.stdout.write(`      ${what}: ${description}\n`);
}

/**
 * The main job, as a person does it: cache a notebook, see what is true, and get outputs back.
 * Each test works on its own copy of the examples in the server's folder.
 */
test.describe('Caching a notebook', () => {
  test('caches, follows edits, restores without a kernel, and names a changed module', async ({
    lab
  }) => {
    const chip = lab.chip();

    await test.step('an example opens and is not cached', async () => {
      await lab.open('02-explore.ipynb');
      await expect(chip).toHaveText(/^Not cached$/);
      await expect(lab.button('Restore cached outputs')).toBeDisabled();
      expect(await lab.modelOutputs()).toEqual([]);
    });

    await test.step('"Cache this notebook" counts the cells until it is fresh', async () => {
      const log = await ChipLog.of(lab);
      await lab.button('Cache this notebook').click();
      await expect(chip).toHaveText(/^Fresh$/, { timeout: 90_000 });
      const counts = (await log.texts())
        .map(text => /^Running (\d+)\/7$/.exec(text)?.[1])
        .filter(count => count !== undefined)
        .map(Number);
      expect(counts.length).toBeGreaterThan(1);
      expect(counts).toEqual([...new Set(counts)].sort((a, b) => a - b));
      await expect(lab.outputs().first()).toBeVisible();
      expect((await lab.modelOutputs()).length).toBeGreaterThan(4);
    });

    await test.step('an edit of prose keeps it fresh', async () => {
      const log = await ChipLog.of(lab);
      await lab.editCell(0, 'A new heading, and more prose.');
      await expect(lab.cells().first()).toContainText('and more prose');
      await lab.settled();
      await expect(chip).toHaveText(/^Fresh$/);
      expect(await log.texts()).toEqual(['Fresh']);
    });

    await test.step('an edit of code is stale and names the cell', async () => {
      const log = await ChipLog.of(lab);
      await lab.typeIntoCodeCell(0, '\nextra = 1');
      await expect(chip).toHaveText(/^Stale$/);
      note('from the edit to Stale', await log.delay('Stale'));
      await chip.click();
      await expect(lab.reasons()).toContainText(/\bcell 1\b/i);
      await lab.page.keyboard.press('Escape');
      await expect(lab.reasons()).toHaveCount(0);
    });

    await test.step('its undo is fresh', async () => {
      const log = await ChipLog.of(lab);
      await lab.undoInCodeCell(0);
      await expect(chip).toHaveText(/^Fresh$/);
      note('from the undo to Fresh', await log.delay('Fresh'));
    });

    await test.step('cleared outputs come back, and no kernel is started', async () => {
      const outputs = await lab.modelOutputs();
      const texts = await lab.outputTexts();
      const running = await lab.running();
      await lab.clearAllOutputs();
      await expect(lab.outputs()).toHaveCount(0);
      expect(await lab.modelOutputs()).toEqual([]);
      await lab.button('Restore cached outputs').click();
      await expect.poll(() => lab.modelOutputs()).toEqual(outputs);
      await expect.poll(() => lab.outputTexts()).toEqual(texts);
      await expect(chip).toHaveText(/^Fresh$/);
      expect(await lab.running()).toEqual(running);
    });

    const source = lab.read(MODULE);

    await test.step('an edited module is stale and named', async () => {
      lab.write(MODULE, `${source}\nLATER = True\n`);
      await expect(chip).toHaveText(/^Stale$/);
      await chip.click();
      await expect(lab.reasons()).toContainText('townbikes.cleaning');
      await lab.page.keyboard.press('Escape');
    });

    await test.step('the module as it was is fresh', async () => {
      lab.write(MODULE, source);
      await expect(chip).toHaveText(/^Fresh$/);
    });
  });
});
