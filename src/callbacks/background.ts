import type { Clock, Timer } from '../clock.js';

/**
 * A function that keeps the process running until a promise settles; `server` if it keeps running by itself. Without
 * either, nothing can go on after the answer.
 */
export type WaitUntil = 'server' | ((work: Promise<unknown>) => void);

/** Calls the platform's function, if there is one: most callbacks run on a server and end in time. */
export function keepAtWork(waitUntil: WaitUntil | undefined, work: Promise<unknown>): void {
  if (typeof waitUntil === 'function') waitUntil(work.catch(() => {}));
}

/** Work that goes on after its callback is answered, so that a shutdown can wait for it. */
export interface Background {
  /** Runs the work and keeps it until it ends; resolves then. A failure goes to `failed`. */
  run(work: () => unknown, failed: (error: unknown) => void): Promise<void>;
  /** Waits for all of it, at most `timeoutMs`; resolves to whether it ended. */
  idle(timeoutMs: number): Promise<boolean>;
}

export function createBackground(clock: Clock): Background {
  const open = new Set<Promise<void>>();
  return {
    run(work, failed) {
      const ended = (async () => work())().then(
        () => {},
        (error: unknown) => failed(error),
      );
      const kept = ended.finally(() => open.delete(kept));
      open.add(kept);
      return kept;
    },
    async idle(timeoutMs) {
      let timer: Timer;
      const limit = new Promise<false>((resolve) => {
        timer = clock.setTimeout(() => resolve(false), timeoutMs);
      });
      try {
        while (open.size > 0) {
          const ended = await Promise.race([Promise.all(open).then(() => true), limit]);
          if (!ended) return false;
        }
        return true;
      } finally {
        clock.clearTimeout(timer);
      }
    },
  };
}
