// The browser in which benchmarks measure.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(
  new URL('../ui-tests/package.json', import.meta.url)
);
const { chromium } = require('@playwright/test');

const executablePath = process.env.PLAYWRIGHT_CHROMIUM ?? '/usr/bin/chromium';

/** Start a browser that does nothing beside what it is asked for. */
export function launch() {
  return chromium.launch({
    ...(existsSync(executablePath) ? { executablePath } : {}),
    args: require('./chromiumArguments.json')
  });
}
