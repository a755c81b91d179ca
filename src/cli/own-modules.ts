import type { Modules } from '../workspace/import-file.js';

/** This package as it runs in this process, for the files of users: a second copy would have classes of its own. */
export async function ownModules(): Promise<Modules> {
  const [main, emulator, redis, rest, testing, workspace] = await Promise.all([
    import('../index.js'),
    import('../emulator/index.js'),
    import('../idempotency/store/redis/redis-store.js'),
    import('../rest/index.js'),
    import('../testing/index.js'),
    import('../workspace/index.js'),
  ]);
  return {
    'taskrouter-kit': main,
    'taskrouter-kit/emulator': emulator,
    'taskrouter-kit/redis': redis,
    'taskrouter-kit/rest': rest,
    'taskrouter-kit/testing': testing,
    'taskrouter-kit/workspace': workspace,
  };
}
