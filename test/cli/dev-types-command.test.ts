import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { checkByCommand } from '../../src/cli/dev-types-command.js';

const compiler = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function check(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'taskrouter-kit-')));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const file = join(folder, 'handlers/index.ts');
  return checkByCommand({ compiler, file, from: folder, paths: undefined });
}

const INDEX = "import { limit } from './limit.js';\nexport const twice: number = limit * 2;\n";

describe('types checked by the compiler’s command', () => {
  test('are right', async () => {
    expect(
      await check({ 'handlers/index.ts': INDEX, 'handlers/limit.ts': 'export const limit = 1;' }),
    ).toEqual([]);
  });

  test('are wrong in a file beside: each error with its place, on all its lines', async () => {
    const limit = "export const limit: number = 'one';\nexport const f: () => { a: 1 } = () => ({ a: 2 });\n";
    const errors = await check({ 'handlers/index.ts': INDEX, 'handlers/limit.ts': limit });
    expect(errors).toEqual([
      "handlers/limit.ts(1,14): error TS2322: Type 'string' is not assignable to type 'number'.",
      expect.stringMatching(/^handlers\/limit\.ts\(2,\d+\): error TS2322: /),
    ]);
  });

  test('follow the nearest tsconfig.json, which may list other files and write elsewhere', async () => {
    const loose = 'export const f = (x) => x;\n';
    expect(await check({ 'handlers/index.ts': loose })).toEqual([expect.stringContaining('TS7006')]);
    const config = {
      compilerOptions: { strict: false, outDir: 'out', rootDir: 'src', composite: true },
      include: ['src'],
    };
    expect(
      await check({
        'handlers/index.ts': loose,
        'src/other.ts': 'const wrong: string = 1;',
        'tsconfig.json': JSON.stringify(config),
      }),
    ).toEqual([]);
  });

  test('find @types that are installed beside the handlers', async () => {
    const files = {
      'node_modules/@types/node/index.d.ts': 'declare const fromNodeTypes: number;',
      'node_modules/@types/node/package.json': '{ "name": "@types/node", "version": "1.0.0" }',
      'handlers/index.ts': 'export const a: number = fromNodeTypes;',
    };
    expect(await check(files)).toEqual([]);
  });

  test('cannot be known when the compiler fails', async () => {
    await expect(
      checkByCommand({ compiler: '/nowhere', file: '/nowhere/index.ts', from: tmpdir(), paths: undefined }),
    ).rejects.toThrow('the compiler ended with 1');
  });
});
