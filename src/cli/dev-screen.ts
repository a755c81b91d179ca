import type { Logger } from '../log.js';
import { columns, paint } from './print.js';

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

/** How often the status line is drawn, in milliseconds. */
const DRAW_MS = 200;

/** @param status - the parts of the status line, now; those that do not fit are left out, the last ones first. */
export function createScreen(json: boolean, status: () => readonly string[]): Screen {
  const out = process.stdout;
  const statusLine =
    !json && out.isTTY === true && process.env.TERM !== 'dumb' ? drawStatus(status) : undefined;
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

interface StatusLine {
  /** Has something been written that does not end with a line break? */
  isOpen(): boolean;
  end(): void;
}

/** Keeps a status line below whatever is written, by a handler's console.log too. */
function drawStatus(status: () => readonly string[]): StatusLine {
  const out = process.stdout;
  const writeOut = out.write.bind(out);
  let drawn = '';
  let lineIsOpen = false;
  const erase = () => {
    if (drawn === '') return;
    // A terminal that has become narrower has wrapped the line.
    const rowsAbove = Math.ceil(drawn.length / columns()) - 1;
    writeOut(`\r${rowsAbove > 0 ? `\u001b[${rowsAbove}A` : ''}\u001b[J`);
    drawn = '';
  };
  const draw = () => {
    const text = lineIsOpen ? '' : fitting(status(), columns() - 1);
    if (text === drawn) return;
    erase();
    writeOut(paint('dim', text));
    drawn = text;
  };
  const streams = [out, process.stderr].filter(({ isTTY }) => isTTY === true);
  const restore = streams.map((stream) => {
    const { write } = stream;
    stream.write = ((chunk: string | Uint8Array, ...rest: []) => {
      erase();
      if (chunk.length > 0) lineIsOpen = !(chunk.at(-1) === '\n' || chunk.at(-1) === 10);
      return write.call(stream, chunk, ...rest);
    }) as typeof stream.write;
    return () => {
      stream.write = write;
    };
  });
  const timer = setInterval(draw, DRAW_MS).unref();
  // Whatever ends the process, the shell's prompt begins a line of its own.
  process.on('exit', erase);
  return {
    isOpen: () => lineIsOpen,
    end() {
      clearInterval(timer);
      process.off('exit', erase);
      erase();
      for (const one of restore) one();
    },
  };
}

/** As many of the parts as one line holds. */
export function fitting(parts: readonly string[], width: number): string {
  for (let count = parts.length; count > 0; count -= 1) {
    const text = parts.slice(0, count).join(' · ');
    if (text.length <= width) return text;
  }
  return '';
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
