import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const IMPORT_FILE = fileURLToPath(new URL('../../src/workspace/import-file.ts', import.meta.url));

/** Saves a file and one it imports, twice, and imports it after each, in a process of its own. */
async function savedTwice(name: string, imported: string, type: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'import-file-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }));
  const script = join(folder, 'script.mts');
  writeFileSync(
    script,
    `import { writeFileSync } from 'node:fs';
     import { importFile } from ${JSON.stringify(IMPORT_FILE)};
     const seen = [];
     for (const n of [1, 2]) {
       writeFileSync(${JSON.stringify(join(folder, imported))}, \`export const part = \${n};\`);
       writeFileSync(${JSON.stringify(join(folder, name))}, \`import { part } from './${imported}'; export default [\${n}, part];\`);
       seen.push((await importFile(${JSON.stringify(join(folder, name))}, {})).exports.default);
     }
     console.log(JSON.stringify(seen));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    import.meta.resolve('tsx'),
    script,
  ]);
  return JSON.parse(stdout);
}

test.each([
  ['index.ts', 'part.ts', 'module'],
  ['index.mjs', 'part.mjs', 'commonjs'],
  ['index.js', 'part.js', 'module'],
  ['index.js', 'part.mjs', 'module'],
])('%s with %s (type: %s) is read anew, with what it imports', async (name, imported, type) => {
  expect(await savedTwice(name, imported, type)).toEqual([
    [1, 1],
    [2, 2],
  ]);
});
