import type { Logger } from '../../log.js';
import { type SavedState, writeDataFile } from './data-file.js';

/** Saves a state some time after it changed. */
export interface Saver {
  /** Something changed. */
  changed(): void;
  /** Saves now, and never again. @throws the error of the file system. */
  close(): void;
}

const SHORTEST_WAIT_MS = 500;

/**
 * Saves at most every half second, and the larger the state, the more rarely: no more than a tenth of the time is
 * spent on it.
 */
export function createSaver(file: string, state: () => SavedState, log: Logger): Saver {
  let timer: NodeJS.Timeout | undefined;
  let waitMs = SHORTEST_WAIT_MS;
  let closed = false;
  let failing = false;

  function save(): void {
    const started = performance.now();
    writeDataFile(file, state());
    waitMs = Math.max(SHORTEST_WAIT_MS, 9 * (performance.now() - started));
  }

  return {
    changed() {
      if (closed) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        try {
          save();
          failing = false;
        } catch (error) {
          // Once is enough: with every change it would fail again.
          if (!failing)
            log.error({ error, file }, 'the state was not saved; it is tried again with every change');
          failing = true;
        }
      }, waitMs);
    },
    close() {
      closed = true;
      clearTimeout(timer);
      save();
    },
  };
}
