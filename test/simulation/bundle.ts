import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type * as Run from './run.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A change to the sources: `find` stands in `file` once. */
export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/**
 * The simulation with the package's sources, in one file of plain JavaScript: quicker than modules that are transformed
 * one by one, and the place where a bug can be put in without touching `src/`.
 *
 * @throws Error for a patch whose text is not in its file exactly once.
 */
export async function loadSimulation(patches: readonly Patch[] = []): Promise<typeof Run> {
  const folder = mkdtempSync(join(tmpdir(), 'taskrouter-simulation-'));
  const outfile = join(folder, 'simulation.cjs');
  const patched = new Map<string, string>();
  for (const { file, find, replace } of patches) {
    const text = patched.get(file) ?? readFileSync(join(ROOT, file), 'utf8');
    const parts = text.split(find);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times, not once: ${find}`);
    patched.set(file, parts.join(replace));
  }
  try {
    await build({
      entryPoints: [join(ROOT, 'test/simulation/run.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      logLevel: 'error',
      plugins: [
        {
          name: 'patches',
          setup({ onLoad }) {
            onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
              const contents = patched.get(relative(ROOT, path).split(sep).join('/'));
              return contents === undefined ? undefined : { contents, loader: 'ts' };
            });
          },
        },
      ],
    });
    return createRequire(import.meta.url)(outfile) as typeof Run;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
