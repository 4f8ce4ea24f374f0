// Opens notebooks in JupyterLab without their outputs and restores these, and prints as JSON how long that took.
//
//   node opening.mjs URL ROUNDS NOTEBOOK…
import { launch } from './browser.mjs';

const [url, rounds, ...notebooks] = process.argv.slice(2);
const browser = await launch();

/** In the page: open a notebook, wait for its verdict, restore. */
async function openInPage(path) {
  const app = window.jupyterapp;
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
  const until = async condition => {
    while (!condition()) {
      await frame();
    }
  };
  const chip = () =>
    document.querySelector('.jp-NotebookPanel [role="status"]')?.textContent;
  const begun = performance.now();
  const panel = await app.commands.execute('docmanager:open', { path });
  await panel.revealed;
  await until(() => document.querySelector('.jp-CodeCell .cm-content'));
  const opened = performance.now() - begun;
  await until(() => chip()?.startsWith('Fresh'));
  const verdict = performance.now() - begun;

  // What opening does beside must not count for restoring.
  await panel.sessionContext.ready;
  await new Promise(resolve => setTimeout(resolve, 1500));
  const clicked = performance.now();
  await app.commands.execute('notebook-cache:restore');
  const restored = performance.now() - clicked;
  await until(() =>
    document.querySelector('.jp-CodeCell .jp-OutputArea-child')
  );
  await frame();
  const drawn = performance.now() - clicked;
  const cells = [...panel.content.model.cells];
  if (!cells.every(cell => cell.outputs.length > 0)) {
    throw new Error(`Not all outputs of ${path} were restored.`);
  }
  return { opened, verdict, restored, drawn };
}

async function measure(notebook) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 }
  });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(url);
  await page.waitForFunction(
    () => window.jupyterapp && !document.getElementById('jupyterlab-splash')
  );
  await page.evaluate(() => window.jupyterapp.restored);
  await page.waitForLoadState('networkidle');
  const measured = await page.evaluate(openInPage, notebook);
  await context.close();
  return measured;
}

const result = Object.fromEntries(notebooks.map(name => [name, []]));
try {
  // The first page fills the server's caches and is not counted.
  await measure(notebooks[0]);
  for (let round = 0; round < Number(rounds); round++) {
    for (const notebook of notebooks) {
      result[notebook].push(await measure(notebook));
    }
  }
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(result));
