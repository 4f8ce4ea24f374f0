import { execFileSync } from 'node:child_process';
import type { Page } from '@playwright/test';
import { expectAccessible } from './accessibility';
import type { Lab } from './support';
import { expect, serverRoot, test } from './support';

/** Each of these would leave its name in the page if it ran. */
const ATTACKS: Record<string, string>[] = [
  {
    'text/html':
      '<b>stranger</b><script>ran("script")</script><img src="nowhere" onerror="ran(\'img\')">' +
      '<iframe srcdoc="<script>parent.ran(\'frame\')</script>"></iframe>' +
      '<a href="javascript:ran(\'link\')">a link</a>'
  },
  {
    'application/javascript': 'ran("javascript")',
    'text/plain': 'a script'
  },
  {
    'image/svg+xml':
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="ran(\'svg\')">' +
      '<script>ran("svg script")</script></svg>',
    'text/plain': 'a picture'
  },
  {
    'text/markdown':
      '*text* <img src="nowhere" onerror="ran(\'markdown\')"> [a link](javascript:ran("markdown"))'
  },
  { 'text/latex': '$\\href{javascript:ran("latex")}{x}$' }
];

/** Puts an entry into the store as somebody does who has another key, and says what he likes. */
const PLANT = `
import json, sys
import msgspec
from jupyterlab_cache.cache import NotebookCache
from jupyterlab_cache.store.signatures import KeyRing

root, path = sys.argv[1:]
cache = NotebookCache(root, keys=KeyRing(b"somebody else"))
stored = cache.capture(path)
store = cache.locate(path)[0].store
store.remove(stored.id)
store.put(msgspec.structs.replace(stored.entry, provenance="executed", seconds=3.0))
`;

/** A notebook without outputs, and a foreign entry that has some for it. */
function plant(lab: Lab, name: string): void {
  const cells = ATTACKS.map((_, index) => `show(${index})`);
  lab.writeNotebook(name, cells);
  const empty = lab.read(name);
  const notebook = JSON.parse(empty) as { cells: object[] };
  notebook.cells = notebook.cells.map((cell, index) => ({
    ...cell,
    execution_count: index + 1,
    outputs: [
      { output_type: 'display_data', metadata: {}, data: ATTACKS[index] }
    ]
  }));
  lab.write(name, JSON.stringify(notebook));
  execFileSync('python', ['-c', PLANT, serverRoot(), `${lab.folder}/${name}`]);
  lab.write(name, empty);
}

/** What ran so far. */
async function ran(page: Page): Promise<string[]> {
  return page.evaluate(
    () => (window as unknown as { didRun?: string[] }).didRun ?? ['no page']
  );
}

test('nothing of a foreign entry runs before a person trusts it', async ({
  lab,
  page
}) => {
  await page.evaluate(() => {
    const did: string[] = [];
    Object.assign(window, {
      didRun: did,
      ran: (what: string) => did.push(what)
    });
  });
  plant(lab, 'foreign.ipynb');
  await lab.open('foreign.ipynb');
  const panel = lab.panel();

  await test.step('it is told whose it is', async () => {
    await expect(lab.chip()).toHaveText('Fresh, not ours');
    await expect(
      lab.notification('Outputs from elsewhere are stored for it')
    ).toBeVisible();
    await lab.chip().click();
    await expect(lab.reasons()).toContainText('from elsewhere, not trusted');
    await page.keyboard.press('Escape');
    await lab.openPanel();
    const entries = panel.getByRole('list', {
      name: 'Entries of this notebook'
    });
    await expect(entries).toContainText('from elsewhere, not trusted');
  });

  await test.step('compared', async () => {
    await panel
      .getByRole('button', { name: 'Compare with the cached outputs' })
      .click();
    const region = page.getByRole('region', { name: /^Comparison of / });
    await expect(region.getByText('stranger')).toBeVisible();
    await expect(region).toContainText('from elsewhere, not trusted');
    await expect(region.getByRole('img').first()).toBeVisible();
    for (const link of await region.getByText('a link').all()) {
      await link.click();
    }
    expect(await ran(page)).toEqual([]);
    await page.activity.closePanel('Compare foreign.ipynb').catch(() => null);
    await page.activity.activateTab('foreign.ipynb');
  });

  await test.step('restored into the open document', async () => {
    await lab.button('Restore cached outputs').click();
    await expect(
      lab.notification('These outputs are from elsewhere')
    ).toBeVisible();
    await expect(lab.outputs().first()).toContainText('stranger');
    for (const link of await lab.notebook().getByText('a link').all()) {
      await link.click();
    }
    await expect(lab.chip()).toHaveText('Fresh, not ours');
    expect(await ran(page)).toEqual([]);
  });

  await test.step('saved, and opened again', async () => {
    await lab.save();
    await page.notebook.close(false);
    await lab.open('foreign.ipynb');
    await expect(lab.outputs().first()).toContainText('stranger');
    expect(await ran(page)).toEqual([]);
  });

  await test.step('trusted after a question that says what it means', async () => {
    await panel.getByRole('button', { name: 'Trust this entry…' }).click();
    const dialog = page.getByRole('dialog').filter({
      hasText: 'Trust this entry?'
    });
    await expect(dialog).toContainText(
      'may run code in your browser when restored: application/javascript, image/svg+xml, text/html, text/markdown'
    );
    await expectAccessible(page, [
      '.jp-NotebookCache-trust',
      '.jp-NotebookCache'
    ]);
    // A hasty Enter says no.
    await page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect(lab.chip()).toHaveText('Fresh, not ours');
    await panel.getByRole('button', { name: 'Trust this entry…' }).click();
    await dialog.getByRole('button', { name: 'Trust This Entry' }).click();
    await expect(lab.chip()).toHaveText('Fresh');
    await expect(panel).toContainText('from elsewhere, trusted by you');
  });

  await test.step('then it is as our own', async () => {
    await lab.button('Restore cached outputs').click();
    await expect.poll(() => ran(page)).toContain('script');
  });

  await test.step('and no more', async () => {
    const trust = panel.getByRole('button', { name: /^Trust: the entry made/ });
    await expect(trust).toHaveAttribute('aria-pressed', 'true');
    await trust.click();
    await expect(lab.chip()).toHaveText('Fresh, not ours');
    await expect(trust).toHaveAttribute('aria-pressed', 'false');
  });
});
