import fc from 'fast-check';
import type * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  checkDefinition,
  DefinitionError,
  formatPath,
  readSeconds,
  type WorkspaceDefinition,
  type workspaceSchema,
} from '../../src/workspace/definition/index.js';

const SUPPORT = { taskQueues: { Support: {} } };

function problemsOf(definition: unknown): readonly string[] {
  try {
    checkDefinition(definition as WorkspaceDefinition);
  } catch (error) {
    if (error instanceof DefinitionError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const workflow = (fields: object) => ({ ...SUPPORT, workflows: { Calls: fields } });
const routed = (fields: object) => workflow({ configuration: { task_routing: fields } });

describe('checkDefinition', () => {
  test('takes every key there is, and reads times as seconds', () => {
    const checked = checkDefinition({
      $schema: './workspace.schema.json',
      friendlyName: 'Centre',
      multiTaskEnabled: true,
      prioritizeQueueOrder: 'LIFO',
      eventCallbackUrl: 'https://example.com/events',
      eventsFilter: ['task.created'],
      defaultActivity: 'Break',
      timeoutActivity: 'Offline',
      activities: { Break: {}, Available: { available: true } },
      taskChannels: { ticket: { friendlyName: 'Tickets', channelOptimizedRouting: false } },
      taskQueues: {
        Support: {
          targetWorkers: 'a == 1',
          maxReservedWorkers: 2,
          taskOrder: 'FIFO',
          reservationActivity: 'Break',
          assignmentActivity: 'Break',
        },
      },
      workers: {
        Ann: {
          activity: 'Break',
          attributes: { a: [1] },
          channels: { ticket: { capacity: 0, available: true } },
        },
      },
      workflows: {
        Calls: {
          assignmentCallbackUrl: 'http://127.0.0.1:3000/a',
          fallbackAssignmentCallbackUrl: '',
          taskReservationTimeout: '1m30s',
          filters: [
            {
              name: 'f',
              expression: 'a == 1',
              targets: [
                {
                  queue: 'Support',
                  priority: 1,
                  timeout: 30,
                  expression: 'worker.a == 1',
                  orderBy: 'worker.a DESC',
                  skipIf: 'workers.available == 0',
                  knownWorkerSid: 'task.agent',
                },
                { timeout: '2m', knownWorkerFriendlyName: 'task.agent' },
              ],
            },
          ],
          defaultQueue: 'Support',
        },
      },
    });
    expect(checked.workflows?.Calls?.taskReservationTimeout).toBe(90);
    expect(checked.workflows?.Calls?.filters?.[0]?.targets.map(({ timeout }) => timeout)).toEqual([30, 120]);
  });

  test('is typed as it is checked', () => {
    type Writable<T> = T extends object ? { -readonly [K in keyof T]: Writable<T[K]> } : T;
    type Checked = v.InferInput<typeof workspaceSchema>;
    expectTypeOf<Writable<WorkspaceDefinition>>().toExtend<Checked>();
    expectTypeOf<keyof WorkspaceDefinition>().toEqualTypeOf<keyof Checked>();
    expectTypeOf<Checked>().toExtend<WorkspaceDefinition>();
  });

  test.each<[string, unknown, readonly (string | RegExp)[]]>([
    ['no object', 'text', [/^The definition must be an object with .*friendlyName/]],
    ['a misspelt kind', { taskQueue: {} }, ['taskQueue: is not a key here. Did you mean "taskQueues"?']],
    [
      'a misspelt field deep inside',
      workflow({ filters: [{ expression: 'a == 1', targets: [{ queue: 'Support', order_by: 'x' }] }] }),
      ['workflows.Calls.filters[0].targets[0].order_by: is not a key here. Did you mean "orderBy"?'],
    ],
    [
      'a key that is like none',
      { workers: { Ann: { zzzzz: 1 } } },
      ['workers.Ann.zzzzz: is not a key here. Keys: activity, attributes, channels.'],
    ],
    [
      'a missing field',
      workflow({ filters: [{ targets: [] }] }),
      [/filters\[0\]\.expression: is missing\.$/],
    ],
    ['a Map of workers', { workers: new Map() }, [/^workers: must be an object of workers by their names/]],
    ['a list as a worker', { workers: { Ann: [] } }, [/^workers\.Ann: must be an object with activity/]],
    ['a list of workers', { workers: [] }, [/^workers: must be an object of workers by their names/]],
    ['a wrong kind of value', { multiTaskEnabled: 'yes' }, ['multiTaskEnabled: must be true or false.']],
    ['a wrong choice', { prioritizeQueueOrder: 'fifo' }, ['prioritizeQueueOrder: must be FIFO or LIFO.']],
    [
      'attributes as a JSON text',
      { workers: { Ann: { attributes: '{}' } } },
      ['workers.Ann.attributes: must be an object that JSON can represent.'],
    ],
    [
      'a time that is none',
      workflow({ defaultQueue: 'Support', taskReservationTimeout: '20 s' }),
      [/^workflows\.Calls\.taskReservationTimeout: must be a time from 1 to 86400 seconds: a number/],
    ],
    [
      'half a second',
      workflow({ filters: [{ expression: 'a', targets: [{ queue: 'Support', timeout: '500ms' }] }] }),
      [/timeout: must be a time from 1/],
    ],
    [
      'half a URL',
      workflow({ defaultQueue: 'Support', assignmentCallbackUrl: 'localhost:3000' }),
      [/must be a complete URL such as/],
    ],
    [
      'a name nothing has, with the near miss',
      workflow({ defaultQueue: 'Suport' }),
      [
        'workflows.Calls.defaultQueue: the definition has no task queue named "Suport". Did you mean "Support"?',
      ],
    ],
    [
      'a SID in place of a name',
      workflow({ defaultQueue: `WQ${'0'.repeat(32)}` }),
      [/A definition has names in place of SIDs\.$/],
    ],
    [
      'a channel nobody defined',
      { workers: { Ann: { channels: { voicee: {} } } } },
      [
        'workers.Ann.channels.voicee: the definition has no task channel named "voicee". Did you mean "voice"?',
      ],
    ],
    ['no routing', workflow({}), [/^workflows\.Calls: says nothing about routing: write filters/]],
    [
      'both kinds of routing',
      workflow({ defaultQueue: 'Support', configuration: { task_routing: {} } }),
      ['workflows.Calls.configuration: there are also filters or a defaultQueue: write one or the other.'],
    ],
    [
      'a first target without a queue',
      workflow({ filters: [{ expression: 'a', targets: [{ priority: 1 }] }] }),
      [/targets\[0\]\.queue: is missing: the first target/],
    ],
    [
      'a misspelt key of Twilio',
      routed({ default_filter: { que: 'Support' } }),
      [/configuration\.task_routing\.default_filter\.que: is not a key here\. Did you mean "queue"\?$/],
    ],
    [
      'a name nothing has, in a configuration',
      routed({ filters: [{ expression: 'a', targets: [{ queue: 'Suport' }] }] }),
      [/task_routing\.filters\[0\]\.targets\[0\]\.queue: .*Did you mean "Support"\?$/],
    ],
    [
      'a built-in activity of another kind',
      { activities: { Offline: { available: true } } },
      [/^activities\.Offline\.available: must be false: every workspace has Offline/],
    ],
    [
      'a name no object can hold',
      { workers: { constructor: {} } },
      [/^workers\.constructor: cannot be a name/],
    ],
    ['an empty name', { taskQueues: { ' ': {} } }, ['taskQueues[" "]: a task queue needs a non-empty name.']],
    [
      'several at once',
      { friendlyName: 1, workers: { Ann: { activty: 'x' } } },
      [/friendlyName: must be a string/, /workers\.Ann\.activty: .*Did you mean "activity"/],
    ],
  ])('refuses %s', (_what, definition, expected) => {
    const problems = problemsOf(definition);
    expect(problems).toHaveLength(expected.length);
    for (const [index, one] of expected.entries()) {
      if (typeof one === 'string') expect(problems[index]).toBe(one);
      else expect(problems[index]).toMatch(one);
    }
  });

  test("passes on keys of Twilio's configuration that it does not know", () => {
    const definition = routed({ default_filter: { queue: 'Support', something_new: 1 } });
    expect(problemsOf(definition)).toEqual([]);
  });

  test('never throws anything else, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, maxDepth: 5 }), (given) => {
        problemsOf(given);
        problemsOf({ workflows: given, workers: given });
        problemsOf({ workflows: { W: given }, taskQueues: { Q: given } });
      }),
    );
  });
});

describe('readSeconds', () => {
  test.each([
    [30, 30],
    ['30s', 30],
    ['1h30m', 5_400],
    ['1d', 86_400],
    ['2000ms', 2],
    ['500ms', undefined],
    ['30', undefined],
    ['', undefined],
    [-1, undefined],
    [1.5, undefined],
    [Number.NaN, undefined],
    [null, undefined],
  ])('%j is %j', (value, expected) => {
    expect(readSeconds(value)).toBe(expected);
  });
});

test('formatPath writes a path as JavaScript does', () => {
  expect(formatPath(['workflows', 'Who helps', 'filters', 0, 'targets', 1, 'queue'])).toBe(
    'workflows["Who helps"].filters[0].targets[1].queue',
  );
});

test('a misspelt event type in eventsFilter is refused with the near miss; what Twilio has added since can be written', () => {
  const of = (eventsFilter: unknown) => problemsOf({ eventsFilter });
  expect(of(['task.created', 'reservation.accpeted'])).toEqual([
    'eventsFilter[1]: Twilio documents no event type "reservation.accpeted". Did you mean "reservation.accepted"? If Twilio has added it since, write { unlisted: "reservation.accpeted" }.',
  ]);
  expect(of(['Task.Created'])[0]).toContain('Did you mean "task.created"?');
  expect(of(['task created'])[0]).toContain("must be an event type such as 'task.created'");
  expect(of([7])[0]).toContain('must be');
  expect(of(['task.created', 'planet.discovered'])).toEqual([]);
  expect(
    checkDefinition({ eventsFilter: ['task.created', { unlisted: 'task.complete' }] }).eventsFilter,
  ).toEqual(['task.created', 'task.complete']);
});
