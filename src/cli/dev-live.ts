import type { Modules } from '../workspace/import-file.js';
import type { DevEndpoint } from './dev-endpoint.js';
import { type HandlersPlace, loadDevHandlers, shortPath } from './dev-handlers.js';
import { watchFiles } from './dev-reload.js';
import type { Screen } from './dev-screen.js';
import { startTypeChecker, type TypeChecker } from './dev-types.js';
import type { DevWorkspace } from './dev-workspace.js';
import { milliseconds, paint } from './print.js';

export interface LiveHandlers {
  readonly endpoint: DevEndpoint;
  readonly place: HandlersPlace;
  /** What was read at the start. */
  readonly files: readonly string[];
  /** When that began, in milliseconds since 1970. */
  readonly since: number;
  readonly modules: Modules;
  readonly screen: Screen;
}

/**
 * Takes up each save of the handlers: once their types are right and they can be loaded and registered. Until then the
 * handlers before go on, and the error is shown.
 */
export function watchHandlers({
  endpoint,
  place,
  files,
  since,
  modules,
  screen,
}: LiveHandlers): () => Promise<void> {
  const checker = files.some(isTypeScript) ? startTypeChecker(place.folder) : undefined;
  if (typeof checker === 'string') screen.line(paint('yellow', `  ${checker}`));
  const types = typeof checker === 'object' ? checker : undefined;
  screen.line(
    `  Handlers ${shortPath(place.watched)}, watched${types === undefined ? '' : `; types checked by TypeScript ${types.version}`}`,
  );
  // The first check takes a second or two: callbacks need not wait for it.
  if (types) {
    void checkTypes(types, place, screen).then((errors) => {
      if (errors.length > 0)
        tellErrors(screen, errors, 'They run anyway; a save takes effect only once its types are right.');
    });
  }

  const reload = async (changed: string) => {
    const began = performance.now();
    const now = Date.now();
    try {
      const errors = types === undefined ? [] : await checkTypes(types, place, screen);
      if (errors.length > 0) return tellErrors(screen, errors, 'The previous handlers keep running.');
      const loaded = await loadDevHandlers(place, modules);
      await endpoint.use(loaded.handlers);
      watcher.read(loaded.files, now);
      const ms = performance.now() - began;
      screen.event(
        `${paint('green', '  Handlers taken up')}: ${changed}  ${paint('dim', milliseconds(ms))}`,
        {
          event: 'reloaded',
          changed,
          ms: Math.round(ms),
        },
      );
    } catch (error) {
      tellErrors(
        screen,
        [error instanceof Error ? error.message : String(error)],
        'The previous handlers keep running.',
      );
    }
  };
  const watcher = watchFiles(place.watched, reload);
  watcher.read(files, since);
  return async () => {
    types?.stop();
    await watcher.close();
  };
}

const isTypeScript = (file: string) => /\.[mc]?ts$/.test(file);

/** Of handlers that cannot be found there is nothing to check: loading them says so. */
async function checkTypes(
  types: TypeChecker,
  place: HandlersPlace,
  screen: Screen,
): Promise<readonly string[]> {
  try {
    const index = place.index();
    // A file that was TypeScript at the start may be JavaScript by now.
    return isTypeScript(index) ? await types.check(index) : [];
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error;
    screen.problem(
      `Types are not checked: ${error instanceof Error ? error.message : String(error)}`,
      'warn',
    );
    return [];
  }
}

/** So many errors fit on a screen; the rest comes when these are mended. */
const MOST_ERRORS = 10;

function tellErrors(screen: Screen, errors: readonly string[], after: string): void {
  const shown = errors.slice(0, MOST_ERRORS);
  const more = errors.length - shown.length;
  const text = [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n').replaceAll('\n', '\n    ');
  screen.event(`${paint('red', `  ! ${text}`)}\n    ${after}`, { event: 'refused', errors, after });
}

export interface LiveConfig {
  readonly workspace: DevWorkspace;
  /** When it was read, in milliseconds since 1970. */
  readonly since: number;
  readonly screen: Screen;
  /** Reads the file again. */
  readonly again: () => Promise<DevWorkspace>;
  readonly apply: (workspace: DevWorkspace) => unknown;
}

/** Takes up each save of the workspace file. One that is wrong changes nothing, and the error is shown. */
export function watchConfig({ workspace, since, screen, again, apply }: LiveConfig): () => Promise<void> {
  const watcher = watchFiles(workspace.file!, async (changed) => {
    const now = Date.now();
    try {
      const next = await again();
      if (next.file === undefined) throw new Error(`${workspace.file} is gone.`);
      apply(next);
      watcher.read(next.loaded.files, now);
      screen.event(`${paint('green', '  Workspace taken up')}: ${changed}`, { event: 'workspace', changed });
    } catch (error) {
      tellErrors(
        screen,
        [error instanceof Error ? error.message : String(error)],
        'The previous workspace stays in use.',
      );
    }
  });
  watcher.read(workspace.loaded.files, since);
  return () => watcher.close();
}
