import { rmSync } from 'node:fs';

/** Removes the folder in which the server and the tests worked. */
export default function teardown(): void {
  const work = process.env.JUPYTERLAB_CACHE_UI_WORK;
  if (work) {
    rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  }
}
