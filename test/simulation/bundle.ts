import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Patch, patching, ROOT } from '../support/bundle.js';
import type * as Run from './run.js';

export type { Patch };

/**
 * The simulation with the package's sources, in one file of plain JavaScript: quicker than modules that are transformed
 * one by one, and the place where a bug can be put in without touching `src/`.
 *
 * @throws Error for a patch whose text is not in its file exactly once.
 */
export async function loadSimulation(patches: readonly Patch[] = []): Promise<typeof Run> {
  const folder = mkdtempSync(join(tmpdir(), 'taskrouter-simulation-'));
  const outfile = join(folder, 'simulation.cjs');
  const plugins = [patching(patches)];
  try {
    await build({
      entryPoints: [join(ROOT, 'test/simulation/run.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      logLevel: 'error',
      plugins,
    });
    return createRequire(import.meta.url)(outfile) as typeof Run;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
