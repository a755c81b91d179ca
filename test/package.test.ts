import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isBuilt } from '../scripts/built.js';
import { heavyIn, installed, loadedBy, MOST_MB } from '../scripts/check-weight.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'taskrouter-kit-package-'));
const consumer = join(folder, 'consumer');
const packed = join(consumer, 'node_modules/taskrouter-kit');
let tarball = '';

/** A folder as after `npm install` of the tarball: the package, and above it what it depends on. */
beforeAll(() => {
  if (!isBuilt()) run(process.execPath, [join(root, 'scripts/build.js')], root);
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root),
  ) as [{ filename: string }];
  tarball = join(folder, filename);
  mkdirSync(packed, { recursive: true });
  run('tar', ['-xzf', tarball, '-C', packed, '--strip-components=1'], folder);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true }));

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Answers a signed callback by the package as it is installed; the same program for both kinds of modules. */
const PROGRAM = `
const authToken = 'f'.repeat(32);
const taskRouter = createTaskRouter({ authToken, publicUrl: 'https://hooks.example.com' })
  .onAssignment({ where: ({ task }) => task.attributes.type === 'chat' }, accept())
  .otherwise(defer());
const request = assignmentRequest({
  url: 'https://hooks.example.com/taskrouter/assignment',
  authToken,
  task: { type: 'chat' },
});
taskRouter.fetch()(new Request(request.url, request)).then(async (response) => {
  console.log(response.status, await response.text());
});
`;
const NAMES = 'accept, createTaskRouter, defer';
const ANSWER = '200 {"instruction":"accept"}\n';

describe('the packed package', () => {
  test('answers a signed callback in an ES module', () => {
    const imports = `import { ${NAMES} } from 'taskrouter-kit';\nimport { assignmentRequest } from 'taskrouter-kit/testing';`;
    writeFileSync(join(consumer, 'esm.mjs'), imports + PROGRAM);
    expect(run(process.execPath, ['esm.mjs'], consumer)).toBe(ANSWER);
  });

  test('and in a CommonJS module, without a warning', () => {
    const requires = `const { ${NAMES} } = require('taskrouter-kit');\nconst { assignmentRequest } = require('taskrouter-kit/testing');`;
    writeFileSync(join(consumer, 'cjs.cjs'), requires + PROGRAM);
    const { stdout, stderr } = spawnSync(process.execPath, ['cjs.cjs'], { cwd: consumer, encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: ANSWER, stderr: '' });
  });

  test('is one package, required or imported: the same classes and functions', () => {
    const entries = Object.keys(manifest().exports).filter((entry) => !entry.endsWith('.json'));
    const program = `
      const assert = require('node:assert'), url = require('node:url');
      (async () => {
        for (const entry of ${JSON.stringify(entries)}) {
          const name = 'taskrouter-kit' + entry.slice(1);
          const required = require(name), imported = await import(name);
          const file = await import(url.pathToFileURL(require.resolve(name)));
          assert.deepEqual(Object.keys(required).sort(), Object.keys(imported).sort());
          for (const key of Object.keys(imported)) {
            assert.equal(required[key], imported[key], name + ' ' + key);
            assert.equal(file[key], imported[key], name + ' ' + key + ', the CommonJS file imported');
          }
        }
        console.log('one');
      })();`;
    writeFileSync(join(consumer, 'both.cjs'), program);
    expect(run(process.execPath, ['both.cjs'], consumer)).toBe('one\n');
  });

  test.each([
    ['node10', ts.ModuleResolutionKind.Node10, ts.ModuleKind.CommonJS, 'use.ts'],
    ['node16, CommonJS', ts.ModuleResolutionKind.Node16, ts.ModuleKind.Node16, 'use.cts'],
    ['node16, ES module', ts.ModuleResolutionKind.Node16, ts.ModuleKind.Node16, 'use.mts'],
    ['bundler', ts.ModuleResolutionKind.Bundler, ts.ModuleKind.ESNext, 'use.ts'],
  ])('has types under moduleResolution %s', (_what, moduleResolution, module, file) => {
    writeFileSync(join(consumer, file), USE);
    expect(complaints(join(consumer, file), { moduleResolution, module })).toEqual([]);
  });

  test('has no source map, and no comment that leads to one', () => {
    const files = readdirSync(packed, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => file.endsWith('.map'))).toEqual([]);
    for (const file of files.filter((name) => /\.[cm]?js$/.test(name))) {
      expect(readFileSync(join(packed, file), 'utf8').includes('sourceMappingURL='), file).toBe(false);
    }
  });

  test('has what its manifest names, and the command line', () => {
    const { bin, version } = manifest();
    expect(run(process.execPath, [join(packed, bin.taskrouter), '--version'], consumer)).toBe(`${version}\n`);
  });

  test('publint has nothing to say', () => {
    const publint = run(
      process.execPath,
      [join(root, 'node_modules/publint/src/cli.js'), packed, '--strict'],
      root,
    );
    expect(publint).toContain('All good!');
  });

  test('are-the-types-wrong has nothing to say', () => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const { status, stdout } = spawnSync(process.execPath, [attw, tarball, '--no-emoji'], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('No problems found');
    expect(status).toBe(0);
  });
});

describe('the weight of an installation', () => {
  test(`is at most ${MOST_MB} MB with all dependencies`, () => {
    const packages = installed();
    const names = packages.map(({ name }) => name);
    // The sum would be worthless if it missed a dependency, its own dependencies, or what is packed.
    expect(names).toEqual(expect.arrayContaining(['taskrouter-kit', 'express', 'bintrees']));
    expect(names).not.toContain('typescript');
    expect(packages.reduce((sum, { mb }) => sum + mb, 0)).toBeLessThan(MOST_MB);
  });

  test('importing the package loads nothing heavy; the look finds what another entry loads', () => {
    expect(heavyIn(loadedBy())).toEqual([]);
    expect(heavyIn(loadedBy(join(root, 'dist/emulator/index.js')))).toEqual(['express']);
    expect(heavyIn(loadedBy(join(root, 'dist/mcp/index.js')))).toEqual(['@modelcontextprotocol/sdk']);
  });

  test('has the licence of everything that is bundled', () => {
    const text = readFileSync(join(packed, 'dist/mcp/LICENSES.txt'), 'utf8');
    for (const name of ['@modelcontextprotocol/sdk', 'zod', 'ajv'])
      expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
  });
});

/** What the compiler says of a program and of the package's declarations: these alone, the libraries take long. */
function complaints(file: string, options: ts.CompilerOptions): readonly string[] {
  const all: ts.CompilerOptions = { ...COMPILER_OPTIONS, ...options };
  const host = ts.createCompilerHost(all);
  host.getCurrentDirectory = () => consumer;
  const program = ts.createProgram([file], all, host);
  const ours = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(consumer));
  expect(ours.length).toBeGreaterThan(10);
  return [
    ...program.getOptionsDiagnostics(),
    ...ours.flatMap((one) => [
      ...program.getSyntacticDiagnostics(one),
      ...program.getSemanticDiagnostics(one),
    ]),
  ].map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const COMPILER_OPTIONS: ts.CompilerOptions = {
  ...{ strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, ignoreDeprecations: '6.0' },
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
};

interface Manifest {
  readonly version: string;
  readonly exports: Record<string, unknown>;
  readonly bin: Record<'taskrouter', string>;
}
const manifest = () => JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8')) as Manifest;

/** Uses something of each entry; what must not compile is said so. Declarations are checked too: no skipLibCheck. */
const USE = `
import { accept, ConfigurationError, createTaskRouter, defer, type TaskRouter } from 'taskrouter-kit';
import { createEmulator } from 'taskrouter-kit/emulator';
import { redisStore } from 'taskrouter-kit/redis';
import { createTaskRouterClient, type TaskRouterClient } from 'taskrouter-kit/rest';
import { assignmentRequest, runHandler } from 'taskrouter-kit/testing';

const client: TaskRouterClient = createTaskRouterClient();
const router: TaskRouter = createTaskRouter({ authToken: 'token', client })
  .onAssignment({ queue: 'Support' }, ({ task }) => (task.age === 0 ? accept() : defer()))
  .onEvent('task.created', ({ task }) => task.sid.length)
  .otherwise(defer());
// @ts-expect-error no such event
router.onEvent('task.creatd', () => {});
const url: string = assignmentRequest({ url: 'https://example.com', authToken: 'token' }).url;
export const decision = runHandler(accept());
export const isOurs = (error: unknown): error is ConfigurationError => error instanceof ConfigurationError;
export const used = [createEmulator, redisStore, url, router.express()];
`;
