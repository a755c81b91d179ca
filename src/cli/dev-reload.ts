import { existsSync } from 'node:fs';
import { basename, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';

/** Saves that come together are taken up together. */
const SETTLE_MS = 40;
/** How often a folder that is gone is looked for. */
const LOOK_MS = 300;

/** Watches files and runs a task after each save, one run at a time. */
export interface Reloader {
  /** The files to watch besides the folder: those that were read last. */
  also(files: readonly string[]): void;
  close(): Promise<void>;
}

/**
 * @param paths - a folder, or files.
 * @param reload - runs after a save, with the names of what changed; must not reject. A save during a run starts another.
 */
export function watchFiles(paths: readonly string[], reload: (changed: string) => Promise<void>): Reloader {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let closed = false;

  const run = async () => {
    if (running || closed || changed.size === 0) return;
    running = true;
    const names = [...changed].map((path) => basename(path));
    changed.clear();
    await reload([...new Set(names)].join(', '));
    running = false;
    void run();
  };
  const note = (path: string) => {
    changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(run, SETTLE_MS);
  };
  const watcher: FSWatcher = watch([...paths], { ignoreInitial: true, ignored: isForeign }).on(
    'all',
    (_event, path) => note(path),
  );
  // A folder that was removed is not found again by itself.
  const gone = new Set<string>();
  const looking = setInterval(() => {
    for (const path of paths) {
      if (!existsSync(path)) gone.add(path);
      else if (gone.delete(path)) {
        watcher.unwatch(path);
        watcher.add(path);
        note(path);
      }
    }
  }, LOOK_MS);
  looking.unref();
  return {
    also: (files) => void watcher.add([...files]),
    close: () => {
      closed = true;
      clearTimeout(timer);
      clearInterval(looking);
      return watcher.close();
    },
  };
}

/** What no program of the user is in: packages, hidden folders, what editors leave behind. */
function isForeign(path: string): boolean {
  return path.split(sep).includes('node_modules') || /[/\\]\.[^/\\]+$|~$|\.tmp$|\.sw[a-z]$/.test(path);
}
