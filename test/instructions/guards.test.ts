import { expect, test } from 'vitest';
import { accept, defer, supervise } from '../../src/instructions/build.js';
import { describeWrongReturn, isDecision, isInstruction } from '../../src/instructions/guards.js';
import { LEAST } from './table.js';

test.each([
  undefined,
  null,
  0,
  'accept',
  accept,
  [],
  [accept()],
  {},
  { instruction: 'constructor' },
  new Date(0),
])('neither an instruction nor a decision: %o', (value) => {
  expect(isInstruction(value)).toBe(false);
  expect(isDecision(value)).toBe(false);
});

test('defer is a decision and no instruction; supervise is neither', () => {
  expect(isInstruction(accept())).toBe(true);
  expect(isDecision(accept())).toBe(true);
  expect(isInstruction(defer())).toBe(false);
  expect(isDecision(defer())).toBe(true);
  expect(isDecision(defer(() => accept()))).toBe(true);
  expect(isDecision({ instruction: 'defer', run: 'later' })).toBe(false);
  expect(isDecision(supervise(LEAST.supervise))).toBe(false);
});

test.each<[unknown, string]>([
  [undefined, 'did you forget `return`?'],
  [null, 'return defer()'],
  [accept, 'did you forget the parentheses'],
  ['accept', 'call the builder'],
  [[accept()], 'exactly one instruction'],
  [7, 'a number'],
  [supervise(LEAST.supervise), 'only as a REST reservation update'],
  [{ instruction: 'Accept' }, 'unknown `instruction`'],
  [{ instruction: 'defer', run: 'later' }, 'takes a function'],
  [{}, 'return defer()'],
  [{ ok: true }, 'without `instruction`'],
])('a wrong return is told with the likely slip (%#)', (value, slip) => {
  expect(describeWrongReturn(value)).toMatch(/^a handler must return an instruction/);
  expect(describeWrongReturn(value)).toContain(slip);
});

test('the value itself is never told', () => {
  expect(describeWrongReturn('+15017122661')).not.toContain('1501');
});
