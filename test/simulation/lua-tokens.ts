export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

export const KEYWORDS = new Set(
  'and break do else elseif end false for function if in local nil not or return then true while'.split(' '),
);

const TOKEN =
  /\s+|--\[\[[\s\S]*?\]\]|--[^\n]*|([A-Za-z_]\w*)|(\d+(?:\.\d+)?)|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|(\.\.|[=~<>]=|[-+*/%#<>=(){}[\],.;])/y;

/** @throws Error for what is no Lua. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(source);
    if (found === null) throw new Error(`Lua not understood at: ${source.slice(at, at + 60)}`);
    const [, name, number, single, double, symbol] = found;
    const string = single ?? double;
    if (name !== undefined) tokens.push({ kind: 'name', text: name, at });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
    else if (string !== undefined) tokens.push({ kind: 'string', text: unescaped(string), at });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, at });
  }
  tokens.push({ kind: 'end', text: '', at: source.length });
  return tokens;
}

const unescaped = (text: string) =>
  text.replace(/\\(.)/g, (_all, one: string) => ({ n: '\n', t: '\t', r: '\r' })[one] ?? one);
