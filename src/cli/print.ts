import { styleText } from 'node:util';
import { visible, visibleLines } from '../emulator/visible.js';

export type Style = 'blue' | 'bold' | 'cyan' | 'dim' | 'green' | 'magenta' | 'red' | 'yellow';

/** Colours on a terminal, unless the user wants none (no-color.org). */
const coloured = () => process.stdout.isTTY === true && !process.env.NO_COLOR;

export function paint(style: Style, text: string): string {
  return coloured() ? styleText(style, text) : text;
}

/** What {@link paint} makes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what it looks for.
const COLOUR = /(\u001b\[\d{1,2}m)/;

/** Prints a string. Control characters in it are shown escaped, because names come from others. */
export function print(text = ''): void {
  const shown = text
    .split(COLOUR)
    .map((part, index) => (index % 2 === 0 ? visibleLines(part) : coloured() ? part : visible(part)));
  process.stdout.write(`${shown.join('')}\n`);
}

/** The width of the terminal, in characters; 80 where there is none. */
export const columns = (): number => process.stdout.columns || 80;

/** Milliseconds for people: three digits at the most matter. */
export function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
