import { readFileSync } from 'node:fs';
import {
  delay,
  type Finding,
  type LintOptions,
  lint,
  RULE_IDS,
  RULES,
  type RuleId,
  type TargetDefinition,
  type WorkflowDefinition,
  type WorkspaceDefinition,
} from 'taskrouter-kit/workspace';
import { describe, expect, test } from 'vitest';

const QUEUES = { A: {}, B: {} };
const target = (targetWorkers: string, rest: WorkspaceDefinition = {}): WorkspaceDefinition => ({
  taskQueues: { A: { targetWorkers } },
  ...rest,
});
const flow = (workflow: WorkflowDefinition): WorkspaceDefinition => ({
  taskQueues: QUEUES,
  workflows: { W: { defaultQueue: 'A', ...workflow } },
});
const filter = (expression: string, ...targets: TargetDefinition[]) => ({
  expression,
  targets: targets.length === 0 ? [{ queue: 'A' }] : targets,
});
const filters = (...all: ReturnType<typeof filter>[]) => flow({ filters: all });
const ann = (attributes: object) => ({ workers: { Ann: { attributes } } });
const configured = (target: object) => ({
  taskQueues: QUEUES,
  workflows: { W: { configuration: { task_routing: { default_filter: target } } } },
});

type Case = readonly [definition: WorkspaceDefinition, options?: LintOptions];
/** For each rule what it finds, and what it lets pass: among it the idioms people use on purpose. */
const CASES: Record<RuleId, { readonly bad: readonly Case[]; readonly good: readonly Case[] }> = {
  definition: {
    bad: [[{ taskQueue: {} } as never], [{ workflows: { W: {} } }], [{ friendlyName: 1 } as never]],
    good: [[{}]],
  },
  syntax: {
    bad: [
      [target('a ~ 1')],
      [target("a == 'x")],
      [target('level')],
      [filters(filter('1==1', { queue: 'A', orderBy: 'level' }))],
    ],
    good: [[target('1==1')], [target('')]],
  },
  'hyphen-in-name': {
    bad: [
      [filters(filter("customer-value == 'gold'"))],
      [target('skill-level > 3')],
      [filters(filter('type-2 == 1'))],
    ],
    good: [[target("team == 'tier-1'")], [target('level > -1')]],
  },
  'blank-in-name': {
    bad: [[filters(filter("customer value == 'gold'"))]],
    good: [[filters(filter("customer_value == 'gold'"))], [target("team == 'tier 1'")]],
  },
  'blank-in-operator': {
    bad: [[target('level > = 3')], [target("team ! = 'a'")]],
    good: [[target("level>=3 AND team != '! ='")]],
  },
  'text-after-expression': {
    bad: [[target("team == 'a', 'b'")]],
    good: [[target("team IN ['a', 'b']")]],
  },
  'unknown-queue': {
    bad: [
      [flow({ defaultQueue: 'C' })],
      [filters(filter('1==1', { queue: 'Aa' }))],
      [configured({ queue: 'C' })],
    ],
    good: [[flow({ defaultQueue: 'B' })]],
  },
  'unknown-worker': {
    bad: [
      [target("friendly_name == 'Anm'", ann({}))],
      [
        {
          ...filters(filter('a == 1', { queue: 'A', expression: "worker.friendly_name IN ['Ben']" })),
          ...ann({}),
        },
      ],
    ],
    good: [[target("friendly_name == 'Ann'", ann({}))], [target("friendly_name == 'Anybody'")]],
  },
  'unknown-activity': {
    bad: [
      [{ activities: {}, timeoutActivity: 'Offlin' }],
      [target("activity_name == 'Lunhc'", { activities: { Lunch: {} } })],
    ],
    good: [
      [target("activity_name != 'Lunch'", { activities: { Lunch: {} } })],
      [target("activity_name == 'Offline'", { activities: {} })],
    ],
  },
  'unknown-channel': {
    bad: [
      [{ workers: { Ann: { channels: { fax: {} } } } }],
      [target('channel.vioce.assigned_tasks < 1', { taskChannels: {} })],
    ],
    good: [[target('worker.channel.voice.assigned_tasks < 1', { taskChannels: {} })]],
  },
  'unreachable-filter': {
    bad: [
      [filters(filter('a == 1'), filter('a == 1 AND b == 2'))],
      [filters(filter('a == 1 OR b == 2'), filter('b==2'))],
      [filters(filter('1==1'), filter('b == 2'))],
      [filters(filter("lang IN ['en', 'es']"), filter("lang == 'en'"))],
      [filters(filter('v >= 5'), filter('v > 7'))],
      [filters(filter("a == 'x' AND a == 'y'"))],
      [filters(filter('1==0'))],
      // The tasks stay in the second step.
      [filters(filter('a == 1', { queue: 'A', timeout: 30 }, { queue: 'B' }), filter('a == 1'))],
    ],
    good: [
      [filters(filter('a == 1 AND b == 2'), filter('a == 1'))],
      // Tasks come on from the first filter after its timeouts, or when it is skipped.
      [filters(filter('a == 1', { queue: 'A', timeout: 30 }), filter('a == 1'))],
      [filters(filter('a == 1', { queue: 'A', skipIf: 'workers.available == 0' }), filter('a == 1'))],
      [filters(filter('v > 5'), filter('v >= 5'))],
      [filters(filter('a != 1'), filter('a == 1'))],
      [filters(filter("a HAS 'x'"), filter("a HAS 'y'"))],
    ],
  },
  'unreachable-target': {
    bad: [[filters(filter('a == 1', { queue: 'A' }, { queue: 'B' }))]],
    good: [
      [filters(filter('a == 1', { queue: 'A', timeout: 5 }, { queue: 'B' }))],
      [filters(filter('a == 1', { queue: 'A', skipIf: '1==1' }, { queue: 'B' }))],
      [filters(filter('a == 1', delay('10m', { queue: 'A' }), { queue: 'B' }))],
    ],
  },
  'missing-default-filter': {
    bad: [[{ taskQueues: QUEUES, workflows: { W: { filters: [filter('a == 1')] } } }]],
    good: [
      [filters(filter('a == 1'))],
      [{ taskQueues: QUEUES, workflows: { W: { filters: [filter('1==1')] } } }],
    ],
  },
  'last-target-timeout': {
    bad: [
      [filters(filter('a == 1', { queue: 'A', timeout: 5 }))],
      [filters(filter('a == 1', { queue: 'A', timeout: 5 }), filter('b == 1'))],
    ],
    good: [
      [filters(filter('a == 1', { queue: 'A', timeout: 5 }, { queue: 'B' }))],
      [filters(filter('a == 1 AND b == 1', { queue: 'A', timeout: 5 }), filter('a == 1'))],
    ],
  },
  'order-by-not-integer': {
    bad: [
      [
        {
          ...filters(filter('a == 1', { queue: 'A', orderBy: 'worker.level DESC' })),
          ...ann({ level: '3' }),
        },
      ],
      [
        filters(filter('a == 1', { queue: 'A', orderBy: 'worker.level' })),
        { samples: { workers: [{ level: 1.5 }] } },
      ],
    ],
    good: [
      [{ ...filters(filter('a == 1', { queue: 'A', orderBy: 'worker.level DESC' })), ...ann({ level: 3 }) }],
    ],
  },
  'has-on-text': {
    bad: [
      [target("skills HAS 'a'", ann({ skills: 'a' }))],
      [filters(filter("tags HAS 'x'")), { samples: { tasks: [{ tags: 'x' }] } }],
      [
        {
          ...filters(filter('a == 1', { queue: 'A', expression: 'worker.skills HAS task.skill' })),
          ...ann({ skills: 'a' }),
        },
      ],
    ],
    good: [[target("skills HAS 'a'", ann({ skills: ['a'] }))], [target("skills HAS 'a'", ann({}))]],
  },
  'contains-on-list': {
    bad: [[target("worker.skills CONTAINS 'a'", ann({ skills: ['a'] }))]],
    good: [[target("name CONTAINS 'a'", ann({ name: 'an' }))]],
  },
  'number-as-text': {
    bad: [
      [target("level >= '3'")],
      [target('level >= 3', ann({ level: '3' }))],
      [target("level == '3'", ann({ level: 3 }))],
    ],
    good: [[target('level >= 3', ann({ level: 3 }))], [target("code == '3'", ann({ code: '3' }))]],
  },
  'single-equals': {
    bad: [[target("team = 'a'")]],
    good: [[target("team == 'a = b'")]],
  },
  'task-queue-sid': {
    bad: [[configured({ task_queue_sid: 'A' })], [configured({ task_queue_sid: 'A', queue: 'A' })]],
    good: [[configured({ queue: 'A' })]],
  },
  'missing-fallback-url': {
    bad: [[flow({ assignmentCallbackUrl: 'https://a.example.com/' })]],
    good: [
      [
        flow({
          assignmentCallbackUrl: 'https://a.example.com/',
          fallbackAssignmentCallbackUrl: 'https://b.example.com/',
        }),
      ],
      [flow({})],
    ],
  },
  'callback-url-query': {
    bad: [
      [{ eventCallbackUrl: 'https://a.example.com/?b=1&a=2' }],
      [{ eventCallbackUrl: 'https://a.example.com/?a=x y' }],
    ],
    good: [
      [{ eventCallbackUrl: 'https://a.example.com/?a=2&a=1&b=%20x' }],
      [{ eventCallbackUrl: 'https://a.example.com/' }],
    ],
  },
  'insecure-url': {
    bad: [[{ eventCallbackUrl: 'http://hooks.example.com/' }]],
    good: [
      [{ eventCallbackUrl: 'https://hooks.example.com/' }],
      [{ eventCallbackUrl: 'http://localhost:3000/' }],
    ],
  },
  'available-activity': {
    bad: [
      [{ timeoutActivity: 'Available' }],
      [{ activities: { Busy: { available: true } }, taskQueues: { A: { assignmentActivity: 'Busy' } } }],
      [{ activities: { 'Wrap-up': { available: true } } }, { handlerActivities: ['Wrap-up'] }],
    ],
    good: [
      [{ timeoutActivity: 'Offline' }],
      [{ activities: { 'Wrap-up': {} } }, { handlerActivities: ['Wrap-up'] }],
    ],
  },
  'reservation-timeout-below-dial': {
    bad: [[flow({ taskReservationTimeout: '20s' }), { dialTimeout: 30 }]],
    good: [
      [flow({ taskReservationTimeout: '20s' }), { dialTimeout: 15 }],
      [flow({ taskReservationTimeout: '20s' })],
    ],
  },
  'ttl-below-timeouts': {
    bad: [
      [filters(filter('a == 1', { queue: 'A', timeout: '1d' }, { queue: 'B' }))],
      [filters(filter('a == 1', { queue: 'A', timeout: 60 }, { queue: 'B' })), { taskTimeout: 60 }],
    ],
    good: [[filters(filter('a == 1', { queue: 'A', timeout: '23h' }, { queue: 'B' }))]],
  },
};

const rulesOf = (findings: readonly Finding[]) => findings.map(({ rule }) => rule);

describe.each(RULE_IDS)('the rule %s', (rule) => {
  test.each(CASES[rule].bad.map((one) => [JSON.stringify(one[0]), ...one] as const))(
    'finds %s',
    (_shown, definition, options) => {
      const found = lint(definition, options).filter((one) => one.rule === rule);
      expect(found).not.toEqual([]);
      expect(found[0]).toMatchObject({
        severity: RULES[rule][0],
        message: expect.stringMatching(/^.+[.?]$/s),
      });
      expect(lint(definition, { ...options, ignore: [rule] }).filter((one) => one.rule === rule)).toEqual([]);
    },
  );
  test.each(CASES[rule].good.map((one) => [JSON.stringify(one[0]), ...one] as const))(
    'lets pass %s',
    (_shown, definition, options) => {
      expect(rulesOf(lint(definition, options))).not.toContain(rule);
    },
  );
  test('is documented', () => {
    const page = readFileSync(new URL('../../docs/workspace.md', import.meta.url), 'utf8');
    expect(page).toContain(`\n### ${rule}\n`);
  });
});

describe('lint', () => {
  test('tells the path, and the place in the expression', () => {
    expect(lint(target('a == 1 AND skill-level > 3'))).toEqual([
      {
        rule: 'hyphen-in-name',
        severity: 'error',
        message: expect.stringContaining('cannot contain a hyphen'),
        path: ['taskQueues', 'A', 'targetWorkers'],
        span: { start: 16, end: 17 },
      },
    ]);
  });

  test.each([
    [target("a = 1 AND b ='x = y'"), "a == 1 AND b =='x = y'"],
    [target("a ! = 'x ! = y'"), "a != 'x ! = y'"],
    [target('a > = 1 AND b < = 2'), 'a >= 1 AND b <= 2'],
    [{ eventCallbackUrl: 'https://a.example.com/?b=ü&a=1#x' }, 'https://a.example.com/?a=1&b=%C3%BC#x'],
  ])('has a fix for %j, and the fixed one is clean', (definition, after) => {
    const [found] = lint(definition as WorkspaceDefinition);
    expect(found!.fix).toMatchObject({ kind: 'value', after });
    const fixed = 'eventCallbackUrl' in definition ? { eventCallbackUrl: after } : target(after as string);
    expect(lint(fixed as WorkspaceDefinition)).toEqual([]);
  });

  test('finds nothing in a definition that is in order', () => {
    expect(
      lint({
        ...flow({
          assignmentCallbackUrl: 'https://a.example.com/assignment',
          fallbackAssignmentCallbackUrl: 'https://a.example.com/assignment/fallback',
          filters: [filter("type == 'call'", { queue: 'A', timeout: 30 }, delay('10m'), { queue: 'B' })],
        }),
        ...ann({ skills: ['a'], level: 2 }),
      }),
    ).toEqual([]);
  });

  test('refuses an option that does not exist', () => {
    expect(() => lint({}, { sample: {} } as never)).toThrow('Did you mean "samples"?');
  });
});
