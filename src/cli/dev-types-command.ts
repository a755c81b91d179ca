import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface CommandCheck {
  /** The folder of the package `typescript`. */
  readonly compiler: string;
  readonly file: string;
  /** Errors name paths from here. */
  readonly from: string;
  /** What the package's own names stand for, if not for what is installed. */
  readonly paths: Readonly<Record<string, readonly string[]>> | undefined;
}

/**
 * Checks a file and what it imports by the compiler's command. TypeScript 7 has no stable interface for other programs,
 * but its command takes a tenth of a second or two.
 *
 * @returns every error, as the compiler writes it.
 * @throws {Error} when the compiler itself fails.
 */
export async function checkByCommand({
  compiler,
  file,
  from,
  paths,
}: CommandCheck): Promise<readonly string[]> {
  const config = findUp(dirname(file), 'tsconfig.json');
  const options = {
    noEmit: true,
    incremental: false,
    composite: false,
    rootDir: null,
    outDir: null,
    ...(paths === undefined ? {} : { paths }),
    // The default is looked for beside the configuration, which is elsewhere.
    ...(config !== undefined && readFileSync(config, 'utf8').includes('"typeRoots"')
      ? {}
      : { typeRoots: typeRoots(dirname(file)) }),
  };
  const folder = mkdtempSync(join(tmpdir(), 'taskrouter-kit-types-'));
  try {
    const project = join(folder, 'tsconfig.json');
    const whole =
      config === undefined
        ? { compilerOptions: { ...withoutConfig(file), ...options } }
        : { extends: config, compilerOptions: options };
    writeFileSync(project, JSON.stringify({ ...whole, files: [file], include: [], references: [] }));
    const { code, stdout, stderr } = await run(
      [join(compiler, 'bin/tsc'), '-p', project, '--pretty', 'false'],
      from,
    );
    const errors = stdout.split(/\n(?=\S)/).filter((one) => /\berror TS\d+: /.test(one));
    if (code !== 0 && errors.length === 0)
      throw new Error(`the compiler ended with ${code}: ${(stderr || stdout).trim().slice(0, 500)}`);
    return errors.map((one) => one.trimEnd());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What fits the program that runs handlers: any module that a bundler would take. */
const withoutConfig = (file: string) => ({
  target: 'es2023',
  module: 'esnext',
  moduleResolution: 'bundler',
  strict: true,
  skipLibCheck: true,
  esModuleInterop: true,
  allowImportingTsExtensions: true,
  types: findUp(dirname(file), 'node_modules/@types/node') === undefined ? [] : ['node'],
});

/** The `node_modules/@types` of a folder and those above it. */
function typeRoots(folder: string): readonly string[] {
  const above = dirname(folder) === folder ? [] : typeRoots(dirname(folder));
  const own = join(folder, 'node_modules/@types');
  return existsSync(own) ? [own, ...above] : above;
}

function findUp(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  return dirname(folder) === folder ? undefined : findUp(dirname(folder), name);
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        text[name] += chunk;
      });
    }
    child.on('error', reject).on('close', (code) => resolve({ code, ...text }));
  });
}
