import fc from 'fast-check';
import { defineWorkspace, delay, env, expression } from 'taskrouter-kit/workspace';
import { describe, expect, test } from 'vitest';
import { type Expression, parseExpression } from '../../src/expressions/index.js';
import { flattened } from '../../src/workspace/definition/clause.js';
import { Variables, withVariables } from '../../src/workspace/definition/index.js';
import { checkDefinition } from '../../src/workspace/index.js';

describe('expression', () => {
  test.each([
    ['is read by the emulator’s own parser', expression`type=='call'`, "type == 'call'"],
    [
      'brackets a clause only where it needs them',
      expression`${expression`a == 1 OR b == 2`} AND c == 3`,
      '(a == 1 OR b == 2) AND c == 3',
    ],
    [
      'leaves brackets out that change nothing',
      expression`${expression`a == 1 AND b == 2`} OR (c == 3)`,
      'a == 1 AND b == 2 OR c == 3',
    ],
    ['makes a text a literal', expression`name == ${"O'Neil"}`, 'name == "O\'Neil"'],
    ['keeps quotes of both kinds in a text', expression`name == ${`'"\\`}`, `name == '\\'"\\\\'`],
    [
      'makes lists, numbers, booleans and null literals',
      expression`a IN ${['x', 2]} AND b == ${1e-7} AND c == ${true} AND d != ${null}`,
      "a IN ['x', 2] AND b == 0.0000001 AND c == true AND d != null",
    ],
    ['keeps backslashes as they are typed', expression`a == '\'b'`, `a == "'b"`],
  ])('%s', (_what, { text }, expected) => {
    expect(text).toBe(expected);
  });

  test('refuses at definition time what is no expression, with the place', () => {
    expect(() => expression`type = = 'call'`).toThrow(/line 1, column \d+: .*\n.*\n *\^/);
    expect(() => expression`skill-level > 3`).toThrow(/a name cannot contain a hyphen/);
    expect(() => expression`type == ${undefined as never}`).toThrow(/takes clauses, strings, numbers/);
    expect(() => expression`type == ${Number.NaN}`).toThrow(/takes clauses/);
  });

  test('composes to what the clauses mean, whatever they are', () => {
    const leaf = fc.constantFrom('a == 1', 'b != 2', "c HAS 'x'", 'd IN [1, 2]');
    const clause: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.tuple(tie('node'), tie('node')).map(([x, y]) => `(${x}) AND (${y})`),
        fc.tuple(tie('node'), tie('node')).map(([x, y]) => `(${x}) OR (${y})`),
      ),
    })).node;
    const flat = (node: Expression): unknown =>
      node.kind === 'comparison'
        ? [node.operator, JSON.stringify(node.left).replace(/,"start".*/, ''), node.right.kind]
        : [node.kind, ...node.terms.map(flat)];
    fc.assert(
      fc.property(clause, clause, (x, y) => {
        const strings = (text: string) =>
          Object.assign([text], { raw: [text] }) as unknown as TemplateStringsArray;
        const [left, right] = [expression(strings(x)), expression(strings(y))];
        const composed = expression`${left} AND (${right} OR e == 5)`;
        expect(flat(parseExpression(composed.text))).toEqual(
          flat(flattened(parseExpression(`(${x}) AND ((${y}) OR e == 5)`))),
        );
      }),
    );
  });

  test('is a text in a definition, also in one that was not defined by defineWorkspace', () => {
    const targetWorkers = expression`level >= 2`;
    expect(defineWorkspace({ taskQueues: { Experts: { targetWorkers } } })).toEqual({
      taskQueues: { Experts: { targetWorkers: 'level >= 2' } },
    });
    const plain = { taskQueues: { Experts: { targetWorkers } } } as never;
    expect(checkDefinition(plain).taskQueues?.Experts?.targetWorkers).toBe('level >= 2');
  });
});

test('delay is the step people write by hand', () => {
  expect(delay('10m', { queue: 'Support' })).toEqual({
    queue: 'Support',
    expression: '1==0',
    timeout: '10m',
  });
});

describe('env', () => {
  const production = new Variables(
    'production',
    { BASE: 'https://hooks.example.com' },
    { BASE: 'https://old', B: 'b' },
  );

  test('reads the environment that was chosen before the variables of the process', () => {
    withVariables(production, () => {
      expect(env('BASE')).toBe('https://hooks.example.com');
      expect(env('B')).toBe('b');
      expect(env('C', 'c')).toBe('c');
      expect(env({ production: 1, default: 2 })).toBe(1);
      expect(env({ staging: 1, default: 2 })).toBe(2);
    });
  });

  test('says what is missing and what to do', () => {
    withVariables(production, () => {
      expect(() => env('BASSE')).toThrow('The variable BASSE has no value. Did you mean "BASE"?');
      expect(() => env('OTHER')).toThrow('Put it into .env.production, or set OTHER.');
      expect(() => env({ staging: 1 })).toThrow(
        'no value for the environment "production", only for staging',
      );
    });
    expect(() => env('TASKROUTER_KIT_UNSET')).toThrow('Set TASKROUTER_KIT_UNSET, or choose an environment');
    expect(() => env({ staging: 1 })).toThrow('choose one of staging with --env');
    expect(() => env('toString')).toThrow('has no value');
  });
});
