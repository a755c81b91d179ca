import type { Operator } from './ast.js';

/** What JSON can say. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

export type Compare = (left: JsonValue, right: JsonValue) => boolean;

/** A list literal or an attribute that is an array or object: nothing a scalar operator works on. */
const isScalar = (value: JsonValue) => value === null || typeof value !== 'object';
const isArray = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

/**
 * The rules of comparison (twilio.com/docs/taskrouter/expression-syntax; docs/emulator-fidelity.md lists what that
 * page leaves open). Scalars are equal when type and value are. An array or object under a scalar operator makes it
 * false, `!=` included, but compared with null it is simply present.
 */
const equal: Compare = (left, right) => left === right && isScalar(left);

const differ: Compare = (left, right) => {
  if (left === null || right === null) return left !== right;
  return isScalar(left) && isScalar(right) && left !== right;
};

const ordered =
  (holds: (left: number | string, right: number | string) => boolean): Compare =>
  (left, right) =>
    ((typeof left === 'number' && typeof right === 'number') ||
      (typeof left === 'string' && typeof right === 'string')) &&
    holds(left, right);

const holds = (array: JsonValue, value: JsonValue, same: Compare) =>
  isArray(array) && value !== null && isScalar(value) && array.some((item) => same(item, value));

/** `'6'` against 6 becomes 6 against 6; a string that is no number stays what it is. */
const coerced =
  (compare: Compare): Compare =>
  (left, right) =>
    typeof left === 'string' && typeof right === 'number'
      ? compare(numeric(left), right)
      : typeof left === 'number' && typeof right === 'string'
        ? compare(left, numeric(right))
        : compare(left, right);

const numeric = (text: string) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text);

/**
 * What an operator does with two values. `coerceNumericStrings` lets `'6'` equal 6 and compare as a number: one
 * official example suggests it for `EvaluateWorkerAttributes`, no rule states it.
 */
export function comparison(operator: Operator, coerceNumericStrings: boolean): Compare {
  const perhaps = coerceNumericStrings ? coerced : (compare: Compare) => compare;
  const same = perhaps(equal);
  switch (operator) {
    case '==':
      return same;
    case '!=':
      return perhaps(differ);
    case '>':
      return perhaps(ordered((left, right) => left > right));
    case '>=':
      return perhaps(ordered((left, right) => left >= right));
    case '<':
      return perhaps(ordered((left, right) => left < right));
    case '<=':
      return perhaps(ordered((left, right) => left <= right));
    case 'CONTAINS':
      return (left, right) => typeof left === 'string' && typeof right === 'string' && left.includes(right);
    case 'HAS':
      return (left, right) => holds(left, right, same);
    case 'IN':
      return (left, right) => holds(right, left, same);
    case 'NOT IN':
      // Absent is not in the list, as absent is not equal to a value.
      return (left, right) => isArray(right) && isScalar(left) && !holds(right, left, same);
  }
}
