import { columns, paint } from './print.js';

/** How often the status line is drawn, in milliseconds. */
const DRAW_MS = 200;

/** One line below everything else on a terminal. */
export interface StatusLine {
  /** Has something been written that does not end with a line break? */
  isOpen(): boolean;
  end(): void;
}

/**
 * Keeps a status line below whatever is written, by a handler's console.log too.
 *
 * @param status - the parts of the line, now; those that do not fit are left out, the last ones first.
 * @returns undefined where there is no terminal that can erase a line.
 */
export function drawStatus(status: () => readonly string[]): StatusLine | undefined {
  const out = process.stdout;
  if (out.isTTY !== true || process.env.TERM === 'dumb') return undefined;
  const writeOut = out.write.bind(out);
  let drawn = '';
  let lineIsOpen = false;
  const erase = () => {
    if (drawn === '') return;
    // A terminal that has become narrower has wrapped the line.
    const rowsAbove = Math.ceil(widthOf(drawn) / columns()) - 1;
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
    if (widthOf(text) <= width) return text;
  }
  return '';
}

/** In columns, or more: letters of wide scripts, and pictures, take two. */
function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += char.codePointAt(0)! < 0x1100 ? 1 : 2;
  return width;
}
