import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainOffline, reportRoutingTests, routingTests, runRoutingTests } from 'taskrouter-kit/workspace';
import { describe, expect, test } from 'vitest';
import { checkDefinition } from '../../../src/workspace/definition/index.js';
import { folderWith } from '../simulate/plans.js';

routingTests(test, 'examples/routing-tests/calls.tests.yaml');

const DEFINITION = {
  taskQueues: {
    Support: { targetWorkers: "skills HAS 'support'" },
    Experts: { targetWorkers: 'level >= 2' },
    Everyone: {},
  },
  workflows: {
    Calls: {
      taskReservationTimeout: '20s',
      filters: [
        {
          name: 'Spanish',
          expression: "language == 'es'",
          targets: [
            { queue: 'Support', timeout: '30s', skipIf: 'workers.available == 0' },
            { queue: 'Experts', priority: 10 },
          ],
        },
      ],
      defaultQueue: 'Everyone',
    },
  },
};
const WORKERS = {
  Ada: { activity: 'Offline', attributes: { level: 2, skills: [] } },
  Ben: { activity: 'Offline', attributes: { level: 1, skills: ['support'] } },
};
const CALL = { call: { attributes: { language: 'es' } } };

const run = (tests: object[], more: object = {}) => {
  const folder = folderWith({
    'config.json': JSON.stringify(DEFINITION),
    'tests.json': JSON.stringify({ config: 'config.json', workers: WORKERS, tests, ...more }, null, 2),
  });
  const tidy = (text: string) => text.replaceAll(`${folder}/`, '');
  return { result: runRoutingTests([join(folder, 'tests.json')]), tidy };
};
/** What each failure of a single test says first. */
async function failures(one: object): Promise<readonly string[]> {
  const { result, tidy } = run([{ name: 'One', tasks: CALL, ...one }]);
  const { files } = await result;
  return files[0]!.tests[0]!.failures.map(({ message }) => tidy(message));
}
async function refusal(tests: object[], more: object = {}): Promise<string> {
  const { result, tidy } = run(tests, more);
  return result.then(
    () => 'nothing was refused',
    (error: Error) => tidy(error.message),
  );
}

describe('expectations', () => {
  const ben = { at: 0, worker: 'Ben', activity: 'Available' };

  test('at is the state after the timers and deeds of that instant, by any moment until then, never none', async () => {
    const tasks = { call: { at: '1s', attributes: { language: 'es' } } };
    const accept = { at: '11s', worker: 'Ben', accept: 'call' };
    expect(
      await failures({
        tasks,
        do: [ben, accept],
        expect: [
          { task: 'call', at: '1s', status: 'reserved', offeredTo: 'Ben', in: 'Support' },
          { task: 'call', at: '10.999s', status: 'reserved' },
          { task: 'call', at: '11s', status: 'assigned', assignedTo: 'Ben' },
          { task: 'call', by: '11s', assignedTo: 'Ben' },
          { task: 'call', by: '1m', offeredTo: 'Ben' },
          { task: 'call', never: { in: 'Experts' } },
        ],
      }),
    ).toEqual([]);
    expect(
      await failures({
        tasks,
        do: [ben, accept],
        expect: [{ task: 'call', by: '10.999s', assignedTo: 'Ben' }],
      }),
    ).toEqual([
      'call by 10.999s: assigned to Ben\nIt never was. At 10.999s it is reserved, in Support, filter Spanish, step 1, priority 0, offered to Ben.',
    ]);
    expect(
      await failures({ tasks, do: [ben, accept], expect: [{ task: 'call', never: { offeredTo: 'Ben' } }] }),
    ).toEqual([
      'call never: offered to Ben\nIt was, from 1s: reserved, in Support, filter Spanish, step 1, priority 0, offered to Ben.',
    ]);
  });

  test('a timeout that ends at the very instant has ended, and the moment before it has not', async () => {
    const expectations = [
      { task: 'call', at: '20.999s', status: 'reserved' },
      { task: 'call', at: '21s', status: 'pending', in: 'Experts', step: 2 },
    ];
    // Ben's reservation times out, nobody of the queue is available any more: the step is skipped.
    const tasks = { call: { at: 1, attributes: { language: 'es' } } };
    expect(await failures({ tasks, do: [ben], expect: expectations })).toEqual([]);
  });

  test('a step that is passed through in no time counts for by and never', async () => {
    const passed = { task: 'call', by: 0, in: 'Support', filter: 'Spanish', step: 1 };
    expect(
      await failures({ expect: [passed, { task: 'call', at: 0, in: 'Experts', step: 2, priority: 10 }] }),
    ).toEqual([]);
    expect((await failures({ expect: [{ task: 'call', never: { in: 'Support' } }] }))[0]).toContain(
      'It was, from 0s: pending, in Support',
    );
  });

  test('never looks until the end of the test, which until moves', async () => {
    const canceled = { task: 'call', never: { status: 'canceled' } };
    expect(await failures({ expect: [canceled] })).toEqual([]);
    expect((await failures({ until: '24h', expect: [canceled] }))[0]).toContain('It was, from 24h: canceled');
  });

  test('a task that TaskRouter has deleted is gone, whatever it was before', async () => {
    const tasks = { call: { at: 1, attributes: { language: 'es' } } };
    const held = [ben, { at: 1, worker: 'Ben', accept: 'call' }];
    const assigned = { task: 'call', at: '25h', status: 'assigned' };
    const before = { task: 'call', by: '25h', status: 'assigned' };
    expect(await failures({ tasks, do: held, expect: [assigned, before] })).toEqual([
      'call at 25h: assigned\nThe task is gone: TaskRouter deleted it at 24h1s.',
    ]);
  });

  test('a task that does not exist yet, and deeds that cannot be done, say so with their place', async () => {
    const late = { call: { at: '10s', attributes: {} } };
    expect(await failures({ tasks: late, expect: [{ task: 'call', at: '9s', status: 'pending' }] })).toEqual([
      'call at 9s: pending\nThe task does not exist yet.',
    ]);
    expect(
      await failures({
        do: [{ at: 0, worker: 'Ada', accept: 'call' }],
        expect: [{ task: 'call', at: 0, status: 'pending' }],
      }),
    ).toEqual([
      'at 0s, Ada cannot accept task call: it is not offered to them. It is pending, in Experts, filter Spanish, step 2, priority 10.',
    ]);
  });

  test('a rejected, wrapped up and completed task, changed attributes and a cancellation', async () => {
    expect(
      await failures({
        tasks: { call: CALL.call, other: { attributes: { language: 'en' } } },
        do: [
          { ...ben, at: 1 },
          { at: 2, worker: 'Ben', reject: 'other', activity: 'Offline' },
          { at: 3, task: 'other', attributes: { language: 'es' } },
          { at: 4, worker: 'Ada', activity: 'Available' },
          { at: 5, worker: 'Ada', accept: 'call' },
          { at: 6, worker: 'Ada', wrapUp: 'call' },
          { at: 7, worker: 'Ada', complete: 'call' },
          { at: 8, worker: 'Ada', reject: 'other' },
          { at: 9, worker: 'Ada', activity: 'Offline' },
          { at: 10, worker: 'Ada', reject: 'other' },
          { at: 11, task: 'other', cancel: true },
        ],
        expect: [
          { task: 'other', at: 1, offeredTo: 'Ben', in: 'Everyone', filter: 'default filter' },
          { task: 'other', at: 3, in: 'Experts', filter: 'Spanish' },
          { task: 'call', at: 6, status: 'wrapping', assignedTo: 'Ada' },
          { task: 'call', at: 7, status: 'completed' },
          { task: 'other', at: 11, status: 'canceled' },
        ],
      }),
    ).toEqual([]);
  });
});

describe('a file that cannot be used is refused with its place, and no test is run', () => {
  const good = { name: 'Good', tasks: CALL, expect: [{ task: 'call', at: 0, status: 'pending' }] };
  test.each<[object, string]>([
    [{ ...good, expects: [] }, 'tests[0].expects: is not a key here. Did you mean "expect"?'],
    [
      { ...good, expect: [{ task: 'cal', at: 0, status: 'pending' }] },
      'tests[0].expect[0].task: there is no task named "cal". Did you mean "call"?',
    ],
    [
      { ...good, expect: [{ task: 'call', at: 0, in: 'Suport' }] },
      'tests[0].expect[0].in: there is no task queue named "Suport". Did you mean "Support"?',
    ],
    [
      { ...good, expect: [{ task: 'call', at: 0, filter: 'Spansh' }] },
      'there is no filter named "Spansh". Did you mean "Spanish"?',
    ],
    [
      { ...good, expect: [{ task: 'call', at: 0, status: 'pendng' }] },
      'must be one of pending, reserved, assigned',
    ],
    [
      { ...good, expect: [{ task: 'call', never: { offeredTo: 'Adda' } }] },
      'tests[0].expect[0].never.offeredTo: there is no worker named "Adda". Did you mean "Ada"?',
    ],
    [{ ...good, expect: [{ task: 'call', at: 0 }] }, 'expects nothing'],
    [{ ...good, expect: [{ task: 'call', at: 0, by: 1, status: 'pending' }] }, 'must have one of at'],
    [{ ...good, expect: [] }, 'must hold at least one expectation.'],
    [
      { ...good, do: [{ at: 0, worker: 'Ada', activity: 'Avialable' }] },
      'tests[0].do[0].activity: there is no activity named "Avialable". Did you mean "Available"?',
    ],
    [{ ...good, do: [{ at: 0, worker: 'Ada' }] }, 'must have one of activity, attributes, accept'],
    [
      { ...good, do: [{ at: 'soon', worker: 'Ada', accept: 'call' }] },
      'tests[0].do[0].at: must be a length of time',
    ],
    [
      { ...good, tasks: { call: { workflow: 'Cals' } } },
      'there is no workflow named "Cals". Did you mean "Calls"?',
    ],
    [{ ...good, workers: { Ada: { activity: 'Brake' } } }, 'workers.Ada.activity'],
  ])('%#: %o', async (one, message) => {
    expect(await refusal([one])).toContain(message);
    expect(await refusal([one])).toMatch(/^tests\.json:\d+:\d+: /);
  });

  test('no tests, and no workspace file', async () => {
    expect(await refusal([])).toContain('tests: must hold at least one test.');
    expect(await refusal([good], { config: undefined })).toContain('names no workspace file');
    expect(await refusal([good], { config: 'nowhere.json' })).toContain('There is no such file');
  });
});

describe('results', () => {
  const tests = [
    { name: 'Passes', tasks: CALL, expect: [{ task: 'call', at: 0, in: 'Experts' }] },
    { name: 'Fails <&>', tasks: CALL, expect: [{ task: 'call', at: 0, in: 'Everyone' }] },
  ];

  test('coverage names what no test has reached', async () => {
    const report = await run(tests.slice(0, 1)).result;
    const text = reportRoutingTests(report, 'spec', { coverage: true });
    expect(text).toContain(
      '4 of 5 filters, targets and skip conditions\n  Calls: default filter was reached by no test',
    );
    const none = [{ name: 'Other', tasks: { call: {} }, expect: [{ task: 'call', at: 0, in: 'Everyone' }] }];
    const other = reportRoutingTests(await run(none).result, 'spec', { coverage: true });
    expect(other).toContain(
      'skip condition workers.available == 0, of target 1 of filter Spanish (queue Support) was true in no test',
    );
  });

  test('a failure has the explanation, and JUnit and JSON say the same', async () => {
    const report = await run(tests).result;
    expect(report).toMatchObject({ passed: 1, failed: 1 });
    expect(reportRoutingTests(report, 'spec')).toContain('Task call is pending, workflow Calls');
    const junit = reportRoutingTests(report, 'junit');
    expect(junit).toContain('<testsuites tests="2" failures="1">');
    expect(junit).toContain('<testcase name="Fails &lt;&amp;&gt;"');
    expect(JSON.parse(reportRoutingTests(report, 'json'))).toMatchObject({ format: 1, passed: 1, failed: 1 });
  });

  test('the example fails with a text that says why when a timeout is changed', async () => {
    const config = readFileSync('examples/routing-tests/taskrouter.config.ts', 'utf8');
    const folder = folderWith({
      'taskrouter.config.ts': config.replace("'30s'", "'3m'"),
      'calls.tests.yaml': readFileSync('examples/routing-tests/calls.tests.yaml', 'utf8'),
    });
    const modules = { 'taskrouter-kit/workspace': await import('taskrouter-kit/workspace') };
    const report = await runRoutingTests([join(folder, 'calls.tests.yaml')], { modules });
    const text = reportRoutingTests(report, 'spec');
    expect(text).toContain('calls.tests.yaml:12:9: call by 41s: in Experts, offered to Ada, priority 10');
    expect(text).toContain(
      'It never was. At 41s it is pending, in Support, filter Spanish, step 1, priority 0.',
    );
    expect(text).toContain(
      'waits at target 1 of filter "Spanish", queue Support, until 3m (the step\'s timeout)',
    );
  });
});

describe('the way of one task, without a server', () => {
  const definition = checkDefinition({
    ...DEFINITION,
    workers: { Ada: { ...WORKERS.Ada, activity: 'Available' } },
  });

  test('where it is then, and what would come if nobody accepted it', () => {
    const text = explainOffline(definition, { attributes: { language: 'es' } });
    expect(text).toContain('Task at 0s is reserved, workflow Calls');
    expect(text).toContain('waits for Ada to accept it, until 20s');
    expect(text).toContain('If nobody accepts it\n  20s reservation timeout (Ada)');
    expect(text).toContain('24h left the workflow: Task TTL Exceeded');
  });

  test('at a later time, and what cannot be', () => {
    expect(explainOffline(definition, { attributes: { language: 'es' }, at: 30_000 })).toContain(
      'Task at 30s is pending',
    );
    expect(() => explainOffline(definition, { attributes: {}, workflow: 'Cals' })).toThrow(
      'Did you mean "Calls"?',
    );
  });
});
