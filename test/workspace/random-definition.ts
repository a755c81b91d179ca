import type { PlanAction, PlanKind, WorkspaceDefinition } from 'taskrouter-kit/workspace';

/** Numbers in [0, 1) that repeat with the seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Random = () => number;
const below = (random: Random, most: number) => Math.floor(random() * most);
const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)]!;

/** Names as people and attackers write them. */
const NAMES = [
  'Support EN',
  "O'Brien",
  'a/b',
  'Über 🎧',
  'x "y"',
  'A',
  'b & c = d?',
  'Z'.repeat(64),
  '100%',
  'ns:1',
];
const QUEUE_EXPRESSIONS = [
  '1==1',
  "skills HAS 'a'",
  'level>=2 AND (team == "x" OR team=="y")',
  'languages HAS "es"',
];
const FILTER_EXPRESSIONS = [
  "type == 'call'",
  "type=='chat' AND vip == true",
  'value >= 10',
  "lang IN ['en','es']",
];

type Mutable<T> = T extends readonly (infer I)[]
  ? Mutable<I>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;
type Draft = Mutable<WorkspaceDefinition>;

export function randomDefinition(random: Random, friendlyName: string): WorkspaceDefinition {
  const names = (least: number, most: number) =>
    [...NAMES].sort(() => random() - 0.5).slice(0, least + below(random, most - least + 1));
  const queues = names(1, 3);
  const activities = names(0, 2);
  const definition: Draft = {
    friendlyName,
    ...(random() < 0.5 ? { prioritizeQueueOrder: pick(random, ['FIFO', 'LIFO'] as const) } : {}),
    ...(random() < 0.5
      ? { eventCallbackUrl: 'https://hooks.example.com/events', eventsFilter: ['task.created'] }
      : {}),
    ...(activities[0] !== undefined && random() < 0.5 ? { timeoutActivity: activities[0] } : {}),
    activities: Object.fromEntries(activities.map((name) => [name, { available: random() < 0.5 }])),
    ...(random() < 0.4
      ? { taskChannels: { letters: random() < 0.5 ? {} : { friendlyName: 'Letters' } } }
      : {}),
    taskQueues: Object.fromEntries(
      queues.map((name) => [
        name,
        {
          targetWorkers: pick(random, QUEUE_EXPRESSIONS),
          ...(random() < 0.3 ? { maxReservedWorkers: 1 + below(random, 5) } : {}),
          ...(activities[0] !== undefined && random() < 0.3 ? { assignmentActivity: activities[0] } : {}),
        },
      ]),
    ),
    workers: Object.fromEntries(
      names(0, 2).map((name) => [
        name,
        {
          attributes: {
            skills: ['a'].slice(below(random, 2)),
            level: below(random, 4),
            nested: { b: 1, a: [2] },
          },
          ...(random() < 0.5 ? { channels: { voice: { capacity: 1 + below(random, 3) } } } : {}),
        },
      ]),
    ),
    workflows: Object.fromEntries(
      names(1, 2).map((name) => [
        name,
        {
          assignmentCallbackUrl: 'https://hooks.example.com/taskrouter/assignment',
          taskReservationTimeout: pick(random, [30, '1m', '20s']),
          filters: FILTER_EXPRESSIONS.slice(0, below(random, 3)).map((expression, index) => ({
            name: `Filter ${index}`,
            expression,
            targets: [
              { queue: pick(random, queues), timeout: 30 + below(random, 3), orderBy: 'worker.level DESC' },
              {
                queue: pick(random, queues),
                priority: below(random, 9),
                expression: "worker.level>1 AND task.a=='b'",
              },
            ],
          })),
          defaultQueue: pick(random, queues),
        },
      ]),
    ),
  };
  return definition as WorkspaceDefinition;
}

export interface Mutation {
  readonly definition: WorkspaceDefinition;
  readonly expected: {
    readonly action: PlanAction;
    readonly kind: PlanKind;
    readonly name: string;
    readonly path?: string;
  };
}

/** The definition with one thing changed, and what a plan must say about it. */
export function mutate(random: Random, definition: WorkspaceDefinition): Mutation {
  const draft = structuredClone(definition) as Draft;
  const some = <T>(all: Record<string, T> | undefined) => {
    const entries = Object.entries(all ?? {});
    return entries.length === 0 ? undefined : pick(random, entries);
  };
  for (;;) {
    const [queue, worker, workflow] = [some(draft.taskQueues), some(draft.workers), some(draft.workflows)];
    switch (below(random, 7)) {
      case 0:
        queue![1].targetWorkers = `level >= ${10 + below(random, 50)}`;
        return done('update', 'taskQueue', queue![0], 'targetWorkers');
      case 1:
        draft.taskQueues!.New = {};
        return done('create', 'taskQueue', 'New');
      case 2:
        if (!worker) break;
        worker[1].attributes = { ...worker[1].attributes, level: 77 };
        return done('update', 'worker', worker[0], 'attributes.level');
      case 3:
        if (!worker) break;
        worker[1].channels = { voice: { capacity: 9 } };
        return done('update', 'worker', worker[0], 'channels.voice.capacity');
      case 4: {
        const filter = workflow![1].filters?.[0];
        if (!filter) break;
        filter.targets[0]!.timeout = '5m';
        return done('update', 'workflow', workflow![0], 'filters[Filter 0].targets[0].timeout');
      }
      case 5:
        workflow![1].taskReservationTimeout = 77;
        return done('update', 'workflow', workflow![0], 'taskReservationTimeout');
      case 6:
        draft.activities!.Lunch = { available: false };
        return done('create', 'activity', 'Lunch');
    }
  }
  function done(action: PlanAction, kind: PlanKind, name: string, path?: string): Mutation {
    return {
      definition: draft as WorkspaceDefinition,
      expected: { action, kind, name, ...(path === undefined ? {} : { path }) },
    };
  }
}
