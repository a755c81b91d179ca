import { createJiti } from 'jiti';

/** Modules by the names they are imported by: what they are in this process, in place of what would be found on disk. */
export type Modules = Readonly<Record<string, unknown>>;

/**
 * Imports a TypeScript or JavaScript file without a build step, anew each time: it and the files it imports by a path are
 * read again, packages are not.
 *
 * @param modules - handed to the file in place of copies of their own, which would be other classes.
 * @throws whatever the file throws, and an error that names file, line and column for a slip in its syntax.
 */
export async function importFile(path: string, modules: Modules): Promise<{ readonly default?: unknown }> {
  const jiti = createJiti(path, {
    // A file of an earlier time must not be what runs.
    moduleCache: false,
    fsCache: false,
    interopDefault: false,
    virtualModules: { ...modules },
  });
  return await jiti.import<{ readonly default?: unknown }>(path);
}
