import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const VERSION = 'taskrouter-version';

/** Gives the files that a versioned file imports the same version. Packages keep theirs. */
const HOOK = `
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const version = /[?&]${VERSION}=(\\d+)/.exec(context.parentURL ?? '')?.[1];
  if (version === undefined || !found.url.startsWith('file:')) return found;
  if (found.url.includes('/node_modules/') || found.url.includes('${VERSION}=')) return found;
  return { ...found, url: found.url + (found.url.includes('?') ? '&' : '?') + '${VERSION}=' + version };
}`;

let versions = 0;

/** Whether Node itself takes the file for an ES module: it keeps each one it has imported, for as long as the process lives. */
export function isNativeModule(path: string): boolean {
  const extension = extname(path);
  return extension === '.mjs' || (extension === '.js' && nearestType(dirname(path)) === 'module');
}

/** Imports an ES module as Node does, but read anew, with the files it imports by a path. */
export async function importAnew<T>(path: string): Promise<T> {
  if (versions === 0) register(`data:text/javascript,${encodeURIComponent(HOOK)}`);
  versions += 1;
  return import(`${pathToFileURL(path).href}?${VERSION}=${versions}`);
}

function nearestType(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { type?: unknown }).type;
  } catch {
    const parent = dirname(folder);
    return parent === folder ? undefined : nearestType(parent);
  }
}
