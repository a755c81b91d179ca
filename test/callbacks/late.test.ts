import { setTimeout as wait } from 'node:timers/promises';
import {
  accept,
  call,
  conference,
  type DeferredOutcome,
  defer,
  dequeue,
  type Instruction,
  reject,
  type TaskRouter,
} from 'taskrouter-kit';
import { createTaskRouterClient } from 'taskrouter-kit/rest';
import { sid } from 'taskrouter-kit/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sleep } from '../../src/clock.js';
import { until } from '../server/endpoint-process.js';
import { startRestServer } from '../support/rest-server.js';
import { fakeClient } from './fake-client.js';
import { gate, world } from './world.js';

const OFFLINE = sid('WA', 1);
const never = () => new Promise<never>(() => {});

/** A world whose router has a client, and hears how deferred answers end. */
function setUp(register: (router: TaskRouter) => unknown, options: Parameters<typeof world>[1] = {}) {
  const rest = fakeClient();
  const ends: DeferredOutcome[] = [];
  const given = world(
    (on) => {
      register(on);
      on.onDeferred((outcome) => ends.push(outcome));
    },
    { client: rest.client as never, ...options },
  );
  return { ...given, rest, ends };
}

describe("onDeadline 'defer'", () => {
  test('{} goes out at the deadline, duplicates get it too, and the decision is applied by REST once', async () => {
    const decision = gate<Instruction>();
    const { clock, reservation, rest, ends } = setUp(
      (on) => on.onAssignment({ name: 'slow' }, () => decision.opened),
      {
        onDeadline: 'defer',
      },
    );
    const one = reservation();
    const primary = one.primary();
    await clock.advance(4_000);
    expect(await primary).toMatchObject({ status: 200, body: '{}' });
    expect((await Promise.all([one.primary(), one.fallback()])).map(({ body }) => body)).toEqual([
      '{}',
      '{}',
    ]);
    decision.open(reject({ activity: OFFLINE }));
    await clock.advance(10);
    expect(rest.applied).toEqual([
      { reservationSid: expect.any(String), instruction: reject({ activity: OFFLINE }) },
    ]);
    expect(ends).toMatchObject([
      { outcome: 'applied', handler: 'slow', instruction: 'reject', takenOver: false },
    ]);
    expect((await one.fallback()).body).toBe('{}');
    expect(rest.applied).toHaveLength(1);
  });

  test('a handler in time answers as ever', async () => {
    const { reservation, rest } = setUp((on) => on.onAssignment(() => accept()), { onDeadline: 'defer' });
    expect((await reservation().primary()).body).toBe('{"instruction":"accept"}');
    expect(rest.applied).toEqual([]);
  });

  test('a handler that never ends is given up at the limit: its signal aborts, and onError may still decide', async () => {
    let signal: AbortSignal | undefined;
    const register = (on: TaskRouter) =>
      on.onAssignment((context) => {
        signal = context.signal;
        return never();
      });
    const plain = setUp(register, { onDeadline: 'defer', deferLimitMs: 6_000 });
    const primary = plain.reservation().primary();
    await plain.clock.advance(4_000);
    await primary;
    await plain.clock.advance(5_900);
    expect(signal?.aborted).toBe(false);
    await plain.clock.advance(200);
    expect(signal?.aborted).toBe(true);
    expect(plain.ends).toMatchObject([{ outcome: 'left', instruction: undefined }]);

    const fallen = setUp((on) => register(on).onError(reject({ activity: OFFLINE })), {
      onDeadline: 'defer',
    });
    const other = fallen.reservation().primary();
    await fallen.clock.advance(4_000);
    await other;
    await fallen.clock.advance(31_000);
    expect(fallen.ends).toMatchObject([{ outcome: 'applied', instruction: 'reject' }]);
  });

  test.each([undefined, reject({ activity: OFFLINE })])(
    'an error that onError is hearing when the deadline passes is heard once; it decides %j',
    async (instead) => {
      const heard: unknown[] = [];
      const { clock, reservation, rest, ends } = setUp(
        (on) =>
          on
            .onAssignment(async () => {
              await sleep(clock, 3_990);
              throw new Error('boom');
            })
            .onError(async (error) => {
              heard.push((error as Error).message);
              await sleep(clock, 100);
              return instead;
            }),
        { onDeadline: 'defer' },
      );
      const primary = reservation().primary();
      await clock.advance(4_000);
      expect(await primary).toMatchObject({ status: 200, body: '{}' });
      await clock.advance(1_000);
      expect(heard).toEqual(['boom']);
      expect(rest.applied.map(({ instruction }) => instruction)).toEqual(instead ? [instead] : []);
      expect(ends).toMatchObject([{ outcome: instead ? 'applied' : 'left' }]);
    },
  );

  test('needs a client, and under fetch() a waitUntil', () => {
    expect(() => world(() => {}, { onDeadline: 'defer' })).toThrow(/pass the option client/);
    const { router } = setUp((on) => on.otherwise(defer()), { onDeadline: 'defer' });
    expect(() => router.fetch()).toThrow(/waitUntil/);
  });
});

describe('defer(run)', () => {
  test('answers {} at once and applies what run returns, with the same context', async () => {
    const decision = gate<Instruction>();
    const { clock, reservation, rest, ends } = setUp((on) =>
      on.onAssignment({ name: 'late' }, ({ task }) =>
        defer(async ({ task: same }: { task: unknown }) => {
          expect(same).toBe(task);
          return decision.opened;
        }),
      ),
    );
    expect((await reservation({ task: { call_sid: 'CA1', to: '+15550100' } }).primary()).body).toBe('{}');
    decision.open(conference({ from: '+15550100' }));
    await clock.advance(10);
    expect(rest.applied[0]?.instruction).toEqual(conference({ from: '+15550100' }));
    expect(ends).toMatchObject([{ outcome: 'applied', handler: 'late' }]);
  });

  test.each<[string, () => Promise<never>]>([
    ['throws', () => Promise.reject(new Error('crm is down'))],
    ['takes longer than withinMs', never],
    ['returns what Twilio would refuse', () => Promise.resolve(dequeue() as never)],
    ['returns nothing', () => Promise.resolve(undefined as never)],
  ])('that %s: onFailure is applied', async (_what, run) => {
    const { clock, reservation, rest, ends, lines } = setUp((on) =>
      on.onAssignment(defer(run, { withinMs: 2_000, onFailure: reject({ activity: OFFLINE }) })),
    );
    await reservation().primary();
    await clock.advance(2_001);
    expect(rest.applied).toMatchObject([{ instruction: { instruction: 'reject' } }]);
    expect(ends).toMatchObject([{ outcome: 'applied', instruction: 'reject' }]);
    expect(lines.some(({ level }) => level === 'error' || level === 'warn')).toBe(true);
  });

  test.each([
    [{ code: 'state' }, 'refused'],
    [{ status: 404 }, 'refused'],
    [{ status: 410 }, 'refused'],
    [{ status: 400, twilioCode: 20_001 }, 'refused'],
    [{ status: 503 }, 'failed'],
    [{ status: 503, maybeApplied: true }, 'unknown'],
    [new Error('connection lost'), 'failed'],
  ])('an update that fails with %j is told as %s, and is no crash', async (error, outcome) => {
    const { clock, reservation, rest, ends } = setUp((on) => on.onAssignment(defer(async () => accept())));
    rest.state.fail = error;
    await reservation().primary();
    // What may pass is repeated until the limit, which is 30 s.
    await clock.advance(30_001);
    expect(ends).toMatchObject([{ outcome, instruction: 'accept', error }]);
  });

  test.each([
    ['accept', accept(), { code: 'unsent' }],
    ['accept', accept(), { code: 'timeout', maybeApplied: true }],
    ['reject', reject({ activity: OFFLINE }), { status: 503, maybeApplied: true }],
    ['reject', reject({ activity: OFFLINE }), { status: 429 }],
  ])('REST is away for 12 s: %s is repeated, and applied once', async (_name, instruction, error) => {
    const { clock, reservation, rest, ends } = setUp((on) => on.onAssignment(defer(async () => instruction)));
    rest.state.fail = error;
    await reservation().primary();
    await clock.advance(12_000);
    expect(ends).toEqual([]);
    rest.state.fail = undefined;
    await clock.advance(2_000);
    expect(rest.applied).toMatchObject([{ instruction }]);
    expect(ends).toMatchObject([{ outcome: 'applied' }]);
    await clock.advance(60_000);
    expect(rest.applied).toHaveLength(1);
  });

  test.each([
    ['accepted', 'applied'],
    ['canceled', 'refused'],
  ])('an accept whose answer was lost, and a reservation that is %s then: %s', async (status, outcome) => {
    const { clock, reservation, rest, ends } = setUp((on) => on.onAssignment(defer(async () => accept())));
    rest.state.fail = { code: 'lost', maybeApplied: true };
    await reservation().primary();
    await clock.advance(1_000);
    rest.state.fail = { code: 'state' };
    rest.state.status = status;
    await clock.advance(2_000);
    expect(ends).toMatchObject([{ outcome, instruction: 'accept' }]);
  });

  test('what rings is never repeated, nor what Twilio refuses', async () => {
    for (const [instruction, error] of [
      [call({ from: '+15550100', to: '+15550101', url: 'https://example.com' }), { status: 503 }],
      [accept(), { status: 401 }],
    ] as const) {
      const { clock, reservation, rest, ends } = setUp((on) =>
        on.onAssignment(defer(async () => instruction)),
      );
      rest.state.fail = error;
      await reservation().primary();
      await clock.advance(100);
      rest.state.fail = undefined;
      await clock.advance(20_000);
      expect([ends.length, rest.applied.length]).toEqual([1, 0]);
    }
  });

  test('a limit above the reservation timeout of the workflow is warned about once', async () => {
    const { clock, reservation, rest, lines } = setUp((on) =>
      on.onAssignment(defer(async () => accept(), { withinMs: 60_000 })),
    );
    rest.state.reservationTimeout = 30;
    for (let i = 0; i < 2; i++) await reservation({ fields: { WorkflowSid: sid('WW', 1) } }).primary();
    await clock.advance(10);
    expect(lines.filter(({ message }) => message.includes('reservation timeout'))).toHaveLength(1);
  });
});

test("via: 'rest' answers {} and applies the instruction", async () => {
  const { clock, reservation, rest } = setUp((on) => on.onAssignment(reject({ via: 'rest' })));
  expect((await reservation().primary()).body).toBe('{}');
  await clock.advance(10);
  expect(rest.applied).toMatchObject([{ instruction: { instruction: 'reject' } }]);
});

test('under fetch() without waitUntil a deferred answer is refused, and the log says why', async () => {
  const { reservation, lines } = world((on) => on.onAssignment(() => defer(async () => accept())), {
    client: fakeClient().client as never,
    waitUntil: undefined,
  } as never);
  expect((await reservation().primary()).status).toBe(500);
  expect(lines.find(({ level }) => level === 'error')?.fields.err).toMatchObject({
    message: expect.stringContaining('waitUntil'),
  });
});

describe('what goes on after the answer', () => {
  test('is given to waitUntil: the deferred answer, what after() was given, and event handlers', async () => {
    const kept: Promise<unknown>[] = [];
    const decision = gate<Instruction>();
    const written = gate();
    const { clock, reservation, event, rest } = setUp(
      (on) =>
        on
          .onAssignment(({ after }) => {
            after(() => written.opened);
            return defer(() => decision.opened);
          })
          .onEvent('task.created', (context) => context.after(() => written.opened)),
      { waitUntil: (work) => kept.push(work) },
    );
    const done = () => Promise.allSettled(kept).then(() => 'done');
    const state = async () => {
      const first = Promise.race([done(), clock.advance(10).then(() => 'going on')]);
      return first;
    };
    expect((await reservation().primary()).body).toBe('{}');
    expect(await state()).toBe('going on');
    decision.open(accept());
    await clock.advance(10);
    expect(rest.applied).toHaveLength(1);
    expect(await state()).toBe('going on');
    written.open();
    expect(await done()).toBe('done');

    const before = kept.length;
    expect((await event('task.created')).status).toBe(204);
    expect(kept).toHaveLength(before + 2);
  });

  test('a shutdown at its limit: what the handler decides then is for the process that takes over', async () => {
    const decision = gate<Instruction>();
    const { clock, reservation, rest, ends, router } = setUp((on) =>
      on
        .onAssignment(defer(() => decision.opened, { onFailure: reject() }))
        .onError(reject({ activity: OFFLINE })),
    );
    await reservation().primary();
    const closed = router.close({ timeoutMs: 100 });
    await clock.advance(200);
    expect((await closed).open).toHaveLength(1);
    decision.open(accept());
    await clock.advance(10);
    expect(rest.applied).toEqual([]);
    expect(ends).toEqual([]);
  });

  test('a run lost while a name is looked up is not applied', async () => {
    const held = gate<void>();
    const { clock, reservation, rest, ends, router } = setUp((on) =>
      on.onAssignment(defer(async () => reject({ activity: 'Offline' }))),
    );
    rest.names.set('Offline', OFFLINE);
    rest.state.hold = { at: 'name', until: held.opened };
    await reservation().primary();
    const closed = router.close({ timeoutMs: 100 });
    await clock.advance(200);
    await closed;
    held.open();
    await clock.advance(10);
    expect(rest.applied).toEqual([]);
    expect(ends).toEqual([]);
  });

  test.each([
    ['an update that waits to be repeated is left to the next owner when its run is lost', true, 1],
    ['an update that waits to be repeated is repeated while its run goes on', false, 2],
  ])('%s', async (_name, lost, updates) => {
    const twilio = await startRestServer(({ method }) =>
      method === 'POST' && posts().length === 1
        ? { status: 429, json: { code: 20429 }, headers: { 'retry-after': '0.3' } }
        : { status: 200, json: { sid: sid('WR'), reservation_status: 'accepted' } },
    );
    const posts = () => twilio.requests.filter(({ method }) => method === 'POST');
    onTestFinished(() => twilio.close());
    const client = createTaskRouterClient({ accountSid: sid('AC'), authToken: 'token', baseUrl: twilio.url });
    const { clock, reservation, ends, router } = setUp((on) => on.onAssignment(defer(async () => accept())), {
      client,
    });
    await reservation().primary();
    await until(() => posts().length > 0);
    const closed = router.close({ timeoutMs: lost ? 100 : 60_000 });
    await clock.advance(200);
    await wait(600);
    await closed;
    expect(posts()).toHaveLength(updates);
    expect(ends.map(({ outcome }) => outcome)).toEqual(lost ? [] : ['applied']);
  });
});

describe('two decisions for one reservation', () => {
  test('are told: a REST update in the handler, and an instruction', async () => {
    const { reservation, lines, router } = setUp((on) =>
      on.onAssignment(async ({ reservation: own }) => {
        await own.accept();
        return reject({ activity: OFFLINE });
      }),
    );
    const heard: boolean[] = [];
    expect(router).toBeDefined();
    router.onOutcome(({ answeredTwice }) => heard.push(answeredTwice));
    await reservation().primary();
    expect(heard).toEqual([true]);
    expect(lines.find(({ message }) => message.startsWith('Two decisions'))?.level).toBe('error');
  });

  test('are none: an update and defer(), or a look and an instruction', async () => {
    const heard: boolean[] = [];
    const { reservation, router } = setUp((on) =>
      on.onAssignment(async ({ reservation: own, task }) => {
        if (task.attributes.look) {
          await own.fetch();
          return accept();
        }
        await own.accept();
        return defer();
      }),
    );
    router.onOutcome(({ answeredTwice }) => heard.push(answeredTwice));
    await reservation({ task: { look: true } }).primary();
    await reservation().primary();
    expect(heard).toEqual([false, false]);
  });
});

describe('friendly names', () => {
  test('in matches and fixed instructions are looked up at ready(); one nobody has is refused there', async () => {
    const { router, rest, reservation } = setUp((on) =>
      on.onAssignment({ queue: 'Support EN' }, reject({ activity: 'Offline' })),
    );
    await expect(router.ready()).rejects.toThrow(/no (activity|taskQueue) is called/);
    rest.names.set('Support EN', sid('WQ', 5)).set('Offline', OFFLINE);
    await router.ready();
    const asked = rest.asked.length;
    const answer = await reservation({ fields: { TaskQueueSid: sid('WQ', 5) } }).primary();
    expect(answer.body).toBe(`{"instruction":"reject","activity_sid":"${OFFLINE}"}`);
    expect(rest.asked).toHaveLength(asked);
    expect((await reservation({ fields: { TaskQueueSid: sid('WQ', 6) } }).primary()).body).toBe('{}');
  });

  test('a callback that comes before ready() waits for the look-up', async () => {
    const { rest, reservation } = setUp((on) => on.onAssignment({ queue: 'Support EN' }, accept()));
    rest.names.set('Support EN', sid('WQ', 5));
    expect((await reservation({ fields: { TaskQueueSid: sid('WQ', 5) } }).primary()).body).toBe(
      '{"instruction":"accept"}',
    );
  });

  test('a name a function returns is looked up on its first use', async () => {
    const { rest, reservation } = setUp((on) => on.onAssignment(() => reject({ activity: 'Offline' })));
    rest.names.set('Offline', OFFLINE);
    for (let i = 0; i < 2; i++) expect((await reservation().primary()).body).toContain(OFFLINE);
    expect(rest.asked).toEqual(['activity Offline']);
  });
});

test('a match on channel looks the task up, once a callback', async () => {
  const { rest, reservation } = setUp((on) =>
    on
      .onAssignment({ channel: 'sms' }, reject({ activity: OFFLINE }))
      .onAssignment({ channel: 'voice' }, accept()),
  );
  rest.state.channel = 'voice';
  expect((await reservation().primary()).body).toBe('{"instruction":"accept"}');
});

test('client and reservation teach a handler whose router has no client', async () => {
  const { reservation, lines } = world((on) =>
    on.onAssignment(async ({ reservation: own, task }) => {
      expect(own.sid).toMatch(/^WR/);
      if (task.attributes.client) throw new Error('unreached');
      await own.accept();
      return accept();
    }),
  );
  expect((await reservation().primary()).status).toBe(500);
  expect(lines[0]?.fields.err).toMatchObject({ message: expect.stringContaining('createTaskRouterClient') });
});

test('call() by REST is never repeated by us: one failed update is one outcome', async () => {
  const { clock, reservation, rest, ends } = setUp((on) =>
    on.onAssignment(defer(async () => call({ from: '+15550100', url: 'https://example.com/twiml' }))),
  );
  rest.state.fail = new Error('lost');
  const one = reservation();
  await one.primary();
  await clock.advance(100);
  await one.fallback();
  await clock.advance(100);
  expect(ends).toHaveLength(1);
});
