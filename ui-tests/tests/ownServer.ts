import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from '@playwright/test';

const UI_TESTS = resolve(__dirname, '..');

/** As long as the shared server gets, see playwright.config.ts. */
const STOP_MS = 10_000;

/** What scripts/install_beside.py has installed, each in its own folder. */
const BESIDE = resolve(UI_TESTS, '..', 'build', 'beside');

/** A JupyterLab server that belongs to one test, which may stop it and start it again. */
export class OwnServer {
  /**
   * @param port - Where it listens.
   * @param beside - A package that it has and others lack; see scripts/install_beside.py.
   */
  constructor(
    private readonly port: number,
    private readonly beside?: string
  ) {
    mkdirSync(this.root);
  }

  /** Where it is found by a browser. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Its root folder on disk, which outlives the process. */
  get root(): string {
    return join(this.work, 'root');
  }

  /** Start the process, and wait until it answers. */
  async start(): Promise<void> {
    // Otherwise a stranger on this port would be taken for it.
    await expect(fetch(`${this.url}/api`)).rejects.toThrow();
    const log = openSync(join(this.work, 'server.log'), 'a');
    const place = (name: string) => join(this.work, name);
    const child = spawn(
      'jupyter',
      ['lab', '--config', 'jupyter_server_test_config.py'],
      {
        cwd: UI_TESTS,
        stdio: ['ignore', log, log],
        env: {
          ...process.env,
          ...(this.beside ? besideOf(this.beside) : {}),
          JUPYTERLAB_CACHE_UI_KEEP: '1',
          JUPYTERLAB_CACHE_UI_PORT: String(this.port),
          JUPYTERLAB_CACHE_UI_WORK: this.work,
          IPYTHONDIR: place('ipython'),
          JUPYTER_CONFIG_DIR: place('config'),
          JUPYTER_DATA_DIR: place('data'),
          JUPYTER_RUNTIME_DIR: place('runtime'),
          XDG_CACHE_HOME: place('cache')
        }
      }
    );
    this.child = child;
    process.once('exit', () => child.kill('SIGKILL'));
    await expect
      .poll(
        async () => {
          expect(child.exitCode, 'the exit code of the server').toBeNull();
          return (await fetch(`${this.url}/api`).catch(() => null))?.ok;
        },
        { timeout: 60_000 }
      )
      .toBe(true);
  }

  /** Stop the process as a service manager does, and wait until it is gone. */
  async stop(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await gone;
      clearTimeout(timer);
    }
  }

  /** Stop it for good, and remove its files. */
  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.work, { recursive: true, force: true, maxRetries: 5 });
  }

  private readonly work = mkdtempSync(join(tmpdir(), 'jupyterlab-cache-own-'));
  private child: ChildProcess | null = null;
}

/** The environment in which a server has a package that is not in its Python environment. */
function besideOf(name: string): Record<string, string> {
  const folder = join(BESIDE, name);
  if (!existsSync(folder)) {
    throw new Error(`Run scripts/install_beside.py: ${name} is not there.`);
  }
  const lib = join(folder, 'lib');
  const [python = ''] = readdirSync(lib);
  return {
    JUPYTERLAB_CACHE_UI_BESIDE: folder,
    JUPYTER_CONFIG_PATH: join(folder, 'etc', 'jupyter'),
    JUPYTER_PATH: join(folder, 'share', 'jupyter'),
    PYTHONPATH: join(lib, python, 'site-packages')
  };
}
