// Whether dist/ is what the sources say.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = ['src', 'handlers', 'scripts', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

/** Exists after a build that went to its end; its time is that of the build's beginning. */
export const STAMP = join(root, 'dist/.built');

/**
 * The times of the last change of a file, or of a folder and everything in it (its own changes when a file is deleted);
 * none for what is not there.
 * @param {string} path
 * @returns {number[]}
 */
function changes(path) {
  if (!existsSync(path)) return [];
  const { mtimeMs } = statSync(path);
  return statSync(path).isDirectory()
    ? [mtimeMs, ...readdirSync(path).flatMap((name) => changes(join(path, name)))]
    : [mtimeMs];
}

/** Whether the last build went to its end, and nothing it was made from has changed since. */
export function isBuilt() {
  const [built] = changes(STAMP);
  return (
    built !== undefined && SOURCES.every((path) => changes(join(root, path)).every((time) => time <= built))
  );
}

/** Whether there is something to build from: an image has only dist/. */
export const hasSources = () => existsSync(join(root, 'src'));
