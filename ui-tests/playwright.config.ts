import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';

// Set once by the process that starts the tests and inherited by its workers and by the server.
process.env.JUPYTERLAB_CACHE_UI_WORK ??= mkdtempSync(
  join(tmpdir(), 'jupyterlab-cache-ui-')
);
process.env.JUPYTERLAB_CACHE_UI_PORT ??= String(20000 + (process.pid % 20000));

const work = process.env.JUPYTERLAB_CACHE_UI_WORK;
const url = `http://127.0.0.1:${process.env.JUPYTERLAB_CACHE_UI_PORT}`;

const reports = '../build/reports';

// Without either of the two, Playwright uses a browser that it installed itself.
const chromium = process.env.PLAYWRIGHT_CHROMIUM ?? '/usr/bin/chromium';

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  forbidOnly: Boolean(process.env.CI),
  // One server for all, and tests that measure should not measure each other.
  workers: 1,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: process.env.PLAYWRIGHT_JUNIT_OUTPUT_FILE
    ? [['list'], ['junit']]
    : [['list']],
  use: {
    baseURL: url,
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'off',
    video: 'off',
    launchOptions: {
      ...(existsSync(chromium) ? { executablePath: chromium } : {}),
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync'
      ]
    }
  },
  webServer: {
    command: `mkdir -p ${reports} && exec jupyter lab --config jupyter_server_test_config.py > ${reports}/server.log 2>&1`,
    url: `${url}/api`,
    timeout: 120_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
    // The settings and caches of the person who runs the tests stay out of them, and unharmed.
    env: {
      IPYTHONDIR: join(work, 'ipython'),
      JUPYTER_CONFIG_DIR: join(work, 'config'),
      JUPYTER_DATA_DIR: join(work, 'data'),
      JUPYTER_RUNTIME_DIR: join(work, 'runtime'),
      MPLCONFIGDIR: join(work, 'matplotlib'),
      XDG_CACHE_HOME: join(work, 'cache')
    }
  }
});
