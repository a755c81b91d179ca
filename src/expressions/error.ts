import { TaskRouterKitError } from '../errors.js';

/** How much of a line is shown around the caret. */
const SHOWN = 72;

/** An expression that cannot be used: where in its text, and why. Lines and columns count from 1. */
export class ExpressionError extends TaskRouterKitError {
  /** Position in the source, in UTF-16 units from 0. */
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  /** What is wrong, without the position. */
  readonly problem: string;
  /** The line at fault with a caret below the place, on two lines. */
  readonly excerpt: string;

  constructor(source: string, offset: number, problem: string) {
    const before = source.slice(0, offset);
    const line = before.split('\n').length;
    const lineStart = before.lastIndexOf('\n') + 1;
    super('EXPRESSION_INVALID', `line ${line}, column ${offset - lineStart + 1}: ${problem}`);
    this.offset = offset;
    this.line = line;
    this.column = offset - lineStart + 1;
    this.problem = problem;
    this.excerpt = excerptOf(source, lineStart, offset);
  }
}

function excerptOf(source: string, lineStart: number, offset: number): string {
  const from = Math.max(lineStart, offset - SHOWN / 2);
  const lineEnd = source.indexOf('\n', offset);
  const to = Math.min(lineEnd < 0 ? source.length : lineEnd, from + SHOWN);
  // A tab is as wide as a space here, else the caret would point elsewhere than it counts.
  return `${source.slice(from, to).replaceAll('\t', ' ')}\n${' '.repeat(offset - from)}^`;
}
