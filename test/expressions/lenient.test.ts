import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compileExpression,
  type JsonObject,
  orderKey,
  parseExpression,
  parseOrderBy,
  printExpression,
  readExpression,
} from '../../src/expressions/index.js';
import { failure, worker } from './support.js';

const lenient = (source: string, task: JsonObject) =>
  compileExpression(source, 'filter', { lenient: true }).test({ task });
const warnings = (source: string) => readExpression(source, true).warnings.map(({ message }) => message);

describe('names that begin with a digit', () => {
  test.each([
    ['worker.levels.911EN > 4', true],
    ['worker.levels.24x7.on == true', true],
    ['worker.levels.911 == 5', true],
    ['worker.levels.list[0].2nd == 1', true],
    ['worker.levels.1e5 == 7', true],
    ['worker.levels.911FR > 4', false],
  ])('%s', (source, expected) => {
    const levels = { '911EN': 9, '24x7': { on: true }, 911: 5, list: [{ '2nd': 1 }], '1e5': 7 };
    const compiled = compileExpression(source, 'target');
    expect(compiled.test({ task: {}, worker: worker({ levels }) })).toBe(expected);
    expect(printExpression(compiled.ast)).toBe(source);
  });

  test('as the first of a path too, where it is no number', () => {
    expect(compileExpression('24x7 == true', 'filter').test({ task: { '24x7': true } })).toBe(true);
    expect(compileExpression('911EN > 4', 'queue').test({ worker: worker({ '911EN': 9 }) })).toBe(true);
    expect(compileExpression('a==1AND b==2OR c==3', 'filter').test({ task: { a: 1, b: 2 } })).toBe(true);
  });

  test('in order_by', () => {
    const clauses = parseOrderBy('worker.levels.911EN DESC, worker.2nd');
    expect(orderKey(clauses, { levels: { '911EN': 3 }, '2nd': 1 })).toEqual([-3, 1]);
  });
});

describe('what live configurations hold', () => {
  test.each([
    ["a ! = 'x'", { a: 'y' }, true, /column 3: '! =' is read as != here.*the opposite.*write !=/],
    ["a !\n= 'x'", { a: 'x' }, false, /is read as !=/],
    ['a > = 3', { a: 3 }, true, /is read as >= here; Twilio most likely refuses it/],
    ['a < = 3', { a: 4 }, false, /is read as <=/],
    ['a = = 3', { a: 3 }, true, /is read as ==/],
    ["a == 'x', 'b'", { a: 'x' }, true, /column 9: ', 'b'' is ignored, as Twilio most likely does/],
    ["a == 'x' 'b' OR b == 1", { a: 'y', b: 1 }, false, /''b' OR b == 1' is ignored/],
    ['(a == 1))', { a: 1 }, true, /'\)' is ignored/],
    ["*a == 'x'", { a: 'x' }, true, /column 1: the leading \* is ignored/],
    [" * * (a == 'x')", { a: 'x' }, true, /column 2: the leading \* is ignored/],
  ] as const)('%j is read, and warned of', (source, task, expected, warning) => {
    expect(lenient(source, task)).toBe(expected);
    expect(warnings(source)).toEqual([expect.stringMatching(warning)]);
    expect(() => parseExpression(source)).toThrow();
  });

  test.each([
    ["(a == 'x', 'b') AND c == 1"],
    ["a == 'x' && b == 1"],
    ['a == 1 # note'],
    ['a, b == 1'],
    ['is_vip'],
    ['a == 1 AND'],
    ['!a == 1'],
    ['a * b == 1'],
    ['a ! == 1'],
    ['*'],
    [''],
  ])('%j stays an error', (source) => {
    expect(() => readExpression(source, true)).toThrow();
  });

  test('an expression that is right is read alike, and warns of nothing', () => {
    const comparison = fc
      .tuple(fc.constantFrom('a', 'b.c', '9x'), fc.constantFrom('==', '!=', '>=', 'HAS'), fc.integer())
      .map((parts) => parts.join(' '));
    fc.assert(
      fc.property(fc.array(comparison, { minLength: 1, maxLength: 4 }), (parts) => {
        const source = parts.join(' AND ');
        expect(readExpression(source, true)).toEqual({ expression: parseExpression(source), warnings: [] });
      }),
    );
  });
});

test('a blank inside an operator is named where it is refused', () => {
  expect(failure('a ! = 1').problem).toBe('there is a space inside the operator: write !=');
});
