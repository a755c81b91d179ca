import type { Logger } from '../log.js';

const TOGETHER_MS = 50;
const MOST_AT_ONCE = 200;

type Level = 'debug' | 'info' | 'warn' | 'error';

interface Line {
  readonly level: Level;
  readonly message: string;
  readonly reservationSid?: string;
  readonly eventSid?: string;
}

/**
 * A log whose lines about a callback are shown on the page too, with the delivery they are about. Of their fields only
 * SIDs and the message of an error go there.
 *
 * @param url - where the local TaskRouter is; asked for each time, because it listens later.
 */
export function toldToPage(log: Logger, url: () => string): Logger {
  let waiting: Line[] = [];
  let timer: NodeJS.Timeout | undefined;
  const send = () => {
    timer = undefined;
    const lines = waiting.slice(-MOST_AT_ONCE);
    waiting = [];
    // Nobody misses a line that is not shown: the terminal has it.
    void fetch(`${url()}/_emulator/log`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ lines }),
    }).then(
      (response) => response.arrayBuffer(),
      () => undefined,
    );
  };
  const tell = (level: Level, fields: object, message: string) => {
    log[level](fields, message);
    const { reservationSid, eventSid, err } = fields as Readonly<Record<string, unknown>>;
    if (typeof reservationSid !== 'string' && typeof eventSid !== 'string') return;
    waiting.push({
      level,
      message: err instanceof Error ? `${message}: ${err.message}` : message,
      ...(typeof reservationSid === 'string' ? { reservationSid } : {}),
      ...(typeof eventSid === 'string' ? { eventSid } : {}),
    });
    if (timer === undefined) timer = setTimeout(send, TOGETHER_MS).unref();
  };
  return {
    debug: (fields, message) => tell('debug', fields, message),
    info: (fields, message) => tell('info', fields, message),
    warn: (fields, message) => tell('warn', fields, message),
    error: (fields, message) => tell('error', fields, message),
  };
}
