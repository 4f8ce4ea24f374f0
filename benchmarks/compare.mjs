// Opens notebooks in JupyterLab, compares each with its cached outputs, and prints as JSON how long that took.
//
//   node compare.mjs URL ROUNDS NOTEBOOK…
import { launch } from './browser.mjs';

const [url, rounds, ...notebooks] = process.argv.slice(2);
const browser = await launch();

/** In the page: compare, wait for both outputs of the first change, then visit all changes. */
async function compareInPage() {
  const app = window.jupyterapp;
  const tasks = [];
  new PerformanceObserver(list =>
    tasks.push(...list.getEntries().map(entry => entry.duration))
  ).observe({ type: 'longtask' });
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
  const until = async condition => {
    while (!condition()) {
      await frame();
    }
  };
  const longest = () => Math.max(0, ...tasks.splice(0));
  const cell = index =>
    document.querySelectorAll('.jp-NotebookCache-cell')[index];
  const isDrawn = index =>
    cell(index)?.querySelector('.jp-NotebookCache-column mark') ||
    cell(index)?.querySelectorAll('.jp-NotebookCache-images img').length === 2;
  const isCompared = index => {
    const canvas = cell(index)?.querySelector('canvas');
    return !canvas || /\d/.test(canvas.getAttribute('aria-label') ?? '');
  };
  const begun = performance.now();
  void app.commands.execute('notebook-cache:compare');
  await until(() => isDrawn(0));
  const first = performance.now() - begun;
  await frame();
  await new Promise(resolve => setTimeout(resolve, 100));
  const stall = longest();
  const total = document.querySelectorAll('.jp-NotebookCache-cell').length;
  for (let index = 0; index < total; index++) {
    await app.commands.execute('notebook-cache:next-change');
    await until(() => isDrawn(index) && isCompared(index));
  }
  await new Promise(resolve => setTimeout(resolve, 100));
  return { first, stall, visiting: longest() };
}

async function compare(notebook) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 }
  });
  const page = await context.newPage();
  await page.goto(url.replace('lab?', `lab/tree/${notebook}?`));
  await page.waitForSelector('.jp-NotebookPanel .jp-CodeCell', {
    timeout: 120_000
  });
  await page.waitForFunction(
    () => window.jupyterapp.commands.isEnabled('notebook-cache:compare'),
    undefined,
    { timeout: 120_000 }
  );
  // JupyterLab draws the notebook bit by bit, and starts its kernel; that is not measured.
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(3000);
  const result = await page.evaluate(compareInPage);
  await context.close();
  return result;
}

const results = Object.fromEntries(notebooks.map(name => [name, []]));
try {
  for (let round = 0; round < Number(rounds); round++) {
    for (const name of notebooks) {
      results[name].push(await compare(name));
    }
  }
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(results));
