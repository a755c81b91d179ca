// Makes a folder of dist/ one file together with the packages it needs, which are development dependencies. Their licences
// are written beside it. What other folders of dist/ have stays outside, as for rest/.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licencesOf } from './licences.js';
import { onlyThisFolder } from './only-this-folder.js';

const root = fileURLToPath(new URL('..', import.meta.url));
/**
 * @param {string} name the folder
 * @param {readonly string[]} types the files of types that stay, beside the index's
 */
export async function bundleWithPackages(name, types = []) {
  const folder = join(root, `dist/${name}/`);
  const entry = join(folder, 'index.js');
  const { metafile } = await build({
    entryPoints: [entry],
    outfile: entry,
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: true,
    legalComments: 'none',
    metafile: true,
    // ajv is CommonJS and requires modules of Node.
    banner: { js: "import{createRequire as r__}from'node:module';const require=r__(import.meta.url);" },
    plugins: [onlyThisFolder(folder)],
    logLevel: 'warning',
  });

  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!['index.js', 'index.d.ts', ...types].includes(file) && /\.(js|d\.ts)$/.test(file)) {
      rmSync(join(folder, file));
    }
  }
  writeFileSync(join(folder, 'LICENSES.txt'), licencesOf(Object.keys(metafile.inputs)));
}
