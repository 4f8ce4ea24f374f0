import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import chromiumArguments from './chromiumArguments.json';

/** Tests wait for pages and kernels most of the time, so two take hardly longer than one. */
const WORKERS = 2;

// Set once by the process that starts the tests and inherited by its workers.
process.env.JUPYTERLAB_CACHE_UI_ALL ??= mkdtempSync(
  join(tmpdir(), 'jupyterlab-cache-ui-')
);
process.env.JUPYTERLAB_CACHE_UI_FIRST_PORT ??= String(
  20000 + (process.pid % 20000)
);

/** Each worker has a server of its own: tests look at all jobs and kernels that there are. */
function placeOf(worker: number): { work: string; port: string; url: string } {
  const {
    JUPYTERLAB_CACHE_UI_ALL: all,
    JUPYTERLAB_CACHE_UI_FIRST_PORT: first
  } = process.env;
  // Servers that single tests start have the ports next to it.
  const port = String(Number(first) + 100 * worker);
  const work = join(all ?? '', String(worker));
  return { work, port, url: `http://127.0.0.1:${port}` };
}

const own = placeOf(Number(process.env.TEST_PARALLEL_INDEX ?? 0));
process.env.JUPYTERLAB_CACHE_UI_WORK = own.work;
process.env.JUPYTERLAB_CACHE_UI_PORT = own.port;

const reports = '../build/reports';

// Without either of the two, Playwright uses a browser that it installed itself.
const chromium = process.env.PLAYWRIGHT_CHROMIUM ?? '/usr/bin/chromium';

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  forbidOnly: Boolean(process.env.CI),
  workers: WORKERS,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: process.env.PLAYWRIGHT_JUNIT_OUTPUT_FILE
    ? [['list'], ['junit']]
    : [['list']],
  use: {
    baseURL: own.url,
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'off',
    video: 'off',
    launchOptions: {
      ...(existsSync(chromium) ? { executablePath: chromium } : {}),
      args: chromiumArguments
    }
  },
  webServer: Array.from({ length: WORKERS }, (_, worker) => {
    const { work, port, url } = placeOf(worker);
    const log = `${reports}/server-${worker}.log`;
    return {
      command: `mkdir -p ${reports} && exec jupyter lab --config jupyter_server_test_config.py > ${log} 2>&1`,
      url: `${url}/api`,
      timeout: 120_000,
      reuseExistingServer: false,
      gracefulShutdown: { signal: 'SIGTERM' as const, timeout: 10_000 },
      // The settings and caches of the person who runs the tests stay out of them, and unharmed.
      env: {
        JUPYTERLAB_CACHE_UI_WORK: work,
        JUPYTERLAB_CACHE_UI_PORT: port,
        IPYTHONDIR: join(work, 'ipython'),
        JUPYTER_CONFIG_DIR: join(work, 'config'),
        JUPYTER_DATA_DIR: join(work, 'data'),
        JUPYTER_RUNTIME_DIR: join(work, 'runtime'),
        MPLCONFIGDIR: join(work, 'matplotlib'),
        XDG_CACHE_HOME: join(work, 'cache')
      }
    };
  })
});
