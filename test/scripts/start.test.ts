import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'taskrouter-kit-start-'));
afterAll(() => rmSync(folder, { recursive: true }));

const put = (file: string, text: string) => {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
};
const start = () => spawnSync(process.execPath, ['scripts/start.js'], { cwd: folder, encoding: 'utf8' });

test('npm start does not run what did not compile, the second time as little as the first', () => {
  mkdirSync(join(folder, 'scripts'));
  for (const name of ['start.js', 'built.js', 'build.js', 'bundle-rest.js', 'build-cjs.js']) {
    copyFileSync(join(root, 'scripts', name), join(folder, 'scripts', name));
  }
  for (const name of ['tsconfig.json', 'tsconfig.build.json', 'handlers/tsconfig.json']) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    copyFileSync(join(root, name), join(folder, name));
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  put('package.json', '{ "type": "module", "exports": {} }');
  put('handlers/index.ts', 'export default [];\n');
  put('src/cli/main.ts', "console.log('it runs');\nconst port: number = 'none';\nexport { port };\n");
  for (let i = 0; i < 2; i++) {
    const { status, stdout } = start();
    expect(stdout).toContain("Type 'string' is not assignable to type 'number'");
    expect(stdout).not.toContain('it runs');
    expect(status).not.toBe(0);
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  }
  // The same when handlers alone are wrong, which are built last.
  put('src/cli/main.ts', "console.log('it runs');\nexport {};\n");
  put('handlers/index.ts', 'export default missing;\n');
  for (let i = 0; i < 2; i++) {
    const { status, stdout } = start();
    expect([status === 0, stdout.includes('it runs')]).toEqual([false, false]);
  }
}, 60_000);
