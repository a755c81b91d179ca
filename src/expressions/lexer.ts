import type { Operator, Span } from './ast.js';
import { ExpressionError } from './error.js';

export type Token = Span &
  (
    | { readonly kind: 'name'; readonly text: string }
    | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
    | { readonly kind: 'operator'; readonly operator: Operator }
    | { readonly kind: 'and' | 'or' | '(' | ')' | '[' | ']' | ',' | '.' | 'end' }
  );

const NAME = /[A-Za-z_][A-Za-z0-9_$]*/y;
/** After a dot a name may begin with a digit: live configurations have skills such as 911EN. */
const SEGMENT = /[A-Za-z0-9_][A-Za-z0-9_$]*/y;
/** A first name that begins with a digit, such as 24x7. What looks like an exponent is refused, not taken for a name. */
const DIGITS_FIRST = /(?!\d+[eE]\d+(?![A-Za-z0-9_$]))\d+([A-Za-z_][A-Za-z0-9_$]*)/y;
const NUMBER = /-?\d+(?:\.\d+)?/y;
const SPACE = /\s+/y;
const NOT_IN = /not\s+in(?![A-Za-z0-9_$])/iy;
// The longer spellings first. `=`, `>-` and `<-` are Twilio's second spellings of ==, HAS and IN
// (twilio.com/docs/taskrouter/api/task-queue, twilio.com/docs/taskrouter/api/task).
const symbols: readonly (readonly [string, Operator])[] = [
  ['==', '=='],
  ['!=', '!='],
  ['>=', '>='],
  ['<=', '<='],
  ['>-', 'HAS'],
  ['<-', 'IN'],
  ['=', '=='],
  ['>', '>'],
  ['<', '<'],
];
/** The four operators of two characters that end in `=`, with a blank inside. */
const BLANK_INSIDE = /([!=<>])\s+=/y;
/** Stars before the first token, and the blanks around them. */
const LEADING_STARS = /\s*\*[\s*]*/y;
/** Words that are no names where they stand alone; any case. */
const WORDS = new Map<string, 'and' | 'or' | Operator>([
  ['and', 'and'],
  ['or', 'or'],
  ['in', 'IN'],
  ['has', 'HAS'],
  ['contains', 'CONTAINS'],
]);
const CONSTANTS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** True for a word that cannot stand alone as a name. */
export const isReserved = (text: string): boolean => {
  const lower = text.toLowerCase();
  return lower === 'not' || WORDS.has(lower) || CONSTANTS.has(lower);
};

/**
 * Reads the tokens of an expression one at a time, so that an error costs no more than the text before it.
 * @throws {ExpressionError} at the first character that begins no token.
 */
export class Lexer {
  readonly source: string;
  /** What a lenient lexer let pass, with its place. They are not thrown. */
  readonly warnings: ExpressionError[] = [];
  readonly #lenient: boolean;
  #offset = 0;
  #afterDot = false;

  constructor(source: string, lenient = false) {
    this.source = source;
    this.#lenient = lenient;
    if (lenient && this.#match(LEADING_STARS) !== undefined) {
      this.warn(source.indexOf('*'), 'the leading * is ignored, as Twilio most likely does: remove it');
    }
  }

  warn(offset: number, problem: string): void {
    this.warnings.push(new ExpressionError(this.source, offset, problem));
  }

  next(): Token {
    this.#match(SPACE);
    const start = this.#offset;
    const token = this.#read(start);
    this.#offset = token.end;
    this.#afterDot = token.kind === '.';
    return token;
  }

  #read(start: number): Token {
    const char = this.source[start];
    if (char === undefined) return { kind: 'end', start, end: start };
    if (char === "'" || char === '"') return this.#string(start, char);
    // After a dot every word is a name: worker.in, task.has.
    if (this.#afterDot) {
      const text = this.#match(SEGMENT);
      if (text !== undefined) return { kind: 'name', text, start, end: start + text.length };
    }
    const named = this.#nameFromDigits(start);
    if (named) return named;
    const digits = this.#match(NUMBER);
    if (digits !== undefined) return this.#number(start, digits);
    const symbol = symbols.find(([text]) => this.source.startsWith(text, start));
    // `x >-1` and `x<-1` are comparisons with a negative number, not HAS and IN.
    if (symbol?.[0].endsWith('-') && /\d/.test(this.source[start + 2] ?? '')) {
      return { kind: 'operator', operator: symbol[0] === '>-' ? '>' : '<', start, end: start + 1 };
    }
    const torn = this.#tornOperator(start);
    if (torn) return torn;
    if (symbol) return { kind: 'operator', operator: symbol[1], start, end: start + symbol[0].length };
    switch (char) {
      case '(':
      case ')':
      case '[':
      case ']':
      case ',':
      case '.':
        return { kind: char, start, end: start + 1 };
    }
    return this.#word(start, char);
  }

  #word(start: number, char: string): Token {
    const text = this.#match(NAME);
    if (text === undefined) throw new ExpressionError(this.source, start, strange(char));
    const end = start + text.length;
    const lower = text.toLowerCase();
    const constant = CONSTANTS.get(lower);
    if (constant !== undefined) return { kind: 'literal', value: constant, start, end };
    if (lower === 'not') return this.#notIn(start);
    const word = WORDS.get(lower);
    if (word === undefined) return { kind: 'name', text, start, end };
    return word === 'and' || word === 'or'
      ? { kind: word, start, end }
      : { kind: 'operator', operator: word, start, end };
  }

  /** `24x7` is a name; `1AND` is a number and a word, as it always was. */
  #nameFromDigits(start: number): Token | undefined {
    const text = this.#match(DIGITS_FIRST);
    if (text === undefined) return undefined;
    if (!isReserved(text.replace(/^\d+/, ''))) return { kind: 'name', text, start, end: start + text.length };
    this.#offset = start;
    return undefined;
  }

  /** An operator with a blank inside, such as `! =`. */
  #tornOperator(start: number): Token | undefined {
    const text = this.#match(BLANK_INSIDE);
    if (text === undefined) return undefined;
    const whole = `${text.charAt(0)}=`;
    if (!this.#lenient) {
      throw new ExpressionError(this.source, start, `there is a space inside the operator: write ${whole}`);
    }
    // The one unknown message of Twilio's parser that is on record shows that its lexer drops what it does not know.
    const twilio = whole === '!=' ? "drops the lone ! and reads '=', the opposite" : 'refuses it';
    this.warn(start, `'${text}' is read as ${whole} here; Twilio most likely ${twilio}: write ${whole}`);
    const operator = symbols.find(([symbol]) => symbol === whole)![1];
    return { kind: 'operator', operator, start, end: start + text.length };
  }

  #notIn(start: number): Token {
    this.#offset = start;
    const text = this.#match(NOT_IN);
    if (text === undefined) {
      throw new ExpressionError(
        this.source,
        start,
        'NOT stands only before IN: write x NOT IN [...] or x != y',
      );
    }
    return { kind: 'operator', operator: 'NOT IN', start, end: start + text.length };
  }

  #number(start: number, digits: string): Token {
    const value = Number(digits) + 0; // -0 is 0
    if (!Number.isFinite(value)) throw new ExpressionError(this.source, start, 'the number is too large');
    return { kind: 'literal', value, start, end: start + digits.length };
  }

  /** A backslash makes the quote or backslash after it ordinary; before anything else it is itself. */
  #string(start: number, quote: string): Token {
    let value = '';
    let from = start + 1;
    for (let at = from; at < this.source.length; at++) {
      const char = this.source[at];
      if (char === quote) {
        return { kind: 'literal', value: value + this.source.slice(from, at), start, end: at + 1 };
      }
      const following = this.source[at + 1];
      if (char === '\\' && (following === '\\' || following === "'" || following === '"')) {
        value += this.source.slice(from, at);
        at += 1;
        from = at;
      }
    }
    throw new ExpressionError(this.source, start, `the string has no closing ${quote}`);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset;
    const text = pattern.exec(this.source)?.[0];
    if (text !== undefined) this.#offset += text.length;
    return text;
  }
}

function strange(char: string): string {
  if (char === '-') return 'a name cannot contain a hyphen; only letters, digits, _ and $';
  if (char === '!') return 'there is no negation: write != or NOT IN';
  if (char === '&' || char === '|') return 'write AND or OR';
  return `${JSON.stringify(char)} has no meaning here`;
}
