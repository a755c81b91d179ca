import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../scripts/check-imports.js', import.meta.url));

/** Checks a tree made of these files, or the project's own. */
function check(files?: Readonly<Record<string, string>>, ...flags: string[]) {
  const root = mkdtempSync(join(tmpdir(), 'taskrouter-kit-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const folder of ['src', 'handlers']) mkdirSync(join(root, folder));
  for (const [path, text] of Object.entries(files ?? {})) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { status, stderr } = spawnSync(process.execPath, files ? [SCRIPT, root, ...flags] : [SCRIPT], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

test('the imports of this project keep the direction', () => {
  expect(check()).toEqual({ status: 0, stderr: '' });
});

test('an import against the direction is named with file, line and rule', () => {
  const { status, stderr } = check({
    'src/callbacks/a.ts': "import { x } from './b.js';\n\nimport { y } from '../http/core.js';\n",
    'src/emulator/engine/a.ts': "export { x } from '../api/app.js';",
    'src/emulator/api/a.ts': "const x = await import('../../callbacks/a.js');",
    'src/errors.ts': "import type { X } from './index.js';",
    'src/newcomer/a.ts': "import '../errors.js';",
    'src/index.ts': "import '../handlers/index.js';",
  });
  expect(status).toBe(1);
  expect(stderr).toContain('src/callbacks/a.ts:3: imports ../http/core.js: callbacks may import signature,');
  expect(stderr).toContain(
    'src/emulator/engine/a.ts:1: imports ../api/app.js: emulator/engine may import expressions,',
  );
  expect(stderr).toContain('src/emulator/api/a.ts:1: imports ../../callbacks/a.js: emulator may import');
  expect(stderr).toContain('src/errors.ts:1: imports ./index.js: errors may import no other part');
  expect(stderr).toContain('src/newcomer/a.ts:1: imports ../errors.js: this folder has no row in MAY_IMPORT');
  expect(stderr).toContain('src/index.ts:1: imports ../handlers/index.js: src/ imports nothing outside');
  expect(stderr).toContain('6 imports against the direction');
});

test('a package outside of its place is named, and a type of Express may be used in its adapter', () => {
  const { status, stderr } = check({
    'src/http/express.ts': "import type { Request } from 'express';",
    'src/http/node.ts': "import type { Request } from 'express';",
    'src/http/core.ts': "import express from 'express';\nimport type { Redis } from 'ioredis';",
    'src/idempotency/store/redis/redis-store.ts': "import { Redis } from 'ioredis';",
    'src/callbacks/a.ts': "import { body } from 'express-validator';\n// import pino from 'pino';",
    'src/cli/main.ts': "import { Command } from 'commander';",
    'src/server/app.ts': "import express from 'express';\nimport { pino } from 'pino';",
  });
  expect(status).toBe(1);
  expect(
    stderr
      .trim()
      .split('\n')
      .map((line) => line.split(': ')[0]),
  ).toEqual(
    expect.arrayContaining([
      'src/http/node.ts:1',
      'src/http/core.ts:1',
      'src/http/core.ts:2',
      'src/callbacks/a.ts:1',
    ]),
  );
  expect(stderr).toContain('4 imports against the direction');
});

test('rest/ is imported by its index, for its types alone by the router, and never by callbacks', () => {
  const { status, stderr } = check({
    'src/task-router.ts': "import type { A } from './rest/index.js';",
    'src/index.ts': "export { a } from './rest/index.js';",
    'src/server/serve.ts':
      "const a = await import('../rest/index.js');\nimport { b } from '../rest/names.js';",
    'src/callbacks/client.ts': "import type { A } from '../rest/index.js';",
    'src/rest/client.ts': "import { b } from './names.js';",
  });
  expect(status).toBe(1);
  expect(stderr).toContain('src/index.ts:1: imports ./rest/index.js: index may import types alone from rest');
  expect(stderr).toContain('src/server/serve.ts:2: imports ../rest/names.js: rest/ is one file once built');
  expect(stderr).toContain(
    'src/callbacks/client.ts:1: imports ../rest/index.js: callbacks may import signature,',
  );
  expect(stderr).toContain('3 imports against');
});

test('handlers are written as users write them', () => {
  const { status, stderr } = check({
    'handlers/index.ts': "import { defer } from 'taskrouter-kit';\nimport chat from './chat.js';",
    'handlers/chat.ts': "import { accept } from '../src/index.js';",
  });
  expect(status).toBe(1);
  expect(stderr).toContain(
    'handlers/chat.ts:1: imports ../src/index.js: handlers/ imports taskrouter-kit by its name',
  );
  expect(stderr).toContain('1 import against');
});

test('a circle is named once with its whole way, also one that only types make', () => {
  const { status, stderr } = check({
    'src/rest/c.ts': "import { a } from './a.js';",
    'src/rest/b.ts': "export { c } from './c.js';",
    'src/rest/a.ts': "import { b } from './b.js';\nimport { d } from './d.js';",
    'src/rest/d.ts': "import type { E } from './e.js';",
    'src/rest/e.ts': "import type { D } from './d.js';\nimport './f.js';",
    'src/rest/f.ts': 'export const f = 1;',
  });
  expect(status).toBe(1);
  expect(stderr.trim().split('\n').slice(0, -1).toSorted()).toEqual([
    'src/rest/a.ts: imports itself in a circle: src/rest/a.ts -> src/rest/b.ts -> src/rest/c.ts -> src/rest/a.ts',
    'src/rest/d.ts: imports itself in a circle: src/rest/d.ts -> src/rest/e.ts -> src/rest/d.ts',
  ]);
});

test('files that are reached by two ways make no circle', () => {
  const files = {
    'src/rest/a.ts': "import './b.js';\nimport './c.js';",
    'src/rest/b.ts': "import './d.js';",
    'src/rest/c.ts': "import './d.js';",
    'src/rest/d.ts': 'export const d = 1;',
  };
  expect(check(files)).toEqual({ status: 0, stderr: '' });
});

test('a rule about what does not exist, and a folder without a rule, are named in a whole project', () => {
  const files = {
    'src/rest/index.ts': 'export {};',
    'src/errors.ts': 'export {};',
    'src/newcomer/a.ts': 'export {};',
  };
  expect(check(files).status).toBe(0);
  const { status, stderr } = check(files, '--whole');
  expect(status).toBe(1);
  expect(stderr).toContain('src/emulator/engine does not exist: take it out of the rules');
  expect(stderr).toContain('src/http/express.ts does not exist');
  expect(stderr).toContain('src/newcomer/ has no row in MAY_IMPORT');
  expect(stderr).not.toMatch(/src\/(rest|errors)\b/);
});
