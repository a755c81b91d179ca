import { existsSync, statSync } from 'node:fs';
import { basename, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';

/** Saves that come together are taken up together. */
const SETTLE_MS = 40;
/** How often the files that were read are looked at, and a folder that is gone is looked for. */
const LOOK_MS = 300;

/** What a program can import, or a workspace can be in. */
const SOURCE = /\.([mc]?[tj]s|json|ya?ml)$/i;

/** Watches files and runs a task after each save, one run at a time. */
export interface Reloader {
  /**
   * The files that were read last, and when that began: one that has changed since is taken up at once.
   * @param since - in milliseconds since 1970.
   */
  read(files: readonly string[], since: number): void;
  close(): Promise<void>;
}

/**
 * @param path - a folder, or a file.
 * @param reload - runs after a save, with the names of what changed; must not reject. A save during a run starts another.
 */
export function watchFiles(path: string, reload: (changed: string) => Promise<void>): Reloader {
  const changed = new Set<string>();
  /** When each file that was read had been changed last: a watcher that is not ready yet, or misses a save, is no matter. */
  const known = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let closed = false;

  const run = async () => {
    if (running || closed || changed.size === 0) return;
    running = true;
    const names = [...changed].map((one) => basename(one));
    changed.clear();
    await reload([...new Set(names)].join(', '));
    running = false;
    void run();
  };
  const note = (file: string) => {
    changed.add(file);
    if (known.has(file)) known.set(file, changedAt(file));
    clearTimeout(timer);
    timer = setTimeout(run, SETTLE_MS);
  };
  const watcher: FSWatcher = watch(path, { ignoreInitial: true, ignored: isForeign }).on(
    'all',
    (event, file) => {
      // A log or a database beside the sources is none of them.
      if (event.endsWith('Dir') || (SOURCE.test(file) && known.get(file) !== changedAt(file))) note(file);
    },
  );
  let gone = false;
  const looking = setInterval(() => {
    for (const [file, at] of known) if (changedAt(file) !== at) note(file);
    if (!existsSync(path)) gone = true;
    else if (gone) {
      // A folder that was removed is not found again by itself.
      gone = false;
      watcher.unwatch(path);
      watcher.add(path);
      note(path);
    }
  }, LOOK_MS);
  looking.unref();
  return {
    read(files, since) {
      known.clear();
      for (const file of files) {
        const at = changedAt(file);
        known.set(file, at);
        if (at > since) note(file);
      }
    },
    close() {
      closed = true;
      clearTimeout(timer);
      clearInterval(looking);
      return watcher.close();
    },
  };
}

const changedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** What no program of the user is in: packages, hidden folders, what editors leave behind. */
function isForeign(path: string): boolean {
  return path.split(sep).includes('node_modules') || /[/\\]\.[^/\\]+$|~$|\.tmp$|\.sw[a-z]$/.test(path);
}
