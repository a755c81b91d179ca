import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The packages that are loaded once the given module is, in a process of its own. */
function loadedBy(module: string): string[] {
  const program = `
    import { createRequire } from 'node:module';
    await import(${JSON.stringify(module)});
    const files = Object.keys(createRequire(import.meta.url).cache);
    console.log(JSON.stringify(files));`;
  const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: root,
    encoding: 'utf8',
  });
  const files = JSON.parse(out) as string[];
  return [...new Set(files.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? ''))];
}

test('importing the package loads neither Express, ioredis, pino, prom-client nor commander', () => {
  const loaded = loadedBy('./src/index.ts');
  // The look would be worthless if it saw nothing at all.
  expect(loaded).toContain('express-validator');
  for (const heavy of ['express', 'ioredis', 'pino', 'prom-client', 'commander'])
    expect(loaded).not.toContain(heavy);
});

test('the Redis store loads no driver', () => {
  expect(loadedBy('./src/idempotency/store/redis/redis-store.ts')).not.toContain('ioredis');
  expect(loadedBy('./src/server/redis.ts')).toContain('ioredis');
});
