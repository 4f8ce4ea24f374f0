import { expectAccessible, inBothThemes } from './accessibility';
import { expect, test } from './support';

const HEAD =
  "import os, time\nfrom IPython.display import HTML\nprint('seen early')\n" +
  `HTML('<b>bold</b><img src="x" onerror="document.title = 1">')`;
const WAITING =
  "print('waits')\nwhile not os.path.exists('gate'):\n    time.sleep(0.05)";

test('what a running job has put out is seen in the panel before it ends', async ({
  lab
}) => {
  lab.writeNotebook('slow.ipynb', [HEAD, WAITING, "print('late')"]);
  await lab.open('slow.ipynb');
  const title = await lab.page.title();
  const { sessions } = await lab.running();
  await lab.openPanel();
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Running 1\/3$/, { timeout: 60_000 });

  const jobs = lab.panel().getByRole('list', { name: 'Jobs' });
  const button = jobs.getByRole('button', { name: /^Show the outputs of/ });
  const outputs = jobs.getByRole('region', { name: /^Outputs of/ });
  await test.step('opens by keyboard, without a session', async () => {
    await button.focus();
    await lab.page.keyboard.press('Enter');
    await expect(outputs).toContainText('seen early');
    await expect(outputs.locator('b')).toHaveText('bold');
    await expect(outputs).toContainText('waits');
    await expect(
      outputs.getByRole('heading', { name: /^Cell 2 .* running$/ })
    ).toBeVisible();
    await expect(outputs).not.toContainText('late');
    await expect(lab.chip()).toHaveText(/^Running 1\/3$/);
    await expect(lab.outputs()).toHaveCount(0);
    expect(await lab.page.title()).toBe(title);
    expect((await lab.running()).sessions).toEqual(sessions);
  });

  await test.step('has no accessibility defects', async () => {
    // What markup of a notebook lacks is the notebook's.
    await inBothThemes(lab.page, () =>
      expectAccessible(
        lab.page,
        ['.jp-NotebookCache-jobs'],
        ['.jp-RenderedHTMLCommon']
      )
    );
  });

  await test.step('closes by keyboard', async () => {
    await outputs.focus();
    await lab.page.keyboard.press('Escape');
    await expect(outputs).toHaveCount(0);
    await expect(button).toBeFocused();
    await lab.page.keyboard.press('Enter');
    await expect(outputs).toContainText('seen early');
  });

  await test.step('leads to the entry when the job ends', async () => {
    lab.write('gate', '');
    // The file that it waited for is not as it found it first.
    await expect(lab.chip()).toHaveText(/^Stale$/, { timeout: 60_000 });
    await expect(lab.outputs().last()).toHaveText('late');
    await expect(outputs).toContainText('The job has ended.');
    await expect(outputs).toContainText('seen early');
    await lab.clearAllOutputs();
    await jobs
      .getByRole('button', { name: 'Restore the outputs that the job made' })
      .click();
    await expect(lab.outputs().last()).toHaveText('late');
  });
});
