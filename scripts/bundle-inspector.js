// Builds the page of `dev` and `emulate` from src/inspector. As part of the build it goes to dist/inspector. In a clone,
// `npm run dev` has no build before it: `node scripts/bundle-inspector.js --cache` builds the page into the cache, unless
// it is there already, and prints the folder.
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { licencesOf } from './licences.js';

/** What the page may be, compressed, in bytes: everything a browser loads. */
export const MOST_BYTES = 150_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'src/inspector');
const cache = join(root, 'node_modules/.cache/taskrouter-kit');

/**
 * Builds the page into a folder.
 * @param {string} folder
 * @throws {Error} when it does not compile, or has become larger than {@link MOST_BYTES}.
 */
export async function bundleInspector(folder) {
  const { build } = await import('vite');
  const { output } = /** @type {import('vite').Rollup.RollupOutput} */ (
    await build({
      root: sources,
      configFile: false,
      base: './',
      logLevel: 'warn',
      oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
      build: {
        outDir: folder,
        emptyOutDir: true,
        target: 'es2022',
        // The polyfill would be a script in the page, which its policy forbids.
        modulePreload: false,
        // A data: URL would be forbidden too.
        assetsInlineLimit: 0,
      },
    })
  );
  const files = output.flatMap((one) =>
    one.type === 'chunk' ? Object.keys(one.modules) : one.originalFileNames,
  );
  writeFileSync(join(folder, 'LICENSES.txt'), licencesOf(files.map((file) => file.replace(/^\0/, ''))));
  const bytes = compressedBytes(folder);
  if (bytes > MOST_BYTES)
    throw new Error(`The page takes ${bytes} bytes, compressed: ${MOST_BYTES} is the most.`);
}

/**
 * What a browser loads of a built page, compressed.
 * @param {string} folder
 * @returns {number} bytes
 */
export function compressedBytes(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name !== 'LICENSES.txt' && statSync(join(folder, name)).isFile())
    .reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
}

/** @returns {Promise<string>} the folder of the page as the sources are now. */
async function cachedInspector() {
  const folder = join(cache, `inspector-${fingerprint()}`);
  if (!existsSync(folder)) {
    // Another process may be at it too: whoever is first counts.
    const made = join(cache, `making-${randomBytes(6).toString('hex')}`);
    mkdirSync(made, { recursive: true });
    try {
      await bundleInspector(made);
      if (!existsSync(folder)) renameSync(made, folder);
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
    tidy(folder);
  }
  return folder;
}

function fingerprint() {
  const hash = createHash('sha256');
  const names = readdirSync(sources, { recursive: true, encoding: 'utf8' }).toSorted();
  for (const file of [
    ...names.map((name) => join(sources, name)),
    fileURLToPath(import.meta.url),
    join(root, 'package-lock.json'),
  ]) {
    if (statSync(file).isFile()) hash.update(`${file}\0`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

const DAY_MS = 86_400_000;

/** Pages of older sources go, once no process can be serving them any more. */
function tidy(kept) {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (path !== kept && Date.now() - statSync(path).mtimeMs > DAY_MS)
      rmSync(path, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--cache')) {
    process.stdout.write(await cachedInspector());
  } else {
    const folder = join(root, 'dist/inspector');
    await bundleInspector(folder);
    console.log(`dist/inspector: ${compressedBytes(folder)} bytes, compressed`);
  }
}
