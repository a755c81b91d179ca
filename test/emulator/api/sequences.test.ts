import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createEmulator, type Emulator } from 'taskrouter-kit/emulator';
import { afterAll, describe, expect, test } from 'vitest';
import { operations } from '../../../src/emulator/api/operations.js';
import { checkedApi } from '../../support/checked-api.js';

/** Which status may follow which (twilio.com/docs/taskrouter/lifecycle-task-state, /api/reservations). */
const taskSteps: Readonly<Record<string, readonly string[]>> = {
  pending: ['reserved', 'canceled', 'assigned'],
  reserved: ['pending', 'assigned', 'canceled'],
  assigned: ['wrapping', 'completed'],
  wrapping: ['completed'],
  completed: [],
  canceled: [],
};
const reservationSteps: Readonly<Record<string, readonly string[]>> = {
  pending: ['accepted', 'rejected', 'timeout', 'canceled', 'rescinded'],
  accepted: ['wrapping', 'completed'],
  wrapping: ['completed'],
};

/** What a call is made of; which of the resources that exist it names is decided by `pick` when it is made. */
const calls = fc.record({
  operation: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...operations) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        ...operations.filter(({ id }) =>
          /^(Create|Update)(Task|TaskReservation|WorkerReservation|Worker)$/.test(id),
        ),
      ),
    },
  ),
  pick: fc.nat(),
  /** The share of parameters that get a value of another kind. */
  spoil: fc.constantFrom(0, 0, 0, 1),
  seed: fc.nat(),
  ifMatch: fc.constantFrom(undefined, undefined, undefined, '0', '"1"', 'W/"2"', '*', 'x'),
});

const garbage = [
  '',
  'x',
  '-1',
  '99999999999',
  '[]',
  '{"a":',
  'true',
  '\u0000',
  "a b c == 'd'",
  '%',
  '1970-01-01',
];
const texts = [
  'alpha',
  'beta',
  '{}',
  '{"a":1}',
  'a == 1',
  '1==1',
  'default',
  'voice',
  'true',
  'canceled',
  'http://127.0.0.1:1/',
];

/** A value that a parameter of this kind may take, or (spoilt) one that it may not. */
function valueFor(kind: string, next: (below: number) => number, sids: (prefix: string) => string): string {
  const bare = kind.replace(/!$/, '');
  if (bare.startsWith('sid ')) return sids(bare.slice(4).split('|')[0]!);
  if (bare.startsWith('words ')) {
    const words = bare.slice(6).split('|');
    return words[next(words.length)]!;
  }
  switch (bare) {
    case 'integer':
      return String(next(200));
    case 'boolean':
      return next(2) === 0 ? 'true' : 'false';
    case 'date':
      return '2026-01-01T00:00:00Z';
    case 'json':
      return '{"a":1}';
    case 'url':
      return next(2) === 0 ? '' : 'http://127.0.0.1:1/';
    case 'seconds':
      return '5,10';
    default:
      return texts[next(texts.length)]!;
  }
}

const generator = (seed: number) => {
  let state = seed + 1;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
};

/** More with `SEQUENCES=3000`. */
const sequences = Number(process.env.SEQUENCES ?? 200);

describe('any sequence of legal and illegal calls', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sequences-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let files = 0;

  test(
    'is answered in Twilio’s forms, never with a 500, and no status takes a step it may not',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(calls, { minLength: 20, maxLength: 60 }), async (sequence) => {
          const dataFile = join(folder, `${files++}`);
          const fetch = async () => new Response('{}');
          const emulator = await createEmulator({ clock: 'virtual', fetch, dataFile });
          try {
            await play(emulator, sequence);
          } finally {
            await emulator.close();
          }
          // Whatever state came about can be saved and read again.
          await (await createEmulator({ clock: 'virtual', fetch, dataFile })).close();
        }),
        { numRuns: sequences },
      );
    },
    60_000 + sequences * 1_000,
  );
});

type CallPlan = typeof calls extends fc.Arbitrary<infer T> ? T : never;

async function play(emulator: Emulator, sequence: readonly CallPlan[]): Promise<void> {
  const { call } = checkedApi(emulator);
  const configuration = (sid: string) => JSON.stringify({ task_routing: { default_filter: { queue: sid } } });
  const seeded = emulator.seed({
    workers: { Ann: { activity: 'Available' }, Bob: { activity: 'Available' } },
    taskQueues: { One: {}, Two: { maxReservedWorkers: 2 } },
    workflows: {
      First: { defaultQueue: 'One', assignmentCallbackUrl: 'http://127.0.0.1:1/' },
      Second: { defaultQueue: 'Two' },
    },
  });
  const seen = new Map<string, string>();

  for (const { operation, pick, spoil, seed, ifMatch } of sequence) {
    const next = generator(seed);
    const sids = (prefix: string) => {
      const all = everySid(emulator, prefix);
      return all.length === 0 || next(8) === 0
        ? `${prefix}${'0'.repeat(32)}`
        : all[(pick + next(3)) % all.length]!;
    };
    const params: Record<string, unknown> = {};
    for (const [name, kind] of Object.entries(operation.params)) {
      if (name === 'If-Match' || (!kind.endsWith('!') && next(4) !== 0)) continue;
      params[name] = spoil && next(3) === 0 ? garbage[next(garbage.length)] : valueFor(kind, next, sids);
    }
    if ('Configuration' in params && next(3) > 0) params.Configuration = configuration(sids('WQ'));
    if ('PageSize' in params) delete params.Page;
    const plain = plainUpdate(operation.id, next);
    if (plain) {
      for (const name of Object.keys(params)) delete params[name];
      Object.assign(params, plain);
    }
    const path = pathOf(operation.path, sids, next, emulator);
    // The seeded workspace stays: an empty account makes for a dull sequence.
    if (operation.id === 'DeleteWorkspace' && path.Sid === seeded.workspaceSid) continue;
    if (operation.id === 'DeleteTask') seen.delete(path.Sid!);
    await call(operation.id, path, params, ifMatch === undefined ? {} : { 'if-match': ifMatch });
    await emulator.quiet();
    if (next(6) === 0) await emulator.advance(['1s', '2m', '1h', '30h'][next(4)]!);
    check(emulator, seen);
  }
}

/** Most updates of tasks and reservations change the status and nothing else: these move the work along. */
function plainUpdate(id: string, next: (below: number) => number): Record<string, string> | undefined {
  if (next(4) === 0) return undefined;
  if (id === 'UpdateTask') {
    const AssignmentStatus = ['canceled', 'wrapping', 'completed', 'completed'][next(4)]!;
    return { AssignmentStatus, Reason: 'x' };
  }
  if (!/^Update\w+Reservation$/.test(id)) return undefined;
  return { ReservationStatus: ['accepted', 'accepted', 'rejected', 'wrapping', 'completed'][next(5)]! };
}

function everySid(emulator: Emulator, prefix: string): readonly string[] {
  const views = [...emulator.workspaces.values()];
  if (prefix === 'WS') return views.map(({ workspace }) => workspace.sid);
  const all = {
    WA: 'activities',
    WK: 'workers',
    WQ: 'taskQueues',
    WW: 'workflows',
    WT: 'tasks',
    WR: 'reservations',
    TC: 'taskChannels',
  } as const;
  const collection = all[prefix as keyof typeof all];
  return collection ? views.flatMap((view) => [...view[collection].keys()]) : [];
}

const prefixes: Readonly<Record<string, string>> = {
  Activities: 'WA',
  Events: 'EV',
  TaskChannels: 'TC',
  TaskQueues: 'WQ',
  Tasks: 'WT',
  Workers: 'WK',
  Workflows: 'WW',
  Workspaces: 'WS',
  Reservations: 'WR',
  Channels: 'TC',
};

/** Fills a path with SIDs; now and then the task and worker that a reservation really belongs to. */
function pathOf(
  path: string,
  sids: (prefix: string) => string,
  next: (below: number) => number,
  emulator: Emulator,
): Record<string, string> {
  const filled: Record<string, string> = {};
  for (const [, collection, name] of path.matchAll(/(\w+)\/\{(\w+)\}/g)) {
    filled[name!] = next(30) === 0 ? 'nothing' : sids(prefixes[collection!]!);
  }
  const [view] = emulator.workspaces.values();
  if (path.includes('Reservations/{Sid}') && next(4) > 0) {
    const reservation = view?.reservations.get(filled.Sid!);
    if (reservation)
      Object.assign(filled, { TaskSid: reservation.taskSid, WorkerSid: reservation.workerSid });
  }
  if (next(8) > 0 && view && 'WorkspaceSid' in filled) filled.WorkspaceSid = view.workspace.sid;
  return filled;
}

/** A status as it was seen before each call must lead to the one it has now. */
function check(emulator: Emulator, seen: Map<string, string>): void {
  for (const view of emulator.workspaces.values()) {
    for (const { sid, assignmentStatus } of view.tasks.values()) {
      expectReachable(taskSteps, seen.get(sid), assignmentStatus);
      seen.set(sid, assignmentStatus);
      const accepted = view
        .reservationsOfTask(sid)
        .filter(({ reservationStatus }) => ['accepted', 'wrapping', 'completed'].includes(reservationStatus));
      expect(accepted.length).toBeLessThanOrEqual(1);
    }
    for (const { sid, reservationStatus } of view.reservations.values()) {
      expectReachable(reservationSteps, seen.get(sid), reservationStatus);
      seen.set(sid, reservationStatus);
    }
  }
}

function expectReachable(
  steps: Readonly<Record<string, readonly string[]>>,
  before: string | undefined,
  now: string,
): void {
  const reachable = new Set(before === undefined ? [now] : [before]);
  for (const status of reachable) for (const after of steps[status] ?? []) reachable.add(after);
  expect([...reachable], `from ${before}`).toContain(now);
}
