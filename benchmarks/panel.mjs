// Unfolds the panel's section Cache, searches and scrolls in it, and prints as JSON how long that took.
//
//   node panel.mjs URL ROUNDS
import { launch } from './browser.mjs';

const [url, rounds] = process.argv.slice(2);
// The last letter of each finds fewer entries than there were before it.
const WORDS = ['notebook-1', 'part-03', 'notebook-12', 'ok part-05'];
const browser = await launch();

/** In the page: unfold the section, and wait until entries are painted. */
async function unfold() {
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
  const heading = [
    ...document.querySelectorAll('.jp-NotebookCache-panel h3')
  ].find(({ textContent }) => textContent.trim() === 'Cache');
  const begun = performance.now();
  heading.click();
  while (!document.querySelector('.jp-NotebookCache-cache li button')) {
    await frame();
  }
  // A frame begins before it is painted; the next one begins after that.
  await frame();
  return performance.now() - begun;
}

/** In the page: from the next key that is typed, the time until the count is another one and painted. */
function awaitResults() {
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
  const section = document.querySelector('.jp-NotebookCache-cache');
  const input = section.querySelector('input[type=search]');
  const state = () =>
    section.querySelector('[role=status]')?.textContent +
    (section.querySelector('li')?.textContent ?? '');
  window.measuredSearch = new Promise((resolve, reject) => {
    const before = state();
    const listener = async () => {
      const begun = performance.now();
      while (state() === before) {
        await frame();
        if (performance.now() - begun > 10_000) {
          reject(new Error(`Nothing came of the search: ${before}`));
          return;
        }
      }
      await frame();
      resolve(performance.now() - begun);
    };
    input.addEventListener('keydown', () => void listener(), { once: true });
  });
}

/** In the page: scroll from the first to the last row, a screen in four frames; times between frames. */
async function scroll() {
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
  const list = document.querySelector(
    '.jp-NotebookCache-cache .jp-NotebookCache-windowed'
  );
  const frames = [];
  list.scrollTop = 0;
  let last = await frame();
  for (let step = 0; step < 300; step++) {
    list.scrollTop += list.clientHeight / 4;
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  const filled = [];
  for (const share of [0.9, 0.2, 0.6, 0.4]) {
    const begun = performance.now();
    list.scrollTop = share * list.scrollHeight;
    await frame();
    while (list.querySelector('[aria-busy=true]')) {
      await frame();
    }
    filled.push(performance.now() - begun);
  }
  return { frames, filled };
}

/** Everything on one new page. */
async function visit() {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 }
  });
  const page = await context.newPage();
  // What an earlier page left unfolded would be so again.
  await page.goto(`${url}&reset`);
  await page.waitForFunction(
    () => window.jupyterapp?.commands.hasCommand('notebook-cache:show-panel'),
    undefined,
    { timeout: 120_000 }
  );
  await page.evaluate(async () => {
    await window.jupyterapp.restored;
    await window.jupyterapp.commands.execute('notebook-cache:show-panel');
  });
  // JupyterLab still draws itself; that is not measured.
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(2000);
  const first = await page.evaluate(unfold);
  // The store is summed up after the first entries are there, once.
  await page.getByText(/^Store: /).waitFor({ timeout: 60_000 });
  const search = [];
  const input = page.getByRole('searchbox', { name: 'Search entries' });
  for (const word of WORDS) {
    await input.fill('');
    await page.waitForTimeout(1000);
    await input.fill(word.slice(0, -1));
    await page.waitForTimeout(1000);
    await page.evaluate(awaitResults);
    await input.press(word.at(-1));
    search.push(await page.evaluate(() => window.measuredSearch));
  }
  await input.fill('');
  await page.waitForTimeout(1000);
  const { frames, filled } = await page.evaluate(scroll);
  await context.close();
  return { first: [first], search, frames, filled };
}

const results = { first: [], search: [], frames: [], filled: [] };
try {
  // The first page fills the server's own caches and is not counted.
  await visit();
  for (let round = 0; round < Number(rounds); round++) {
    for (const [key, values] of Object.entries(await visit())) {
      results[key].push(...values);
    }
  }
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(results));
