import { ConfigurationError } from '../../errors.js';
import {
  type Expression,
  ExpressionError,
  parseExpression,
  printExpression,
} from '../../expressions/index.js';

/** Marks clauses of any copy of this package: a workspace file may load another one than the command that reads it. */
const CLAUSE = Symbol.for('taskrouter-kit.expression');

/** What can stand in `${…}` of an {@link expression}. */
export type ExpressionValue =
  | ExpressionClause
  | string
  | number
  | boolean
  | null
  | readonly (string | number | boolean | null)[];

/** An expression that was read. It composes: in another {@link expression} it gets the brackets it needs. */
export class ExpressionClause {
  /** In the canonical spelling. */
  readonly text: string;
  readonly [CLAUSE] = true;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

export const isClause = (value: unknown): value is ExpressionClause =>
  typeof value === 'object' && value !== null && CLAUSE in value;

/**
 * Reads an expression of TaskRouter's language when the file is loaded, with the emulator's own parser. A clause in
 * `${…}` gets brackets where it needs them, and a string, number, list, `true`, `false` or `null` becomes a literal.
 *
 * @throws {ConfigurationError} `bad-expression` for what is no expression, with a caret below the place.
 * @example
 * const call = expression`type == 'call' OR type == 'video'`;
 * expression`${call} AND language IN ${['es', 'pt']}`
 * // (type == 'call' OR type == 'video') AND language IN ['es', 'pt']
 */
export function expression(
  texts: TemplateStringsArray,
  ...values: readonly ExpressionValue[]
): ExpressionClause {
  // What was typed, backslashes included: the language has its own.
  const source = texts.raw.reduce((all, text, index) => `${all}${sourceOf(values[index - 1])}${text}`);
  try {
    return new ExpressionClause(canonical(source));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ConfigurationError('bad-expression', `${error.message}\n${error.excerpt}`, { cause: error });
  }
}

/** The canonical spelling of an expression, without brackets that change nothing. @throws {ExpressionError} for what is none. */
export const canonical = (source: string): string => printExpression(flattened(parseExpression(source)));

/** `(a AND b) AND c` as `a AND b AND c`. */
export function flattened(node: Expression): Expression {
  if (node.kind === 'comparison') return node;
  const terms = node.terms.map(flattened);
  return {
    ...node,
    terms: terms.flatMap((term) => (term.kind === node.kind ? term.terms : [term])),
  };
}

function sourceOf(value: unknown): string {
  if (isClause(value)) return `(${value.text})`;
  if (Array.isArray(value)) return `[${value.map(sourceOf).join(', ')}]`;
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' && Number.isFinite(value)) return numeral(value);
  if (typeof value === 'boolean' || value === null) return String(value);
  throw new ConfigurationError(
    'bad-expression',
    'An expression takes clauses, strings, numbers, true, false, null and lists of these.',
  );
}

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** The language has no exponents. */
const numeral = (value: number) =>
  value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 });

/** The same value with every clause in it as its text. */
export function clausesAsTexts(value: unknown, above: readonly unknown[] = []): unknown {
  if (isClause(value)) return value.text;
  if (typeof value !== 'object' || value === null || above.includes(value)) return value;
  const below = [...above, value];
  if (Array.isArray(value)) return value.map((item) => clausesAsTexts(item, below));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, clausesAsTexts(one, below)]));
}

/** An object without a class: a literal, also one of another realm, because files run in a context of their own. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
