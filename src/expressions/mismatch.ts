import type { Comparison, Operand } from './ast.js';
import { printOperand } from './printer.js';
import type { JsonValue } from './values.js';

const LONGEST_VALUE = 60;

/** A value as an expression would write it, shortened, with control characters escaped. */
export function printValue(value: JsonValue): string {
  const text =
    typeof value === 'string'
      ? printOperand({ kind: 'literal', value, start: 0, end: 0 })
      : JSON.stringify(value).replaceAll('"', "'");
  const short = text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
  return short.replaceAll(/\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What kind of value it is, in the words of a reader. */
function kindOf(value: JsonValue): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'a string' : typeof value === 'number' ? 'a number' : 'true or false';
}

const isScalar = (value: JsonValue) => value === null || typeof value !== 'object';

/** Why the types of two values keep a comparison from ever being true; undefined: it is not the types. */
export function typeMismatch(node: Comparison, left: JsonValue, right: JsonValue): string | undefined {
  if (left === null || right === null) return undefined;
  const { operator } = node;
  const is = (operand: Operand, value: JsonValue) => `${printOperand(operand)} is ${kindOf(value)}`;
  switch (operator) {
    case 'HAS':
      if (!Array.isArray(left)) return `${is(node.left, left)}, and HAS searches a list`;
      return isScalar(right)
        ? likeItem(left, right)
        : `${is(node.right, right)}, and HAS looks for a single value`;
    case 'IN':
    case 'NOT IN':
      if (!Array.isArray(right)) return `${is(node.right, right)}, and ${operator} searches a list`;
      return isScalar(left)
        ? operator === 'IN'
          ? likeItem(right, left)
          : undefined
        : `${is(node.left, left)}, and ${operator} looks for a single value`;
    case 'CONTAINS':
      if (Array.isArray(left)) return `${is(node.left, left)}, and CONTAINS searches a string: use HAS`;
      if (typeof left !== 'string') return `${is(node.left, left)}, and CONTAINS searches a string`;
      return typeof right === 'string'
        ? undefined
        : `${is(node.right, right)}, and CONTAINS looks for a string`;
    default:
      return scalarMismatch(node, left, right);
  }
}

function scalarMismatch(node: Comparison, left: JsonValue, right: JsonValue): string | undefined {
  for (const [operand, value] of [
    [node.left, left],
    [node.right, right],
  ] as const) {
    if (!isScalar(value))
      return `${printOperand(operand)} is ${kindOf(value)}, and ${node.operator} compares single values`;
  }
  if (typeof left === typeof right) return undefined;
  return `${printOperand(node.left)} is ${kindOf(left)}, ${printOperand(node.right)} is ${kindOf(right)}`;
}

/** The list has the value, but as another type: `[1, 2] HAS '1'`. */
function likeItem(list: readonly JsonValue[], value: JsonValue): string | undefined {
  const item = list.find((one) => isScalar(one) && one !== value && String(one) === String(value));
  if (item === undefined) return undefined;
  return `the list has ${printValue(item)}, ${kindOf(item)}, and not ${printValue(value)}, ${kindOf(value)}`;
}
