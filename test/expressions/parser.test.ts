import { describe, expect, test } from 'vitest';
import {
  compileExpression,
  ExpressionError,
  judge,
  missingNames,
  names,
  parseExpression,
  printExpression,
} from '../../src/expressions/index.js';
import { failure, worker } from './support.js';

test.each([
  ['', 1, 'expecting a name'],
  ['is_vip', 7, 'expecting an OPERATOR'],
  ['skill-level > 3', 6, 'hyphen'],
  ['a == ', 6, 'found the end, expecting a name, a value or ('],
  ['a == b c', 8, "found 'c', expecting AND, OR or the end"],
  ['(a == 1', 8, 'expecting AND, OR or )'],
  ['a == 1)', 7, "found ')'"],
  ["a == 'x", 6, "no closing '"],
  ['a LIKE 3', 3, 'expecting an OPERATOR'],
  ["a STARTSWITH 'x'", 3, 'expecting an OPERATOR'],
  ['NOT a == 1', 1, 'NOT stands only before IN'],
  ["a NOT HAS 'x'", 3, 'NOT stands only before IN'],
  ['!a', 1, 'no negation'],
  ['a + 1 == 2', 3, 'no meaning'],
  ['a == 1 && b == 2', 8, 'write AND or OR'],
  ['a IN [1, ]', 10, 'expecting a name'],
  ['a IN [1', 8, 'expecting , or ]'],
  ['a[x] == 1', 3, 'an index'],
  ['a[1.5] == 1', 3, 'an index'],
  ['a. == 1', 4, 'a name after the dot'],
  ['a.-1 == 1', 3, 'a name after the dot'],
  ['1e5 == a', 2, "found 'e5'"],
  ['a ! = 1', 3, 'a space inside the operator: write !='],
  ['a <\t= 1', 3, 'a space inside the operator: write <='],
  ['AND == 1', 1, "found 'AND'"],
  [`a == ${'9'.repeat(400)}`, 6, 'too large'],
  ['a == 1 #', 8, 'no meaning'],
] as const)('%j is refused at column %i', (source, column, problem) => {
  const error = failure(source);
  expect(error).toBeInstanceOf(ExpressionError);
  expect(error.problem).toContain(problem);
  expect(error.column).toBe(column);
  expect(error.line).toBe(1);
});

test('an error shows its line and column, and a caret under the place', () => {
  const error = failure("a == 1 AND\n\tb ~ 'x'");
  expect(error.message).toBe('line 2, column 4: "~" has no meaning here');
  expect(error.excerpt).toBe(" b ~ 'x'\n   ^");
});

test('an error in a very long line shows only what is near', () => {
  const error = failure(`${'a == 1 AND '.repeat(1_000)}!`);
  expect(error.excerpt.split('\n')[0]!.length).toBeLessThan(80);
  expect(error.column).toBe(11_001);
});

test.each([['('], ['a IN ['], ['[']])(
  'a megabyte of %j is refused at once, not at the bottom of the stack',
  (piece) => {
    expect(failure(piece.repeat(1_000_000 / piece.length)).problem).toMatch(/brackets|expecting/);
  },
);

test('brackets nest 200 deep and no deeper', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}1==1${')'.repeat(depth)}`;
  expect(compileExpression(nested(200), 'filter').test({ task: {} })).toBe(true);
  expect(failure(nested(201)).problem).toContain('more than 200 nested brackets');
});

test('a chain of a hundred thousand conditions is no deeper than one', () => {
  const source = Array(100_000).fill('a == 1').join(' OR ');
  expect(compileExpression(source, 'filter').test({ task: {} })).toBe(false);
});

describe('names and operators that a context does not know are refused where they stand', () => {
  test.each([
    ['target', "skill == 'x'", 1, 'worker. or task.'],
    ['target', 'worker.skill == skill', 17, 'worker. or task.'],
    ['target', 'worker == 1', 1, 'worker. or task.'],
    ['target', "task.a IN ['x', b]", 17, 'worker. or task.'],
    ['skip_if', 'worker.level == 1', 1, 'skip_if knows only'],
    ['skip_if', 'workers == 1', 1, 'skip_if knows only'],
    ['skip_if', 'workers.available.now == 1', 1, 'skip_if knows only'],
    ['skip_if', 'workers.available IN [1]', 18, 'skip_if compares numbers'],
  ] as const)('%s: %s', (context, source, column, problem) => {
    expect(failure(source, context)).toMatchObject({ column, problem: expect.stringContaining(problem) });
  });
});

test.each([
  ["( a = 'x' ) and b <- [1,2.50]", "a == 'x' AND b IN [1, 2.5]"],
  ['(a==1 or b==2) and c==3', '(a == 1 OR b == 2) AND c == 3'],
  ['(a==1 and b==2) or c==3', 'a == 1 AND b == 2 OR c == 3'],
  ['a>-"it\'s"', 'a HAS "it\'s"'],
  ['a == "\'\\""', `a == '\\'"'`],
  ['a.b[3].c not  in []', 'a.b[3].c NOT IN []'],
  ['a == -5 and b == NULL', 'a == -5 AND b == null'],
  ['a == 0.0000001 and b == 1000000000000000000000000', 'a == 0.0000001 AND b == 1000000000000000000000000'],
])('%s is printed as %s', (source, printed) => {
  expect(printExpression(parseExpression(source))).toBe(printed);
});

test('names lists every name once, in order', () => {
  expect(names(parseExpression("worker.a HAS task.b AND task.b != 'x' OR 1 IN [worker.c[0]]"))).toEqual([
    'worker.a',
    'task.b',
    'worker.c[0]',
  ]);
});

test('judging tells the comparisons that decided and the names without a value', () => {
  const compiled = compileExpression("(a == 1 OR b == 2) AND c == 'x'", 'filter');
  expect(judge(compiled, { task: { a: 1 } })).toEqual({
    result: false,
    reasons: [{ text: "c == 'x'", result: false, missing: ['c'] }],
  });
  expect(judge(compiled, { task: { a: 0, c: 'x' } })).toEqual({
    result: false,
    reasons: [
      { text: 'a == 1', result: false, missing: [] },
      { text: 'b == 2', result: false, missing: ['b'] },
    ],
  });
  expect(judge(compiled, { task: { b: 2, c: 'x' } }).result).toBe(true);
});

test('missing names are those nobody has', () => {
  const compiled = compileExpression('level > 1 AND lvel > 1 AND friendly_name != null', 'queue');
  expect(missingNames(compiled, [{ worker: worker({}) }, { worker: worker({ level: 2 }) }])).toEqual([
    'lvel',
  ]);
});
