// Builds dist/: the package, then the shipped handlers against it, as a user's own handlers would be.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

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
// What a deleted source left behind would be loaded, and published, as if it were still meant.
rmSync(`${root}dist`, { recursive: true, force: true });
for (const project of ['tsconfig.build.json', 'handlers']) {
  const { status } = spawnSync(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
chmodSync(`${root}dist/cli/main.js`, 0o755);
