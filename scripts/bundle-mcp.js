// Makes dist/mcp/ one file, part of the build: the tools with the official MCP SDK and what it needs, which are development
// dependencies. Their licences are written beside it. What other folders of dist/ have stays outside, as for rest/.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'dist/mcp/');
const entry = join(folder, 'index.js');

/** Leaves out what is ours and not in the folder, and says where it is from the bundle's point of view. */
const onlyThisFolder = {
  name: 'only-this-folder',
  setup(steps) {
    steps.onResolve({ filter: /^\./ }, ({ path, importer }) => {
      const target = resolve(dirname(importer), path);
      if (importer === '' || importer.includes(`${sep}node_modules${sep}`) || target.startsWith(folder))
        return undefined;
      return { path: relative(folder, target).split(sep).join('/'), external: true };
    });
  },
};

const { metafile } = await build({
  entryPoints: [entry],
  outfile: entry,
  allowOverwrite: true,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  // ajv is CommonJS and requires modules of Node.
  banner: { js: "import{createRequire as r__}from'node:module';const require=r__(import.meta.url);" },
  plugins: [onlyThisFolder],
  logLevel: 'warning',
});

for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (file !== 'index.js' && file !== 'index.d.ts' && file !== 'call.d.ts' && /\.(js|d\.ts)$/.test(file)) {
    rmSync(join(folder, file));
  }
}
writeFileSync(join(folder, 'LICENSES.txt'), licences(Object.keys(metafile.inputs)));

/**
 * The licence of every package that has a file in the bundle.
 * @param {readonly string[]} inputs paths below the working directory
 */
function licences(inputs) {
  const packages = new Set(
    inputs.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []),
  );
  return [...packages]
    .sort()
    .map((path) => {
      const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
      const file = readdirSync(path).find((one) => /^licen[cs]e(\.|$)/i.test(one));
      if (file === undefined || !existsSync(join(path, file))) {
        throw new Error(
          `${name} has no licence file: it cannot be bundled before its licence can be shipped.`,
        );
      }
      return `${name} ${version} (${license})\n\n${readFileSync(join(path, file), 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}
