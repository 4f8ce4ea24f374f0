import type { Lab } from './support';
import { expect, test } from './support';

/** Cache a notebook; gives the entry that was made. */
async function cached(lab: Lab): Promise<string> {
  lab.writeNotebook('a b.ipynb', ["print('linked')"]);
  await lab.open('a b.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
  await lab.save();
  const response = await lab.page.request.get('/jupyterlab-cache/entries', {
    params: { path: `${lab.folder}/a b.ipynb` }
  });
  const { entries } = (await response.json()) as { entries: { id: string }[] };
  return entries[0]?.id ?? '';
}

const addressOf = (lab: Lab, entry: string): string =>
  `/lab/tree/${lab.folder}/a%20b.ipynb?cache=${entry}`;

/** Go to an address, as a person does who clicks a link. */
async function follow(lab: Lab, address: string): Promise<void> {
  const loaded = lab.page.waitForEvent('load');
  await lab.page.evaluate(url => window.location.assign(url), address);
  await loaded;
}

for (const [what, shorten] of [
  ['an entry', (entry: string) => entry],
  ['the beginning of one', (entry: string) => entry.slice(0, 8).toUpperCase()]
] as const) {
  test(`a link to ${what} opens the notebook beside it, and leaves the address`, async ({
    lab,
    page
  }) => {
    const entry = await cached(lab);
    await page.activity.closeAll();
    await follow(lab, addressOf(lab, shorten(entry)));
    const tabs = page.getByRole('main').getByRole('tab');
    const comparison = tabs.filter({ hasText: 'Compare a b.ipynb' });
    await expect(comparison).toHaveAttribute('aria-selected', 'true');
    await expect(tabs.filter({ hasText: /^a b\.ipynb/ })).toBeVisible();
    expect(page.url()).not.toContain('cache=');
    await expect(page.getByText('No differences.')).toBeVisible();
  });
}

test('a link that leads nowhere says so, in words only', async ({
  lab,
  page
}) => {
  await cached(lab);
  for (const [entry, words] of [
    ['0'.repeat(32), 'has no entry 0000'],
    ['0000', 'has no entry 0000 for this notebook'],
    [encodeURIComponent('<img src=x onerror=alert(1)>'), 'names is no entry']
  ] as const) {
    await follow(lab, addressOf(lab, entry));
    const notice = lab.notification('The link to cached outputs');
    await expect(notice).toContainText(words);
    await expect(notice.locator('img')).toHaveCount(0);
    await expect(lab.cells().first()).toBeVisible();
    expect(page.url()).not.toContain('cache=');
  }
});

test('a link is copied from the menu', async ({ lab, page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const entry = await cached(lab);
  await page.menu.clickMenuItem('Run>Copy Link to Cached Outputs');
  await expect(lab.notification('The link is copied.')).toBeVisible();
  const link = new URL(
    await page.evaluate(() => navigator.clipboard.readText())
  );
  expect(link.pathname + link.search).toBe(addressOf(lab, entry));
});
