import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as workspace from 'taskrouter-kit/workspace';
import { afterAll, describe, expect, test } from 'vitest';
import { checkDefinition, loadDefinition } from '../../src/workspace/index.js';

const folder = mkdtempSync(join(tmpdir(), 'expand-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const YAML = `
expressions:
  call: type == 'call' OR type == 'video'
  spanish: \${call} AND language == 'es'
environments:
  production: { BASE: https://hooks.example.com, RESERVED: 5 }
  staging: { BASE: https://staging.example.com, RESERVED: 1 }
taskQueues:
  Support: { maxReservedWorkers: "\${env.RESERVED}" }
workflows:
  Calls:
    assignmentCallbackUrl: \${env.BASE}/assignment
    defaultQueue: Support
    filters:
      - expression: \${spanish} AND vip == true
        targets: [{ queue: Support, skipIf: "workers.available == 0" }]
`;

describe('named expressions', () => {
  test('are written out with the brackets they need', async () => {
    const { definition } = await loadDefinition(file('a.yaml', YAML), {}, { environment: 'production' });
    expect(definition.workflows?.Calls).toMatchObject({
      assignmentCallbackUrl: 'https://hooks.example.com/assignment',
      filters: [{ expression: "(type == 'call' OR type == 'video') AND language == 'es' AND vip == true" }],
    });
    expect(definition.taskQueues?.Support?.maxReservedWorkers).toBe(5);
    expect(definition.expressions).toBeUndefined();
  });

  test.each([
    [
      'a name that stands for nothing',
      { expressions: { call: '1==1' }, taskQueues: { A: { targetWorkers: '${cal}' } } },
      'taskQueues.A.targetWorkers: there is no expression named "cal". Did you mean "call"?',
    ],
    [
      'a name that stands for itself',
      {
        expressions: { a: '${b}', b: '${c} OR x == 1', c: '${a}' },
        taskQueues: { A: { targetWorkers: '${a}' } },
      },
      'expressions.a: refers to itself: a -> b -> c -> a. Write one of them without the other.',
    ],
    [
      'a clause that is no expression, once',
      {
        expressions: { a: 'x ~ 1' },
        taskQueues: { A: { targetWorkers: '${a}' }, B: { targetWorkers: '${a}' } },
      },
      'expressions.a: line 1, column 3: "~" has no meaning here\nx ~ 1\n  ^',
    ],
    [
      'expressions that are no object',
      { expressions: ['x'] },
      'expressions: must be an object of expressions by their names.',
    ],
    ['an expression that is no text', { expressions: { a: 1 } }, 'expressions.a: must be a string.'],
    [
      'a variable without a value',
      { friendlyName: '${env.TASKROUTER_KIT_UNSET}' },
      'friendlyName: the variable TASKROUTER_KIT_UNSET has no value. Set TASKROUTER_KIT_UNSET, or choose an environment that has it with --env.',
    ],
    [
      'values of an environment that are none',
      { environments: { a: { X: null } } },
      'environments.a.X: must be a string, a number, true or false.',
    ],
    [
      'names of prototypes',
      { taskQueues: { A: { targetWorkers: '${toString}' } } },
      'no expression named "toString"',
    ],
  ])('refuses %s', (_what, definition, message) => {
    expect(() => checkDefinition(definition as never)).toThrow(message);
  });

  test('leaves the attributes of workers alone but for variables', () => {
    process.env.EXPAND_TEST = 'here';
    const attributes = { template: '${name}', expression: '${name}', place: '${env.EXPAND_TEST}' };
    expect(checkDefinition({ workers: { Ann: { attributes } } }).workers?.Ann?.attributes).toEqual({
      ...attributes,
      place: 'here',
    });
    delete process.env.EXPAND_TEST;
  });
});

describe('environments', () => {
  test('come from a file beside the definition too, and win over the process', async () => {
    file('.env.qa', 'CALLBACK_BASE=https://qa.example.com\n');
    const path = file(
      'b.ts',
      `import { defineWorkspace, env } from 'taskrouter-kit/workspace';
      export default defineWorkspace({ eventCallbackUrl: env('CALLBACK_BASE') + '/events' });`,
    );
    process.env.CALLBACK_BASE = 'https://wrong.example.com';
    const modules = { 'taskrouter-kit/workspace': workspace };
    const { definition, files } = await loadDefinition(path, modules, { environment: 'qa' });
    // So that a save of it is noticed.
    expect(files.map((name) => basename(name))).toEqual(['b.ts', '.env.qa']);
    expect(definition.eventCallbackUrl).toBe('https://qa.example.com/events');
    delete process.env.CALLBACK_BASE;
  });

  test('that nobody knows are refused, with the near miss', async () => {
    await expect(loadDefinition(file('c.yaml', YAML), {}, { environment: 'prodction' })).rejects.toThrow(
      'has no environment "prodction"',
    );
    const other = file('d.yaml', 'environments: { production: {} }\n');
    await expect(loadDefinition(other, {}, { environment: 'prodction' })).rejects.toThrow(
      'Did you mean "production"?',
    );
    await expect(loadDefinition(other, {}, { environment: 'aq' })).rejects.toThrow('Did you mean "qa"?');
    await expect(loadDefinition(other, {}, { environment: '../x' })).rejects.toThrow('only letters, digits');
  });
});
