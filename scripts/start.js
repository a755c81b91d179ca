// npm start: builds when dist/ is missing or older than the sources, then runs the endpoint in this very process, so
// that a signal reaches it without a go-between.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const OUTPUTS = ['dist/cli/main.js', 'dist/handlers/index.js'];
const SOURCES = ['src', 'handlers', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

/**
 * The times of the last change of a file, or of every file in a folder; none for what is not there.
 * @param {string} path
 * @returns {number[]}
 */
function changes(path) {
  if (!existsSync(path)) return [];
  const stat = statSync(path);
  return stat.isDirectory() ? readdirSync(path).flatMap((name) => changes(join(path, name))) : [stat.mtimeMs];
}

/** @param {string[]} paths */
const inRoot = (paths) => paths.map((path) => join(root, path));
const built = inRoot(OUTPUTS);
// An image without sources has none that could be newer.
const newest = Math.max(...inRoot(SOURCES).flatMap(changes));
const oldest = Math.min(...built.map((path) => changes(path)[0] ?? Number.NEGATIVE_INFINITY));
if (existsSync(join(root, 'src')) && newest > oldest) {
  console.error('Building…');
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.js')], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
process.argv.splice(2, 0, 'serve');
await import('../dist/cli/main.js');
