import { styleText } from 'node:util';

export type Style = 'blue' | 'bold' | 'cyan' | 'dim' | 'green' | 'magenta' | 'red' | 'yellow';

/** Colours on a terminal, unless the user wants none (no-color.org). */
const coloured = () => process.stdout.isTTY === true && !process.env.NO_COLOR;

export function paint(style: Style, text: string): string {
  return coloured() ? styleText(style, text) : text;
}

export function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Milliseconds for people: three digits at the most matter. */
export function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
