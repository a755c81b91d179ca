import fc from 'fast-check';
import { sid } from 'taskrouter-kit/testing';
import { describe, expect, test } from 'vitest';
import { ASSIGNMENT_FIELDS, brokenRule } from '../../src/http/fields.js';
import { ASSIGNMENT, assignmentForm, EVENT, readParameters } from '../../src/http/parameters.js';
import { wrongInAssignment, wrongInEvent } from '../../src/http/validate.js';

const GOOD: Array<[string, string]> = [
  ['AccountSid', sid('AC')],
  ['ReservationSid', sid('WR')],
  ['TaskSid', sid('WT')],
  ['WorkerSid', sid('WK')],
  ['WorkspaceSid', sid('WS')],
];

describe('validation', () => {
  test('the one look at the whole form and the look at each field always agree', () => {
    const seen = { right: 0, wrong: 0 };
    for (const table of [ASSIGNMENT, EVENT]) {
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
          const all = good ? [...GOOD, ...pairs] : [GOOD[0]!, ...pairs];
          const byField = table.fields.every(
            (field) =>
              brokenRule(
                field,
                all.filter(([name]) => name === field.name).map(([, value]) => value),
              ) === undefined,
          );
          const { ambiguity, fields } = readParameters(table, all, '/assignment');
          // Whatever can be read in two ways is refused before anybody looks at its fields.
          if (ambiguity !== undefined) return;
          seen[byField ? 'right' : 'wrong'] += 1;
          expect(fields !== undefined).toBe(byField);
        }),
        { numRuns: 5_000 },
      );
    }
    expect(Math.min(seen.right, seen.wrong)).toBeGreaterThan(300);
  });

  test('an empty value counts as absent', async () => {
    const pairs: Array<[string, string]> = [...GOOD, ['WorkflowSid', ''], ['TaskAge', '']];
    const { fields } = readParameters(ASSIGNMENT, pairs, '/assignment');
    expect(assignmentForm(fields!, pairs)).toMatchObject({ WorkflowSid: undefined, TaskAge: undefined });
    expect(await wrongInEvent([['EventType', '']])).toEqual([
      { field: 'EventType', rule: 'is missing: it must be the type of the event, such as task.created' },
    ]);
  });

  test('every field that is wrong is named', async () => {
    const wrong = ASSIGNMENT_FIELDS.filter(({ form }) => form !== undefined && !form.test('nonsense')).map(
      (field) => field.name,
    );
    const named = await wrongInAssignment(wrong.map((name) => [name, 'nonsense']));
    expect(named.map(({ field }) => field)).toEqual(wrong);
    expect(wrong).toHaveLength(9);
  });
});
