import { existsSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { ConfigurationError } from '../errors.js';
import type { HandlerDefinition } from '../index.js';
import { readHandlers, SHIPPED } from '../server/load-handlers.js';
import { ImportFailure, importFile, type Modules } from '../workspace/import-file.js';

/** The names of a folder's file of handlers, the first one that is there counts. */
const INDEX = ['index.ts', 'index.mts', 'index.js', 'index.mjs'];
/** Where handlers are when nothing says where. */
const USUAL = ['handlers', 'handlers.ts', 'handlers.js'];

const FIRST_HANDLERS = `Write handlers/index.ts:

  import { accept, defer, defineAssignment, defineOtherwise } from 'taskrouter-kit';

  export default [
    defineAssignment({ where: ({ task }) => task.attributes.type === 'chat' }, accept()),
    defineOtherwise(defer()),
  ];

Or name another folder: taskrouter-kit dev my-handlers/. Or use an app that is already running: --url http://localhost:3000/taskrouter`;

/** Where the handlers of a user are. */
export interface HandlersPlace {
  /** The folder they are in. */
  readonly folder: string;
  /** What to watch: the folder, or a file that stands alone among others. */
  readonly watched: string;
  /** The file with the list; looked for anew each time, because it may be renamed. */
  index(): string;
}

/**
 * Finds the handlers: the folder or file that was given, else `HANDLERS_DIR`, else `handlers/` here, else the shipped ones.
 *
 * @throws {ConfigurationError} `no-handlers` that shows what to write.
 */
export function findHandlers(given: string | undefined, env: NodeJS.ProcessEnv): HandlersPlace {
  const named = given ?? (env.HANDLERS_DIR || undefined);
  const path = resolve(named ?? [...USUAL, SHIPPED].find((one) => existsSync(resolve(one))) ?? 'handlers');
  if (!existsSync(path)) {
    const what = named === undefined ? 'There are no handlers here.' : `There is no ${path}.`;
    throw new ConfigurationError('no-handlers', `${what} ${FIRST_HANDLERS}`);
  }
  const isFile = statSync(path).isFile();
  const place: HandlersPlace = {
    folder: isFile ? dirname(path) : path,
    watched: path,
    index: () => {
      const found = isFile ? [path] : INDEX.map((name) => resolve(path, name));
      const index = found.find(existsSync);
      if (index !== undefined) return index;
      throw new ConfigurationError(
        'no-handlers',
        isFile ? `${path} is gone.` : `There is no ${INDEX.join(', ')} in ${path}.`,
      );
    },
  };
  place.index();
  return place;
}

/** Handlers that were loaded, and the files they are in. */
export interface LoadedHandlers {
  readonly handlers: readonly HandlerDefinition[];
  readonly files: readonly string[];
}

/**
 * Loads handlers from TypeScript or JavaScript, without a build and anew each time.
 *
 * @throws {ConfigurationError} `handlers-failed` with file, line and column of a slip.
 */
export async function loadDevHandlers(place: HandlersPlace, modules: Modules): Promise<LoadedHandlers> {
  const path = place.index();
  try {
    const { exports, files } = await inTime(importFile(path, modules), path);
    return { handlers: readHandlers(exports.default, path), files };
  } catch (failure) {
    if (!(failure instanceof ImportFailure)) throw failure;
    const { cause } = failure;
    throw new ConfigurationError(
      'handlers-failed',
      `The handlers in ${path} cannot be loaded: ${failure.message.trim()}${firstPlace(cause, failure)}`,
      { cause },
    );
  }
}

/** Without a limit, a module that waits for ever would keep every later save from being taken up. */
const LOAD_MS = 10_000;

async function inTime<T>(loading: Promise<T>, path: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new ConfigurationError(
          'handlers-failed',
          `The handlers in ${path} have not loaded after ${LOAD_MS / 1_000} s. Is there a top-level await that never ends?`,
        ),
      );
    }, LOAD_MS);
  });
  try {
    return await Promise.race([loading, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Where in the user's files an error was thrown: the message of a slip in the syntax says so itself. */
function firstPlace(cause: unknown, { files, message }: ImportFailure): string {
  if (!(cause instanceof Error) || files.some((file) => message.includes(file))) return '';
  const line = cause.stack?.split('\n').find((one) => files.some((file) => one.includes(`${file}:`)));
  return line === undefined ? '' : `\n  ${line.trim()}`;
}

/** A path as people read it: from here, unless that leads far away. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' ? '.' : short.startsWith('../..') ? path : short;
}
