// Builds dist/: the package, then the shipped handlers against it, as a user's own handlers would be. Without source
// maps: the compiled files keep names and comments, and maps would be a third of the package.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { STAMP } from './built.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @returns {string} the compiler's path; ends the process where it is not installed. */
function compiler() {
  try {
    return createRequire(import.meta.url).resolve('typescript/bin/tsc');
  } catch {
    console.error('TypeScript is not installed, and a build needs it: run npm ci first.');
    process.exit(1);
  }
}

const tsc = compiler();
const began = new Date();
// What a deleted source left behind would be loaded, and published, as if it were still meant.
rmSync(`${root}dist`, { recursive: true, force: true });
for (const project of ['tsconfig.build.json', 'handlers']) {
  const { status } = spawnSync(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    // Nothing is left that could be taken for a build.
    rmSync(`${root}dist`, { recursive: true, force: true });
    process.exit(status ?? 1);
  }
}
await import('./bundle-rest.js');
await import('./bundle-mcp.js');
await (await import('./bundle-inspector.js')).bundleInspector(`${root}dist/inspector`);
await import('./bundle-certificates.js');
await import('./bundle-lru-cache.js');
await import('./build-cjs.js');
chmodSync(`${root}dist/cli/main.js`, 0o755);
// Written last, with the time of the beginning: what was changed meanwhile is newer, and a build that was cut off has none.
writeFileSync(STAMP, '');
utimesSync(STAMP, began, began);
