import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

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
