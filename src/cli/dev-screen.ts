import type { Logger } from '../log.js';
import { paint } from './print.js';

/** What `dev` shows: lines for people, with a status line below them on a terminal, or one JSON object a line. */
export interface Screen {
  readonly log: Logger;
  /** A line for people; JSON has none. */
  line(text?: string): void;
  /** What happened: `text` for people, `facts` for programs. */
  event(text: string, facts: object): void;
  /** Something that needs the user's attention. */
  problem(text: string, level?: 'warn' | 'error'): void;
  /** Ends the status line. */
  close(): void;
}

/** How often the status line is drawn, in milliseconds. */
const DRAW_MS = 200;
/** Erases the line, with the cursor at its beginning. */
const ERASE = '\r\u001b[K';

/** @param status - the text of the status line, now. */
export function createScreen(json: boolean, status: () => string): Screen {
  const out = process.stdout;
  const withStatus = !json && out.isTTY === true;
  const write = out.write.bind(out);
  let drawn = '';
  let lineIsOpen = false;
  const draw = () => {
    const text = lineIsOpen ? '' : status().slice(0, Math.max(0, (out.columns ?? 80) - 1));
    if (text === drawn) return;
    write(`${ERASE}${paint('dim', text)}`);
    drawn = text;
  };
  if (withStatus) {
    // Whatever else is written, by a handler's console.log too, goes above the status line.
    out.write = ((chunk: string | Uint8Array, ...rest: []) => {
      if (drawn !== '') write(ERASE);
      drawn = '';
      const result = write(chunk, ...rest);
      lineIsOpen = !(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()).endsWith('\n');
      return result;
    }) as typeof out.write;
  }
  const timer = withStatus ? setInterval(draw, DRAW_MS).unref() : undefined;

  const line = (text = '') => {
    if (!json) out.write(`${text}\n`);
  };
  const event = (text: string, facts: object) => {
    if (json) out.write(`${JSON.stringify({ at: new Date().toISOString(), ...facts })}\n`);
    else line(text);
  };
  const problem = (text: string, level: 'warn' | 'error' = 'error') =>
    event(paint(level === 'warn' ? 'yellow' : 'red', `  ! ${text}`), { event: level, message: text });
  return {
    line,
    event,
    problem,
    log: screenLogger(problem),
    close() {
      clearInterval(timer);
      if (drawn !== '') write(ERASE);
      if (withStatus) out.write = write;
    },
  };
}

/** Warnings and errors as lines between the rows; everything else is in the rows. */
function screenLogger(problem: Screen['problem']): Logger {
  const shown = new Set<string>();
  return {
    debug: () => {},
    info: () => {},
    warn: (_fields, message) => problem(message, 'warn'),
    error: (fields, message) => {
      const error = 'err' in fields && fields.err instanceof Error ? fields.err : undefined;
      // Where it comes from is said once: the same error comes with every reservation.
      const again = error?.stack === undefined || shown.has(error.stack);
      if (error?.stack !== undefined) shown.add(error.stack);
      const detail = error === undefined ? '' : again ? `: ${firstLine(error)}` : `\n${error.stack}`;
      problem(`${message}${detail}`);
    },
  };
}

/** The first line of an error's message. */
export const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
