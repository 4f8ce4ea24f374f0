// Opens JupyterLab again and again, at two servers in turns, and prints as JSON how long each start took.
//
//   node start.mjs URL_WITH_EXTENSION URL_WITHOUT ROUNDS
import { launch } from './browser.mjs';

const [withExtension, without, rounds] = process.argv.slice(2);
const browser = await launch();

/** Milliseconds from navigation until the shell has restored its layout, and the extension's files that were loaded. */
async function start(url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      const isRestored =
        document.querySelector('.jp-LabShell .lm-DockPanel .lm-Widget') &&
        !document.getElementById('jupyterlab-splash');
      if (isRestored) {
        observer.disconnect();
        window.startedAfter = performance.now();
      }
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(url, { waitUntil: 'commit' });
  const handle = await page.waitForFunction(
    () => window.startedAfter,
    undefined,
    { timeout: 60_000 }
  );
  const milliseconds = await handle.jsonValue();
  await page.waitForLoadState('networkidle');
  const loaded = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname)
      .filter(path => path.includes('/extensions/jupyterlab-cache/static/'))
      .map(path => path.split('/').pop())
  );
  await context.close();
  return { milliseconds, loaded };
}

const result = { with: [], without: [], loaded: [] };
try {
  // The first start of each server fills its own caches and is not counted.
  await start(withExtension);
  await start(without);
  for (let round = 0; round < Number(rounds); round++) {
    // Whoever comes first in a pair changes from pair to pair.
    const turns = ['with', 'without'];
    for (const turn of round % 2 ? turns.reverse() : turns) {
      const url = turn === 'with' ? withExtension : without;
      const { milliseconds, loaded } = await start(url);
      result[turn].push(milliseconds);
      if (turn === 'with') {
        result.loaded.push(...loaded);
      } else if (loaded.length) {
        throw new Error('The server without the extension serves it');
      }
    }
  }
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(result));
