import AxeBuilder from '@axe-core/playwright';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import { expect } from '@jupyterlab/galata';
import type { Page } from '@playwright/test';

/**
 * Expect that axe finds no defects in parts of a page as it is now.
 *
 * @param page - The page.
 * @param parts - Selectors of what to look at, each of which must be there.
 * @param others - Selectors of what in it is somebody else's.
 */
export async function expectAccessible(
  page: Page,
  parts: readonly string[],
  others: readonly string[] = []
): Promise<void> {
  const axe = new AxeBuilder({ page });
  parts.forEach(part => axe.include(part));
  others.forEach(other => axe.exclude(other));
  const { violations } = await axe.analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual(
    []
  );
}

/**
 * Look at something in the dark theme and in the light one, which stays.
 *
 * @param page - JupyterLab.
 * @param look - What is looked at in each.
 */
export async function inBothThemes(
  page: IJupyterLabPageFixture,
  look: () => Promise<void>
): Promise<void> {
  await page.theme.setDarkTheme();
  await look();
  await page.theme.setLightTheme();
  await look();
}
