import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TypesQuestion, TypesReport } from './dev-types-process.js';

/** The types of the handlers, checked by a process that keeps the compiler warm. */
export interface TypeChecker {
  /** The compiler's version. */
  readonly version: string;
  /** Every error of the handlers as they are on disk. Rejects when the compiler itself fails. */
  check(file: string): Promise<readonly string[]>;
  stop(): void;
}

const LOW_PRIORITY = 5;

/** Built, the files of this folder end in `.js`, and nothing must find sources for them. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/**
 * Starts a checker with the TypeScript that is installed for the handlers.
 *
 * @returns why there is none, as a sentence, where there is none.
 */
export function startTypeChecker(folder: string): TypeChecker | string {
  const compiler = findTypeScript([folder, process.cwd()]);
  if (compiler === undefined) {
    return 'TypeScript is not installed here: types are not checked. Install it with npm install -D typescript';
  }
  const child = fork(fileURLToPath(new URL(`./dev-types-process${EXTENSION}`, import.meta.url)), [], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const waiting = new Map<number, { resolve(errors: readonly string[]): void; reject(error: Error): void }>();
  let asked = 0;
  let ended = false;
  child.on('message', (report: TypesReport) => {
    const one = waiting.get(report.id);
    waiting.delete(report.id);
    if (report.failure === undefined) one?.resolve(report.errors);
    else one?.reject(new Error(report.failure));
  });
  const end = () => {
    ended = true;
    for (const { reject } of waiting.values()) reject(new Error('the type checker ended'));
    waiting.clear();
  };
  child.on('exit', end).on('error', end);
  try {
    // Callbacks go first.
    if (child.pid !== undefined) setPriority(child.pid, LOW_PRIORITY);
  } catch {
    // Not every system lets us; it is a courtesy.
  }
  // It must not keep an ending process up.
  child.unref();
  child.channel?.unref();
  return {
    version: compiler.version,
    check: (file) =>
      new Promise((resolve, reject) => {
        if (ended) {
          reject(new Error('the type checker ended'));
          return;
        }
        asked += 1;
        waiting.set(asked, { resolve, reject });
        child.send({
          id: asked,
          compiler: compiler.path,
          file,
          sources: sourcesOfThisPackage(),
        } satisfies TypesQuestion);
      }),
    stop: () => void child.kill('SIGKILL'),
  };
}

function findTypeScript(
  folders: readonly string[],
): { readonly path: string; readonly version: string } | undefined {
  for (const folder of folders) {
    try {
      const require = createRequire(join(folder, 'noop.js'));
      const { version } = require('typescript/package.json') as { readonly version: string };
      return { path: require.resolve('typescript'), version };
    } catch {
      // Not there: try the next place.
    }
  }
  return undefined;
}

/** In a clone of this project, the package's own name stands for its sources, which need no build. */
function sourcesOfThisPackage(): string | undefined {
  return EXTENSION === '.ts' ? fileURLToPath(new URL('..', import.meta.url)) : undefined;
}
