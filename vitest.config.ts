import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** What needs the machine to itself, and so comes after everything else. */
const ALONE = 'test/chaos/chaos.test.ts';

export default defineConfig({
  resolve: {
    // The tests import the package by its name, as users do, and get the sources.
    alias: [
      {
        find: 'next/server',
        replacement: fileURLToPath(new URL('test/support/next-server.ts', import.meta.url)),
      },
      { find: /^taskrouter-kit$/, replacement: source('index.ts') },
      { find: /^taskrouter-kit\/redis$/, replacement: source('idempotency/store/redis/redis-store.ts') },
      { find: /^taskrouter-kit\/rest$/, replacement: source('rest/index.ts') },
      { find: /^taskrouter-kit\/emulator$/, replacement: source('emulator/index.ts') },
      { find: /^taskrouter-kit\/workspace$/, replacement: source('workspace/index.ts') },
      { find: /^taskrouter-kit\/testing$/, replacement: source('testing/index.ts') },
    ],
  },
  test: {
    projects: [
      // No `exclude` here, because it would take the place of the one on the command line.
      { extends: true, test: { name: 'all', include: ['test/**/!(chaos).test.ts'] } },
      { extends: true, test: { name: 'alone', include: [ALONE], sequence: { groupOrder: 1 } } },
    ],
    globalSetup: ['test/support/redis-server.ts', 'test/support/chromium.ts'],
    // One for each core, where the default leaves a core out: most tests wait for processes, and on two cores one is too few.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What a process prints may take longer than the usual second where others work beside it.
    expect: { poll: { timeout: 30_000 } },
    // Real processes, browsers and servers on a machine that CI shares: what fails twice is broken. At home nothing is
    // retried, and nowhere a property, because the next try draws other examples and the one that failed would be lost.
    retry: process.env.CI === undefined ? 0 : { count: 1, condition: /^(?!Property failed)/ },
  },
});
