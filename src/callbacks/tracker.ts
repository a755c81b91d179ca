import { type Clock, sleep } from '../clock.js';

/** Work that goes on after its callback is answered, so that a shutdown can wait for it. */
export interface Tracker {
  /** Runs the work and keeps it until it ends. A failure goes to `failed`. */
  run(work: () => unknown, failed: (error: unknown) => void): void;
  /** Waits for all of it, at most `timeoutMs`; says whether it ended. */
  idle(timeoutMs: number): Promise<boolean>;
}

export function createTracker(clock: Clock): Tracker {
  const open = new Set<Promise<void>>();
  return {
    run(work, failed) {
      const ended = (async () => work())().then(
        () => {},
        (error: unknown) => failed(error),
      );
      const kept = ended.finally(() => open.delete(kept));
      open.add(kept);
    },
    async idle(timeoutMs) {
      const limit = sleep(clock, timeoutMs).then(() => false);
      while (open.size > 0) {
        const ended = await Promise.race([Promise.all(open).then(() => true), limit]);
        if (!ended) return false;
      }
      return true;
    },
  };
}
