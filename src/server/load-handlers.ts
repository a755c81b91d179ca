import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ConfigurationError } from '../errors.js';
import type { HandlerDefinition } from '../index.js';

/** Whether this file runs as a source (under tsx) or built: handlers are looked for in the same form. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');

/** The shipped handlers: `handlers/` in the sources, `dist/handlers/` once built. */
export const SHIPPED = fileURLToPath(
  new URL(FROM_SOURCES ? '../../handlers' : '../handlers', import.meta.url),
);

/**
 * Loads the ordered list of handlers that a folder's `index.js` (from sources: `index.ts`) exports as its default.
 *
 * @param folder - relative to the working directory; default: the shipped handlers.
 * @throws {ConfigurationError} if there is no such file, it cannot be imported, or it does not export such a list.
 * @example
 * const handlers = await loadHandlers(process.env.HANDLERS_DIR);
 */
export async function loadHandlers(folder?: string): Promise<readonly HandlerDefinition[]> {
  const path = findIndex(resolve(folder ?? SHIPPED));
  let exported: { readonly default?: unknown };
  try {
    exported = await import(pathToFileURL(path).href);
  } catch (cause) {
    throw new ConfigurationError(
      'handlers-failed',
      `The handlers in ${path} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  return readHandlers(exported.default, path);
}

function findIndex(folder: string): string {
  const names = FROM_SOURCES ? ['index.ts', 'index.js'] : ['index.js'];
  const found = names.map((name) => resolve(folder, name)).find(existsSync);
  if (found !== undefined) return found;
  const hint = existsSync(resolve(folder, 'index.ts'))
    ? 'There is an index.ts: build it first, because the endpoint runs JavaScript.'
    : 'Set HANDLERS_DIR to the folder that holds your handlers.';
  throw new ConfigurationError('no-handlers', `There is no ${names.join(' or ')} in ${folder}. ${hint}`);
}

/**
 * Checks the list itself. Each definition is checked when it is registered.
 *
 * @throws {ConfigurationError} `bad-handlers`, `no-otherwise`
 */
export function readHandlers(exported: unknown, path: string): readonly HandlerDefinition[] {
  if (!Array.isArray(exported)) {
    const what =
      exported === undefined ? 'has no default export' : 'has a default export that is not an array';
    throw new ConfigurationError(
      'bad-handlers',
      `${path} ${what}. Write: export default [defineAssignment(…), …, defineOtherwise(defer())];`,
    );
  }
  const definitions: readonly unknown[] = exported;
  const wrong = definitions.findIndex((one) => !isDefinition(one));
  if (wrong !== -1) {
    throw new ConfigurationError(
      'bad-handlers',
      `Element ${wrong} of the default export of ${path} is not a definition: make it with defineAssignment, ` +
        'defineEvent or defineOtherwise.',
    );
  }
  const handlers = definitions as readonly HandlerDefinition[];
  if (!handlers.some(({ kind }) => kind === 'otherwise')) {
    throw new ConfigurationError(
      'no-otherwise',
      `${path} does not say what happens to an assignment that no handler matches. Add defineOtherwise(defer()) at ` +
        "the end: the agent's own screen decides, or the reservation times out.",
    );
  }
  return handlers;
}

function isDefinition(value: unknown): value is HandlerDefinition {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('handler' in value))
    return false;
  return value.kind === 'assignment' || value.kind === 'event' || value.kind === 'otherwise';
}
