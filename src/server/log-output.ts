import { pino } from 'pino';

/** How long a line may wait to be written with others, in milliseconds. */
const GATHER_MS = 100;

/** The most text that waits for a reader who does not read, in bytes; lines beyond it are dropped. */
const MAX_WAITING = 16 * 1024 * 1024;

/** How long a process that ends waits for its last lines to be taken, in milliseconds. */
const LAST_LINES_MS = 1_000;

/** Standard output, as the log writes to it: a few lines at a time. */
const output = () =>
  pino.destination({
    dest: 1,
    sync: false,
    minLength: 16_000,
    maxLength: MAX_WAITING,
    periodicFlush: GATHER_MS,
  });

let opened: ReturnType<typeof output> | undefined;

/** The one output of this process. */
export function logOutput(): ReturnType<typeof output> {
  opened ??= output();
  return opened;
}

/**
 * Ends the process once what was logged is written. Whoever should read it may be stuck or gone: then the process ends
 * all the same, where pino's own last flush would try for ever.
 */
export function exitAfterLog(code: number): void {
  const stream = opened;
  if (stream === undefined) process.exit(code);
  const giveUp = setTimeout(() => {
    stream.destroy();
    process.exit(code);
  }, LAST_LINES_MS);
  stream.flush(() => {
    clearTimeout(giveUp);
    process.exit(code);
  });
}
