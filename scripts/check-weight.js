// Fails when the package grows too heavy, or too slow to import: what npm installs with it in all, and what importing it
// loads. Run after a build. Usage: node scripts/check-weight.js
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What an installation may take, in megabytes (10^6 bytes of files): the package and all it depends on. */
export const MOST_MB = 23.3;

/** What importing `taskrouter-kit` must not load: servers, drivers, and what only the command line needs. */
export const HEAVY = [
  'express',
  'ioredis',
  'pino',
  'prom-client',
  'commander',
  'yaml',
  'chokidar',
  'jiti',
  'tsx',
  'ws',
  'jose',
  '@modelcontextprotocol/sdk',
];

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * The packages an installation brings, with their megabytes, the heaviest first.
 * @returns {{ readonly name: string, readonly mb: number }[]}
 */
export function installed() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const dependencies = Object.entries(packages)
    .filter(
      ([path, entry]) => path !== '' && !entry.dev && !entry.optional && !entry.peer && !entry.devOptional,
    )
    .filter(([path]) => existsSync(join(root, path)))
    .map(([path]) => ({ name: path.replace(/^node_modules\//, ''), mb: bytesIn(join(root, path)) / 1e6 }));
  return [{ name: 'taskrouter-kit', mb: packedBytes() / 1e6 }, ...dependencies].sort((a, b) => b.mb - a.mb);
}

function packedBytes() {
  const out = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return Number(JSON.parse(out)[0].unpackedSize);
}

/**
 * The bytes of a package's own files: what is nested in its node_modules has an entry of its own.
 * @param {string} folder
 * @returns {number}
 */
function bytesIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .map((entry) => join(folder, entry.name))
    .reduce((sum, path) => {
      const stat = lstatSync(path);
      return sum + (stat.isDirectory() ? bytesIn(path) : stat.size);
    }, 0);
}

/**
 * The files a process has loaded once it has imported a module, CommonJS and ES modules alike: V8's coverage lists every
 * script, in every release of Node.
 * @param {string} [module] Default: the built package's own entry.
 * @returns {string[]}
 */
export function loadedBy(module = join(root, 'dist/index.js')) {
  const folder = mkdtempSync(join(tmpdir(), 'weight-'));
  try {
    execFileSync(process.execPath, ['--input-type=module', '-e', `await import(${JSON.stringify(module)})`], {
      env: { ...process.env, NODE_V8_COVERAGE: folder },
    });
    return readdirSync(folder).flatMap((file) =>
      JSON.parse(readFileSync(join(folder, file), 'utf8')).result.map(({ url }) => url),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The heavy packages among files that were loaded; `dist/mcp/` has one of them in it.
 * @param {readonly string[]} files
 */
export function heavyIn(files) {
  const names = files.map((file) => {
    if (/[\\/]dist[\\/]mcp[\\/]/.test(file)) return '@modelcontextprotocol/sdk';
    return /.*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1]?.replace('\\', '/');
  });
  return HEAVY.filter((name) => names.includes(name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const packages = installed();
  const mb = packages.reduce((sum, one) => sum + one.mb, 0);
  const heavy = heavyIn(loadedBy());
  const heaviest = packages.slice(0, 8).map((one) => `${one.name} ${one.mb.toFixed(1)}`);
  console.log(`Installed: ${mb.toFixed(1)} MB of at most ${MOST_MB} (${heaviest.join(', ')}, …)`);
  if (mb > MOST_MB) console.error(`Too heavy: bundle what is large, or do without it.`);
  for (const name of heavy)
    console.error(`Importing taskrouter-kit loads ${name}: load it where it is used.`);
  process.exitCode = mb > MOST_MB || heavy.length > 0 ? 1 : 0;
}
