import fc from 'fast-check';
import { sid } from 'taskrouter-kit/testing';
import { describe, expect, test } from 'vitest';
import { ASSIGNMENT_TABLE, brokenRule, EVENT_TABLE, readFields } from '../../src/http/fields.js';
import { validateAssignment, validateEvent } from '../../src/http/validate.js';

const GOOD: Array<[string, string]> = [
  ['ReservationSid', sid('WR')],
  ['TaskSid', sid('WT')],
  ['WorkerSid', sid('WK')],
  ['WorkspaceSid', sid('WS')],
];

describe('validation', () => {
  test('the one look at the whole form and the look at each field always agree', () => {
    for (const table of [ASSIGNMENT_TABLE, EVENT_TABLE]) {
      const names = [...table.fields.map((field) => field.name), 'Other', '__proto__'];
      const values = fc.oneof(
        fc.constantFrom(
          '',
          '0',
          '-1',
          'x',
          'task.created',
          ...['WR', 'WT', 'WK', 'WS', 'AC'].map((p) => sid(p, 1)),
        ),
        fc.string(),
      );
      const pair = fc.tuple(fc.constantFrom(...names), values);
      fc.assert(
        fc.property(fc.array(pair, { maxLength: 12 }), fc.boolean(), (pairs, good) => {
          const all = good ? [...GOOD, ...pairs] : pairs;
          const byField = table.fields.every(
            (field) =>
              brokenRule(
                field,
                all.filter(([name]) => name === field.name).map(([, value]) => value),
              ) === undefined,
          );
          expect(readFields(table, all) !== undefined).toBe(byField);
        }),
        { numRuns: 5_000 },
      );
    }
  });

  test('an empty value counts as absent', async () => {
    const validated = await validateAssignment([...GOOD, ['WorkflowSid', ''], ['TaskAge', '']]);
    expect(validated).toMatchObject({ form: { WorkflowSid: undefined, TaskAge: undefined } });
    expect(await validateEvent([['EventType', '']])).toEqual({
      errors: [
        { field: 'EventType', rule: 'is missing: it must be the type of the event, such as task.created' },
      ],
    });
  });

  test('every field that is wrong is named', async () => {
    const wrong = ASSIGNMENT_TABLE.fields
      .filter((field) => !field.test('nonsense'))
      .map((field) => field.name);
    const validated = await validateAssignment(wrong.map((name) => [name, 'nonsense']));
    expect('errors' in validated && validated.errors.map(({ field }) => field)).toEqual(wrong);
    expect(wrong).toHaveLength(9);
  });
});
