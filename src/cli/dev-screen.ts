import type { Logger } from '../log.js';
import { paint } from './print.js';
import { drawStatus } from './status-line.js';

/** What `dev` shows: lines for people, with a status line below them on a terminal, or one JSON object a line. */
export interface Screen {
  readonly log: Logger;
  /** A line for people; JSON has none. */
  line(text?: string): void;
  /** What happened: `text` for people, if it is to be shown, `facts` for programs. */
  event(text: string | undefined, facts: object): void;
  /** Something that needs the user's attention. */
  problem(text: string, level?: 'warn' | 'error'): void;
  /** Ends the status line. */
  close(): void;
}

/** @param status - the parts of the status line, now; those that do not fit are left out, the last ones first. */
export function createScreen(json: boolean, status: () => readonly string[]): Screen {
  const out = process.stdout;
  const statusLine = json ? undefined : drawStatus(status);
  const { write } = out;
  // Handlers run in this process: what they print must not stand between the objects.
  if (json) out.write = process.stderr.write.bind(process.stderr) as typeof out.write;

  const line = (text = '') => {
    if (!json) out.write(`${statusLine?.isOpen() ? '\n' : ''}${text}\n`);
  };
  const event = (text: string | undefined, facts: object) => {
    if (json) write.call(out, `${JSON.stringify({ at: new Date().toISOString(), ...facts })}\n`);
    else if (text !== undefined) line(text);
  };
  const problem = (text: string, level: 'warn' | 'error' = 'error') =>
    event(paint(level === 'warn' ? 'yellow' : 'red', `  ! ${text}`), { event: level, message: text });
  return {
    line,
    event,
    problem,
    log: screenLogger(problem),
    close() {
      statusLine?.end();
      if (json) out.write = write;
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
