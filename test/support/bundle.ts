import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A change to a copy of the sources: `find` stands in `file` once. */
export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/**
 * Puts changes into the sources while they are bundled. `src/` itself is left as it is.
 *
 * @throws Error for a patch whose text is not in its file exactly once.
 */
export function patching(patches: readonly Patch[]): Plugin {
  const patched = new Map<string, string>();
  for (const { file, find, replace } of patches) {
    const text = patched.get(file) ?? readFileSync(join(ROOT, file), 'utf8');
    const parts = text.split(find);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times, not once: ${find}`);
    patched.set(file, parts.join(replace));
  }
  return {
    name: 'patches',
    setup({ onLoad }) {
      onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
        const contents = patched.get(relative(ROOT, path).split(sep).join('/'));
        return contents === undefined ? undefined : { contents, loader: 'ts' };
      });
    },
  };
}

/**
 * Bundles an endpoint's program into `folder/endpoint.js` and its handlers into `folder/handlers`, sharing one copy of the
 * package. The folder must be inside the project, so that the bundle finds its packages.
 */
export async function bundleEndpoint(
  folder: string,
  program: string,
  handlers: string,
  patches: readonly Patch[] = [],
): Promise<void> {
  await build({
    entryPoints: { endpoint: join(ROOT, program), 'handlers/index': join(ROOT, handlers) },
    outdir: folder,
    bundle: true,
    splitting: true,
    packages: 'external',
    alias: { 'taskrouter-kit': join(ROOT, 'src/index.ts') },
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    plugins: [patching(patches)],
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
}
