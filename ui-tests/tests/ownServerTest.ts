import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { OwnServer } from './ownServer';
import { Lab, test as shared } from './support';

/** The folder of the notebooks on such a server. */
export const FOLDER = 'project';

interface IOwn {
  /** The server. */
  readonly server: OwnServer;
}

type Test = ReturnType<typeof shared.extend<IOwn>>;

/**
 * A test with a server of its own, whose folder of notebooks is empty, and which is not started yet.
 *
 * @param offset - Added to the port of the shared server; another one for each file of tests.
 * @param beside - A package that the server has and others lack; see scripts/install_beside.py.
 */
export function testWithOwnServer(offset: number, beside?: string): Test {
  const port = Number(process.env.JUPYTERLAB_CACHE_UI_PORT) + offset;
  const test = shared.extend<IOwn>({
    // The page needs the address, so it is closed before the server is stopped for good.
    server: async ({ appPath: _ }, use) => {
      const server = new OwnServer(port, beside);
      mkdirSync(join(server.root, FOLDER));
      try {
        await use(server);
      } finally {
        await server.dispose();
      }
    },
    baseURL: async ({ server }, use) => {
      await use(server.url);
    },
    lab: async ({ page, server }, use) => {
      await use(new Lab(page, FOLDER, server.root));
    }
  });
  // This server ends what runs in it, and none of that needs to be followed.
  test.use({
    autoGoto: false,
    kernels: null,
    sessions: null,
    terminals: null,
    tmpPath: FOLDER
  });
  return test;
}
