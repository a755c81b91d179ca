import type { Expression, Operand } from './ast.js';

/**
 * Writes an expression in the canonical spelling: upper-case words, `==`, single quotes where possible, and only the
 * brackets that are needed. Parsing the result gives the same expression.
 *
 * @example printExpression(parseExpression('(a="x") and b <- [1,2]')) // a == 'x' AND b IN [1, 2]
 */
export function printExpression(expression: Expression): string {
  if (expression.kind === 'comparison') {
    return `${printOperand(expression.left)} ${expression.operator} ${printOperand(expression.right)}`;
  }
  const terms = expression.terms.map((term) => {
    // An AND inside an OR needs no brackets; all other junctions inside junctions do.
    const bare = term.kind === 'comparison' || (term.kind === 'and' && expression.kind === 'or');
    return bare ? printExpression(term) : `(${printExpression(term)})`;
  });
  return terms.join(expression.kind === 'and' ? ' AND ' : ' OR ');
}

/** Writes one operand: a path, a list or a literal. */
export function printOperand(operand: Operand): string {
  switch (operand.kind) {
    case 'path':
      return printPath(operand.segments);
    case 'list':
      return `[${operand.items.map(printOperand).join(', ')}]`;
    case 'literal':
      if (typeof operand.value === 'string') return printString(operand.value);
      return typeof operand.value === 'number' ? printNumber(operand.value) : String(operand.value);
  }
}

/** `['worker', 'skills', 0]` as `worker.skills[0]`. */
export function printPath(segments: readonly (string | number)[]): string {
  return segments
    .map((segment, at) => (typeof segment === 'number' ? `[${segment}]` : at === 0 ? segment : `.${segment}`))
    .join('');
}

function printString(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  return quote + value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`) + quote;
}

/** The language has no exponents, so very large and very small numbers are written out. */
function printNumber(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e');
  if (exponent === undefined) return mantissa;
  const sign = value < 0 ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const shift = Number(exponent);
  return shift > 0
    ? sign + whole + fraction.padEnd(shift, '0')
    : `${sign}0.${'0'.repeat(-shift - 1)}${whole}${fraction}`;
}
