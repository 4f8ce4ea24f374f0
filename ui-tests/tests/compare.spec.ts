import type { Locator } from '@playwright/test';
import { expectAccessible, inBothThemes } from './accessibility';
import type { Lab } from './support';
import { expect, test } from './support';

/** Nine cells, of which the first and the last are going to be changed. */
const SOURCES = [
  "print('accuracy', 0.5)",
  ...Array.from({ length: 7 }, (_, index) => `kept = ${index}`),
  "print('loss', 0.25)"
];

/** A picture with a square of a colour in it, without any library. */
const PICTURE = `
import base64, struct, zlib
from IPython.display import Image, display

def chunk(name, data):
    body = name + data
    return struct.pack('>I', len(data)) + body + struct.pack('>I', zlib.crc32(body))

def picture(colour):
    rows = b''
    for y in range(100):
        rows += b'\\0' + b''.join(
            colour if 20 <= x < 70 and 20 <= y < 70 else b'\\xff\\xff\\xff' for x in range(100)
        )
    head = struct.pack('>IIBBBBB', 100, 100, 8, 2, 0, 0, 0)
    return (b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', head)
            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
`;

/** The comparison that is in front. */
function comparison(lab: Lab): Locator {
  return lab.page.getByRole('region', { name: /^Comparison of / });
}

/** One of its cells. */
function cell(lab: Lab, name: string): Locator {
  return comparison(lab)
    .getByRole('listitem')
    .filter({ has: lab.page.getByRole('button', { name }) });
}

/** The two columns of a cell's output. */
function sides(of: Locator): [Locator, Locator] {
  return [
    of.getByRole('group', { name: 'Before' }),
    of.getByRole('group', { name: 'After' })
  ];
}

/** Have a notebook cached. */
async function cached(lab: Lab, sources: readonly string[]): Promise<void> {
  lab.writeNotebook('a.ipynb', sources);
  await lab.open('a.ipynb');
  await lab.button('Cache this notebook').click();
  await expect(lab.chip()).toHaveText(/^Fresh$/, { timeout: 60_000 });
}

/** Replace the code of a cell, and run it by hand. */
async function rerun(
  lab: Lab,
  index: number,
  source: string,
  output: string | RegExp
): Promise<void> {
  await lab.editCell(index, source);
  await lab.page.keyboard.press('ControlOrMeta+Enter');
  await expect(
    lab.cells().nth(index).locator('.jp-OutputArea-child')
  ).toContainText(output, { timeout: 60_000 });
}

async function compare(lab: Lab): Promise<void> {
  await lab.page.evaluate(async () => {
    await window.jupyterapp.commands.execute('notebook-cache:compare');
  });
  await expect(comparison(lab)).toBeVisible();
}

test('a changed cell stands beside what is cached of it', async ({ lab }) => {
  await cached(lab, SOURCES);
  await rerun(lab, 0, "print('accuracy', 0.75)", 'accuracy 0.75');
  await rerun(lab, 8, "print('loss', 0.5)\nprint('done')", 'done');
  await expect(lab.chip()).toHaveText(/^Stale$/);
  await lab.openPanel();
  await lab
    .panel()
    .getByRole('button', { name: 'Compare with the cached outputs' })
    .click();

  await test.step('both outputs are there, with the number that changed', async () => {
    await expect(comparison(lab).getByRole('status')).toHaveText(
      'Of 9 cells: 2 changed. 2 outputs changed.'
    );
    const [before, after] = sides(cell(lab, 'Cell 1'));
    await expect(before).toHaveText('accuracy 0.5');
    await expect(after).toHaveText('accuracy 0.75');
    await expect(after.getByText('0.75')).toHaveAttribute(
      'title',
      '0.5 → 0.75 (+50 %)'
    );
    await expect(
      cell(lab, 'Cell 1').getByRole('textbox', { name: 'Code before' })
    ).toContainText("print('accuracy', 0.5)");
    await expect(
      cell(lab, 'Cell 1').getByRole('textbox', { name: 'Code after' })
    ).toContainText("print('accuracy', 0.75)");
  });

  await test.step('keys go from change to change', async () => {
    const heads = comparison(lab).getByRole('button', { name: /^Cell / });
    const list = comparison(lab).getByRole('list', { name: 'Cells' });
    await list.focus();
    await lab.page.keyboard.press('n');
    await expect(heads.nth(0)).toBeFocused();
    await lab.page.keyboard.press('n');
    await expect(heads.nth(1)).toBeFocused();
    await expect(heads.nth(1)).toHaveText(/^Cell 9/);
    await expect(comparison(lab).getByText('Change 2 of 2')).toBeVisible();
    await expect(sides(cell(lab, 'Cell 9'))[1]).toHaveText('loss 0.5\ndone');
    await lab.page.keyboard.press('Enter');
    await expect(heads.nth(1)).toHaveAttribute('aria-expanded', 'false');
    await lab.page.keyboard.press('p');
    await expect(heads.nth(0)).toBeFocused();
  });

  await test.step('unchanged cells are folded, and open when asked', async () => {
    await expect(comparison(lab).getByRole('listitem')).toHaveCount(3);
    await comparison(lab)
      .getByRole('button', { name: '7 unchanged cells' })
      .press('Enter');
    await expect(comparison(lab).getByRole('listitem')).toHaveCount(9);
  });

  await test.step('the largest change is named, and leads to its cell', async () => {
    const largest = comparison(lab).getByRole('button', {
      name: '0.25 → 0.5 (+100 %) in Cell 9'
    });
    await largest.click();
    await expect(
      comparison(lab).getByRole('button', { name: /^Cell 9/ })
    ).toBeFocused();
  });

  await inBothThemes(lab.page, () =>
    expectAccessible(lab.page, ['.jp-NotebookCache-compare'])
  );
});

test('what differs between two pictures is made visible', async ({ lab }) => {
  await cached(lab, [PICTURE, "display(Image(picture(b'\\x00\\x00\\xff')))"]);
  await lab.page.evaluate(async () => {
    await window.jupyterapp.commands.execute('notebook:run-all-cells');
  });
  await expect(lab.page.getByText(/\| Idle$/)).toBeVisible();
  await lab.editCell(
    1,
    "display(Image(picture(b'\\xff\\x00\\x00')))\nprint('red')"
  );
  await lab.page.keyboard.press('ControlOrMeta+Enter');
  await expect(lab.cells().nth(1).locator('pre')).toHaveText('red\n', {
    timeout: 60_000
  });
  await compare(lab);
  const changed = cell(lab, 'Cell 2');
  await expect(
    changed.getByRole('img', { name: 'Image before' })
  ).toBeVisible();
  await expect(changed.getByRole('img', { name: 'Image after' })).toBeVisible();
  // 50 × 50 of 100 × 100 pixels.
  const difference = changed.getByRole('img', {
    name: 'Difference: 25 % of the pixels'
  });
  await expect(difference).toBeVisible();
  const colours = await difference.evaluate((canvas: HTMLCanvasElement) => {
    const context = canvas.getContext('2d');
    const at = (x: number, y: number) => [
      ...(context?.getImageData(x, y, 1, 1).data ?? [])
    ];
    return { inside: at(40, 40), outside: at(5, 5) };
  });
  expect(colours.outside).toEqual([255, 255, 255, 255]);
  expect(colours.inside).not.toEqual(colours.outside);
  await inBothThemes(lab.page, () =>
    expectAccessible(lab.page, ['.jp-NotebookCache-compare'])
  );
});

test('tables, errors and drawings are shown, and nothing in them runs', async ({
  lab
}) => {
  const table = (value: string) =>
    `from IPython.display import HTML, SVG, display
display(HTML('<table><tr><td>size</td><td>${value}</td></tr></table>'
             '<img src="x" onerror="window.hasRun = 1"><script>window.hasRun = 1</scr' 'ipt>'))
display(SVG('<svg xmlns="http://www.w3.org/2000/svg" width="${value}" height="9">'
            '<script>window.hasRun = 1</scr' 'ipt><rect width="9" height="9"/></svg>'))
display({'application/javascript': 'window.hasRun = 1', 'text/plain': 'script ${value}'}, raw=True)
raise ValueError('at ${value}')`;
  lab.writeNotebook('a.ipynb', [table('12')]);
  await lab.open('a.ipynb');
  for (const value of ['12', '24']) {
    if (value === '24') {
      await lab.editCell(0, table(value));
      await lab.save();
    }
    await lab.button('Cache this notebook').click();
    await expect(
      lab.outputs().filter({ hasText: `ValueError: at ${value}` })
    ).toBeVisible({ timeout: 60_000 });
  }
  await lab.page.evaluate(async () => {
    await window.jupyterapp.commands.execute('notebook-cache:compare-entries');
  });
  const changed = cell(lab, 'Cell 1');
  await expect(changed.locator('td').filter({ hasText: '24' })).toBeVisible();
  await expect(changed.locator('td mark')).toHaveText(['12', '24']);
  await expect(changed.getByRole('img', { name: 'Image after' })).toBeVisible();
  await expect(changed.getByRole('img', { name: /^Difference/ })).toBeVisible();
  await expect(changed.getByText('script 24', { exact: true })).toBeVisible();
  await expect(
    changed.locator('.jp-RenderedText').filter({ hasText: 'ValueError' }).last()
  ).toContainText('at 24');
  // The notebook itself trusts what was executed here; the comparison trusts nothing.
  await expect(
    comparison(lab).locator('script, [onerror], .jp-RenderedJavaScript')
  ).toHaveCount(0);

  await test.step('another side can be chosen', async () => {
    await comparison(lab)
      .getByRole('combobox', { name: 'Before' })
      .selectOption('The document as it is now');
    await expect(comparison(lab).getByRole('status')).toHaveText(
      'No differences.'
    );
  });
  await inBothThemes(lab.page, () =>
    expectAccessible(lab.page, ['.jp-NotebookCache-compare'])
  );
});

test('a comparison says when the document was edited since', async ({
  lab
}) => {
  await cached(lab, ["print('one')"]);
  await compare(lab);
  await expect(comparison(lab).getByRole('status')).toHaveText(
    'No differences.'
  );
  await lab.page.evaluate(() => {
    const { shell } = window.jupyterapp;
    const [panel] = [...shell.widgets('main')].filter(
      widget => 'sessionContext' in widget
    ) as unknown as {
      model: { sharedModel: { cells: { setSource(text: string): void }[] } };
    }[];
    panel?.model.sharedModel.cells[0]?.setSource("print('two')");
  });
  await comparison(lab).getByRole('button', { name: 'Compare again' }).click();
  await expect(comparison(lab).getByRole('status')).toHaveText(
    'Of 1 cell: 1 changed.'
  );
});
