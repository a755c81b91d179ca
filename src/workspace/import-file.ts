import { createJiti } from 'jiti';
import { importAnew, isNativeModule } from './import-native.js';

/** Modules by the names they are imported by: what they are in this process, in place of what would be found on disk. */
export type Modules = Readonly<Record<string, unknown>>;

export interface Imported {
  readonly exports: { readonly default?: unknown };
  /** The whole paths of the files that were read: this one, and those it imports by a path. */
  readonly files: readonly string[];
}

/** A file that could not be imported; `files` are those that were read until then. */
export class ImportFailure extends Error {
  readonly files: readonly string[];

  constructor(files: readonly string[], cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.files = files;
  }
}

/**
 * Imports a TypeScript or JavaScript file without a build step, anew each time: it and the files it imports by a path are
 * read again, packages are not.
 *
 * @param modules - handed to the file in place of copies of their own, which would be other classes.
 * @throws {ImportFailure} with whatever the file throws as its cause; a slip in the syntax names file, line and column.
 */
export async function importFile(path: string, modules: Modules): Promise<Imported> {
  if (isNativeModule(path)) {
    try {
      return { exports: await importAnew<Imported['exports']>(path), files: [path] };
    } catch {
      // It may import what only the loader below knows, or have a slip that it explains better.
    }
  }
  const files = new Set([path]);
  const plain = createJiti(path, { fsCache: false });
  const jiti = createJiti(path, {
    // A file of an earlier time must not be what runs.
    moduleCache: false,
    fsCache: false,
    interopDefault: false,
    virtualModules: { ...modules },
    transform: (options) => {
      if (options.filename !== undefined) files.add(options.filename);
      return { code: plain.transform(options) };
    },
  });
  try {
    const exports = await jiti.import<Imported['exports']>(path);
    return { exports, files: [...files] };
  } catch (cause) {
    throw new ImportFailure([...files], cause);
  }
}
