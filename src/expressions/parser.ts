import type { Expression, Operand, Operator, Path } from './ast.js';
import { ExpressionError } from './error.js';
import { Lexer, type Token } from './lexer.js';

/** Brackets inside brackets. Twilio's own limit is not published; this one keeps the call stack small. */
const MAX_DEPTH = 200;

/**
 * Reads an expression of TaskRouter's language (twilio.com/docs/taskrouter/expression-syntax). AND binds tighter than
 * OR; a condition always has an operator. Names are only read here: which are allowed depends on the context, see
 * {@link compileExpression}.
 *
 * @throws {ExpressionError} with the place of the first mistake.
 * @example parseExpression("language IN ['en', 'es'] AND value >= 10")
 */
export function parseExpression(source: string): Expression {
  return readExpression(source, false).expression;
}

/**
 * The same, and lenient if asked: it takes what live configurations hold though no page allows it. These are a blank
 * inside an operator (`! =`), a tail after a complete expression (`x == 'a', 'b'`) and a stray leading `*`.
 *
 * @returns the expression, and what was let pass: errors with their places, which are not thrown.
 */
export function readExpression(
  source: string,
  lenient: boolean,
): { readonly expression: Expression; readonly warnings: readonly ExpressionError[] } {
  const parser = new Parser(source, lenient);
  const expression = parser.junction('or', 0);
  if (lenient) parser.ignoreTail();
  parser.expect('end', 'AND, OR or the end');
  return { expression, warnings: parser.warnings };
}

class Parser {
  readonly #lexer: Lexer;
  #token: Token;
  /** The end of the token before the present one. */
  #end = 0;

  constructor(source: string, lenient: boolean) {
    this.#lexer = new Lexer(source, lenient);
    this.#token = this.#lexer.next();
  }

  get warnings(): readonly ExpressionError[] {
    return this.#lexer.warnings;
  }

  /** Passes over what follows a complete expression. A character that begins no token is still an error. */
  ignoreTail(): void {
    const { start, kind } = this.#token;
    if (kind === 'end') return;
    while (this.#token.kind !== 'end') this.#advance();
    const tail = shortened(this.#lexer.source.slice(start).trim());
    this.#lexer.warn(
      start,
      `'${tail}' is ignored, as Twilio most likely does after a complete expression: remove it, or join it with AND or OR`,
    );
  }

  junction(kind: 'and' | 'or', depth: number): Expression {
    const start = this.#token.start;
    const terms: Expression[] = [];
    do {
      terms.push(kind === 'or' ? this.junction('and', depth) : this.#condition(depth));
    } while (this.#accept(kind));
    return terms.length === 1 ? terms[0]! : { kind, terms, start, end: this.#end };
  }

  #condition(depth: number): Expression {
    if (this.#token.kind === '(') {
      this.#checkDepth(depth);
      this.#advance();
      const inner = this.junction('or', depth + 1);
      this.expect(')', 'AND, OR or )');
      return inner;
    }
    const left = this.#operand(depth);
    const operator = this.#operator();
    const right = this.#operand(depth);
    return { kind: 'comparison', operator, left, right, start: left.start, end: right.end };
  }

  #operator(): Operator {
    const token = this.#token;
    if (token.kind !== 'operator') throw this.#unexpected('an OPERATOR (==, !=, >, HAS, IN, CONTAINS, ...)');
    this.#advance();
    return token.operator;
  }

  #operand(depth: number): Operand {
    const token = this.#token;
    switch (token.kind) {
      case 'literal':
        this.#advance();
        return { kind: 'literal', value: token.value, start: token.start, end: token.end };
      case 'name':
        return this.#path(token.text, token.start);
      case '[':
        return this.#list(depth);
      default:
        throw this.#unexpected('a name, a value or (');
    }
  }

  #list(depth: number): Operand {
    const start = this.#token.start;
    this.#checkDepth(depth);
    this.#advance();
    const items: Operand[] = [];
    if (this.#token.kind !== ']') {
      do items.push(this.#operand(depth + 1));
      while (this.#accept(','));
    }
    this.expect(']', ', or ]');
    return { kind: 'list', items, start, end: this.#end };
  }

  #path(first: string, start: number): Path {
    const segments: [string, ...(string | number)[]] = [first];
    this.#advance();
    for (;;) {
      if (this.#accept('.')) segments.push(this.#memberName());
      else if (this.#accept('[')) segments.push(this.#index());
      else return { kind: 'path', segments, start, end: this.#end };
    }
  }

  #memberName(): string {
    const token = this.#token;
    if (token.kind !== 'name') throw this.#unexpected('a name after the dot');
    this.#advance();
    return token.text;
  }

  #index(): number {
    const token = this.#token;
    const value = token.kind === 'literal' ? token.value : undefined;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw this.#unexpected('an index: 0, 1, 2, ...');
    }
    this.#advance();
    this.expect(']', ']');
    return value;
  }

  expect(kind: Token['kind'], expected: string): void {
    if (!this.#accept(kind)) throw this.#unexpected(expected);
  }

  #accept(kind: Token['kind']): boolean {
    if (this.#token.kind !== kind) return false;
    this.#advance();
    return true;
  }

  #advance(): void {
    this.#end = this.#token.end;
    this.#token = this.#lexer.next();
  }

  #checkDepth(depth: number): void {
    if (depth < MAX_DEPTH) return;
    const problem = `more than ${MAX_DEPTH} nested brackets; make it flatter`;
    throw new ExpressionError(this.#lexer.source, this.#token.start, problem);
  }

  #unexpected(expected: string): ExpressionError {
    const { kind, start, end } = this.#token;
    const found = kind === 'end' ? 'the end' : `'${shortened(this.#lexer.source.slice(start, end))}'`;
    return new ExpressionError(this.#lexer.source, start, `found ${found}, expecting ${expected}`);
  }
}

const shortened = (text: string) => text.slice(0, 40);
