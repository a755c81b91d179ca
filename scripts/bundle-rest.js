// Puts the modules of dist/rest/ into one file, part of the build: Node takes most of the time to import this folder
// for finding and linking its thirty small files. What other folders have stays outside, so that there is one of each
// class; and nothing outside may import a module of dist/rest/ but its index, because the others are gone afterwards.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onlyThisFolder } from './only-this-folder.js';

const folder = fileURLToPath(new URL('../dist/rest/', import.meta.url));
const entry = join(folder, 'index.js');

await build({
  entryPoints: [entry],
  outfile: entry,
  allowOverwrite: true,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  plugins: [onlyThisFolder(folder)],
  logLevel: 'warning',
});

for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (file !== 'index.js' && file.endsWith('.js')) rmSync(join(folder, file));
}
