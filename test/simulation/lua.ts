/*
 * Compiles the part of Lua that Redis scripts are written in to JavaScript, so that the simulation runs the very scripts
 * the store sends: a script that is changed is simulated as it is, with nothing to write again. What is not understood
 * is an error with the place in the script. A property test holds it equal to a real Redis.
 *
 * Tables are lists. Of the library: redis.call, redis.error_reply, tonumber, tostring, math.floor, math.max, math.min,
 * string.format ('%.0f' and '%d').
 */

import { KEYWORDS, type Token, tokensOf } from './lua-tokens.js';

export type LuaValue = number | string | boolean | undefined | LuaValue[] | { readonly err: string };

/** What redis.call does. */
export type RedisCall = (command: string, args: readonly string[]) => LuaValue;

export type Compiled = (call: RedisCall, keys: readonly string[], args: readonly string[]) => LuaValue;

/** Binary operators: how tightly each binds, and what it becomes. */
const OPERATORS: Readonly<Record<string, readonly [number, (left: string, right: string) => string]>> = {
  or: [1, (a, b) => `L.or(${a},()=>${b})`],
  and: [2, (a, b) => `L.and(${a},()=>${b})`],
  '<': [3, (a, b) => `L.less(${a},${b})`],
  '>': [3, (a, b) => `L.less(${b},${a})`],
  '<=': [3, (a, b) => `!L.less(${b},${a})`],
  '>=': [3, (a, b) => `!L.less(${a},${b})`],
  '==': [3, (a, b) => `(${a}===${b})`],
  '~=': [3, (a, b) => `(${a}!==${b})`],
  '..': [4, (a, b) => `(L.text(${a})+L.text(${b}))`],
  '+': [5, (a, b) => `(L.number(${a})+L.number(${b}))`],
  '-': [5, (a, b) => `(L.number(${a})-L.number(${b}))`],
  '*': [6, (a, b) => `(L.number(${a})*L.number(${b}))`],
  '/': [6, (a, b) => `(L.number(${a})/L.number(${b}))`],
  '%': [6, (a, b) => `L.modulo(${a},${b})`],
};
const UNARY = 7;

class Compiler {
  readonly #source: string;
  readonly #tokens: Token[];
  #place = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = tokensOf(source);
  }

  script(): string {
    const body = this.#block();
    if (this.#token.kind !== 'end') this.#fail();
    return body;
  }

  get #token(): Token {
    return this.#tokens[this.#place]!;
  }

  #is(text: string): boolean {
    return this.#token.text === text && (this.#token.kind === 'symbol' || KEYWORDS.has(text));
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#place += 1;
    return true;
  }

  #need(text: string): void {
    if (!this.#take(text)) this.#fail(text);
  }

  #fail(wanted = ''): never {
    const at = this.#source.slice(this.#token.at, this.#token.at + 60);
    throw new Error(`Lua not understood${wanted && `, ${wanted} expected`} at: ${at}`);
  }

  #name(): string {
    const { kind, text } = this.#token;
    if (kind !== 'name' || KEYWORDS.has(text)) this.#fail('a name');
    this.#place += 1;
    return text;
  }

  #block(): string {
    let code = '';
    while (!['end', 'else', 'elseif'].some((word) => this.#is(word)) && this.#token.kind !== 'end') {
      code += `${this.#statement()};\n`;
      this.#take(';');
    }
    return code;
  }

  #statement(): string {
    if (this.#take('local')) return this.#local();
    if (this.#take('if')) return this.#if();
    if (this.#take('for')) return this.#for();
    if (this.#take('while')) {
      const condition = this.#expression();
      this.#need('do');
      return `while(L.true(${condition})){\n${this.#closed()}}`;
    }
    if (this.#take('do')) return `{\n${this.#closed()}}`;
    if (this.#take('break')) return 'break';
    if (this.#take('return')) {
      const empty =
        ['end', 'else', 'elseif', ';'].some((word) => this.#is(word)) || this.#token.kind === 'end';
      return `return ${empty ? 'undefined' : this.#expression()}`;
    }
    const targets = [this.#postfix()];
    while (this.#take(',')) targets.push(this.#postfix());
    if (!this.#take('=')) return targets[0]!;
    const values = this.#list();
    if (targets.length === 1) return assignment(targets[0]!, values[0]!);
    return `{const v=[${values.join()}];${targets.map((target, i) => assignment(target, `v[${i}]`)).join(';')}}`;
  }

  #local(): string {
    if (this.#take('function')) {
      const name = this.#name();
      return `let $${name}=${this.#function()}`;
    }
    const names = [this.#name()];
    while (this.#take(',')) names.push(this.#name());
    const values = this.#take('=') ? this.#list() : [];
    if (names.length === 1) return `let $${names[0]}=${values[0] ?? 'undefined'}`;
    return `let [${names.map((name) => `$${name}`).join()}]=[${values.join()}]`;
  }

  #function(): string {
    this.#need('(');
    const names: string[] = [];
    while (!this.#take(')')) {
      names.push(`$${this.#name()}`);
      this.#take(',');
    }
    return `(${names.join()})=>{\n${this.#closed()}}`;
  }

  #if(): string {
    const condition = this.#expression();
    this.#need('then');
    const then = this.#block();
    const head = `if(L.true(${condition})){\n${then}}`;
    if (this.#take('elseif')) return `${head}else ${this.#if()}`;
    return this.#take('else') ? `${head}else{\n${this.#closed()}}` : this.#closedAfter(head);
  }

  #for(): string {
    const name = this.#name();
    this.#need('=');
    const from = this.#expression();
    this.#need(',');
    const to = this.#expression();
    const step = this.#take(',') ? this.#expression() : '1';
    this.#need('do');
    return `for(let $${name}=${from},to=${to};$${name}<=to;$${name}+=${step}){\n${this.#closed()}}`;
  }

  #closed(): string {
    return this.#closedAfter(this.#block());
  }

  #closedAfter(code: string): string {
    this.#need('end');
    return code;
  }

  #list(): string[] {
    const values = [this.#expression()];
    while (this.#take(',')) values.push(this.#expression());
    return values;
  }

  #expression(least = 0): string {
    let left = this.#unary();
    for (;;) {
      const { kind, text } = this.#token;
      const operator = kind === 'symbol' || KEYWORDS.has(text) ? OPERATORS[text] : undefined;
      if (operator === undefined || kind === 'string' || operator[0] <= least) return left;
      this.#place += 1;
      left = operator[1](left, this.#expression(operator[0]));
    }
  }

  #unary(): string {
    if (this.#take('not')) return `!L.true(${this.#expression(UNARY)})`;
    if (this.#take('-')) return `(-L.number(${this.#expression(UNARY)}))`;
    if (this.#take('#')) return `L.size(${this.#expression(UNARY)})`;
    const { kind, text } = this.#token;
    if (kind === 'number') {
      this.#place += 1;
      return text;
    }
    if (kind === 'string') {
      this.#place += 1;
      return JSON.stringify(text);
    }
    if (this.#take('nil')) return 'undefined';
    if (this.#take('true')) return 'true';
    if (this.#take('false')) return 'false';
    if (this.#take('function')) return this.#function();
    if (this.#take('{')) {
      const values: string[] = [];
      while (!this.#take('}')) {
        values.push(this.#expression());
        this.#take(',');
      }
      return `[${values.join()}]`;
    }
    return this.#postfix();
  }

  #postfix(): string {
    let code: string;
    if (this.#take('(')) {
      code = `(${this.#expression()})`;
      this.#need(')');
    } else {
      code = `$${this.#name()}`;
    }
    for (;;) {
      if (this.#take('.')) {
        code += `.${this.#name()}`;
      } else if (this.#take('[')) {
        code = `L.at(${code},${this.#expression()})`;
        this.#need(']');
      } else if (this.#take('(')) {
        const args = this.#is(')') ? [] : this.#list();
        this.#need(')');
        code = `${code}(${args.join()})`;
      } else {
        return code;
      }
    }
  }
}

/** Assigning to an element goes through a function: Lua's lists begin with 1. */
function assignment(target: string, value: string): string {
  const element = /^L\.at\((.*)\)$/s.exec(target);
  return element ? `L.put(${element[1]},${value})` : `${target}=${value}`;
}

const isTrue = (value: unknown) => value !== undefined && value !== null && value !== false;

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) throw new Error('attempt to perform arithmetic on what is no number');
  return number;
}

function textOf(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Error('attempt to concatenate what is no text');
}

const LIBRARY = {
  true: isTrue,
  or: (left: unknown, right: () => unknown) => (isTrue(left) ? left : right()),
  and: (left: unknown, right: () => unknown) => (isTrue(left) ? right() : left),
  number: numberOf,
  text: textOf,
  modulo: (left: unknown, right: unknown) =>
    ((numberOf(left) % numberOf(right)) + numberOf(right)) % numberOf(right),
  less(left: unknown, right: unknown) {
    if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string'))
      throw new Error(`attempt to compare ${typeof left} with ${typeof right}`);
    return (left as number) < (right as number);
  },
  size: (value: unknown) => (value as unknown[]).length,
  at: (list: unknown, index: unknown) => (list as unknown[])[(index as number) - 1],
  put(list: unknown, index: unknown, value: unknown) {
    (list as unknown[])[(index as number) - 1] = value;
  },
};

const GLOBALS = {
  $tonumber(value: unknown) {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && !Number.isNaN(number) ? number : undefined;
  },
  $tostring: (value: unknown) => (value === undefined ? 'nil' : String(value)),
  $math: { floor: Math.floor, max: Math.max, min: Math.min },
  $string: {
    format(form: string, value: number) {
      if (form === '%.0f') return value.toFixed(0);
      if (form === '%d') return String(Math.trunc(value));
      throw new Error(`string.format ${form} is not simulated`);
    },
  },
};

const compiled = new Map<string, Compiled>();

/** @throws Error for Lua that it does not understand. */
export function compileLua(source: string): Compiled {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const body = new Compiler(source).script();
  const run = new Function(
    'L',
    '$tonumber',
    '$tostring',
    '$math',
    '$string',
    '$redis',
    '$KEYS',
    '$ARGV',
    body,
  );
  const { $tonumber, $tostring, $math, $string } = GLOBALS;
  const made: Compiled = (call, keys, args) => {
    const redis = {
      call: (command: string, ...rest: unknown[]) => call(command.toUpperCase(), rest.map(textOf)),
      error_reply: (err: string) => ({ err }),
    };
    return run(LIBRARY, $tonumber, $tostring, $math, $string, redis, keys, args) as LuaValue;
  };
  compiled.set(source, made);
  return made;
}
