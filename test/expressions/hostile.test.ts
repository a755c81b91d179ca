import { describe, expect, test } from 'vitest';
import { compileExpression, ExpressionError, parseExpression } from '../../src/expressions/index.js';

/** A megabyte, or a hundred thousand items: what takes more than linear time does not come back within the test's limit. */
const MANY = 100_000;

describe('texts that have made parsers hang', () => {
  test.each([
    ['a string without end', `a == '${'\\'.repeat(1_000_000)}`],
    ['a string of escapes', `a == '${"\\'".repeat(500_000)}`],
    ['blanks', `a == ${' '.repeat(1_000_000)}`],
    ['signs', `a == ${'-'.repeat(1_000_000)}`],
    ['points', `a${'.'.repeat(1_000_000)}`],
    ['operators', '=='.repeat(500_000)],
    ['NOT', 'NOT '.repeat(250_000)],
    ['words', `a ${'b '.repeat(500_000)}`],
    ['a list without end', `a IN [${'1,'.repeat(500_000)}`],
    ['control characters', '\u0000\u2028\u202e'.repeat(300_000)],
  ])('%s: refused', (_what, source) => {
    expect(() => parseExpression(source)).toThrow(ExpressionError);
  });

  test('an error quotes a little of the text, not all of it', () => {
    const failing = () => parseExpression(`a == ${'x '.repeat(MANY)}`);
    expect(failing).toThrow(expect.objectContaining({ message: expect.stringMatching(/^[\s\S]{0,500}$/) }));
  });
});

describe('what is legal and huge is read and judged', () => {
  test.each([
    ['a list', `a IN [${Array(MANY).fill("'x'").join()}]`],
    ['a path', `a${'.b'.repeat(MANY)} == 1`],
    ['a string', `a CONTAINS '${'a'.repeat(1_000_000)}b'`],
    ['a pattern, which is only a text', `a CONTAINS '${'(a+)+'.repeat(MANY)}$'`],
  ])('%s', (_what, source) => {
    expect(compileExpression(source, 'filter').test({ task: { a: 'a'.repeat(1_000_000) } })).toBe(false);
  });
});

test.each([
  '__proto__',
  'constructor',
  'toString',
  'a.__proto__',
  'a.constructor.name',
  '__proto__.__proto__',
])('the name %s reaches nothing of JavaScript', (name) => {
  expect(compileExpression(`${name} != null`, 'filter').test({ task: { a: {} } })).toBe(false);
});
