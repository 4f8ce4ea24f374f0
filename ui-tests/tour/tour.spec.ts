import { resolve } from 'node:path';
import type { Lab } from '../tests/support';
import { expect, test } from '../tests/support';

const IMAGES = resolve(__dirname, '..', '..', 'docs', 'images', 'tour');
const LONG = { timeout: 90_000 };

test.use({ viewport: { width: 1280, height: 760 } });

test('the tour', async ({ lab }) => {
  const { page } = lab;
  let number = 0;
  const shoot = async (name: string): Promise<void> => {
    // Transitions have ended, and the pointer is on nothing.
    await page.mouse.move(500, 755);
    await page.waitForTimeout(700);
    const file = `${String(++number).padStart(2, '0')}-${name}.png`;
    await page.screenshot({ path: resolve(IMAGES, file) });
  };
  const cache = async (): Promise<void> => {
    await lab.button('Cache this notebook').click();
    await expect(lab.chip()).toHaveText(/^Fresh$/, LONG);
  };

  await lab.openPanel();
  await page.sidebar.close('left');
  await widen(lab, 420);
  await expect(lab.panel().getByText('Nothing is cached yet')).toBeVisible();
  await open(lab, '03-model.ipynb');
  await shoot('first-steps');

  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Running [3-9]/, LONG);
  await shoot('running');
  await expect(lab.chip()).toHaveText(/^Fresh$/, LONG);

  await open(lab, '02-explore.ipynb');
  await cache();
  await expect(lab.outputs().first()).toBeVisible();
  await shoot('fresh');

  const plots = 'townbikes/plots.py';
  const before = lab.read(plots);
  lab.write(plots, before.replace('tab:blue', 'tab:green'));
  await expect(lab.chip()).toHaveText(/^Stale$/);
  await lab.chip().getByRole('button').click();
  await expect(lab.reasons()).toContainText('plots');
  await shoot('stale');
  await page.keyboard.press('Escape');

  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, LONG);
  lab.write(plots, before);
  await expect(lab.chip()).toHaveText(/^Fresh, other/);
  await lab
    .panel()
    .getByRole('button', { name: 'Compare with the cached outputs' })
    .click();
  await expect(
    page.getByRole('tab', { name: /^Compare 02-explore/ })
  ).toBeVisible();
  await page.sidebar.close('right');
  await page.waitForTimeout(2000);
  await shoot('compare');
  await lab.openPanel();

  await open(lab, '01-clean.ipynb');
  await cache();
  await open(lab, '05-broken.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Failed$/, LONG);
  // Its traceback has paths of this machine, which belong into no picture.
  await open(lab, '01-clean.ipynb');
  await fold(lab, 'This notebook');
  await fold(lab, 'Jobs');
  await shoot('notebooks');

  await fold(lab, 'Notebooks');
  await fold(lab, 'Cache');
  await expect(
    lab
      .panel()
      .getByText(/entries/)
      .first()
  ).toBeVisible();
  await shoot('cache');

  await fold(lab, 'Cache');
  await fold(lab, 'This notebook');
  await open(lab, '02-explore.ipynb');
  await page.theme.setDarkTheme();
  await shoot('dark');
});

/** Open a notebook, as a link in the panel does. */
async function open(lab: Lab, name: string): Promise<void> {
  await lab.page.evaluate(async path => {
    await window.jupyterapp.commands.execute('docmanager:open', { path });
  }, `${lab.folder}/${name}`);
  await expect(lab.cells().first()).toBeVisible();
  await expect(lab.notebook().locator('.jp-Spinner')).toHaveCount(0);
  await expect(lab.page.getByText(/\| Idle$/)).toBeVisible(LONG);
}

/** Fold a section of the panel, or unfold it. */
async function fold(lab: Lab, name: string): Promise<void> {
  await lab
    .panel()
    .getByRole('heading', { name: `${name} Section` })
    .click();
}

/** Make the panel as wide as a person would to read in it. */
async function widen(lab: Lab, width: number): Promise<void> {
  const box = await lab.panel().boundingBox();
  if (!box) {
    throw new Error('The panel does not show.');
  }
  await lab.page.mouse.move(box.x - 2, box.y + 200);
  await lab.page.mouse.down();
  await lab.page.mouse.move(box.x + box.width - width, box.y + 200, {
    steps: 5
  });
  await lab.page.mouse.up();
}
