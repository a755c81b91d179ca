// Loaded with the first failure, which takes real time: here it is there before a clock is turned.
import 'p-retry';
import { Redis } from 'ioredis';
import { createTaskRouterClient, IDEMPOTENCY_ATTRIBUTE, IdempotencyKeyError } from 'taskrouter-kit/rest';
import { describe, expect, inject, test } from 'vitest';
import { memoryStore } from '../../src/idempotency/store/memory-store.js';
import { redisStore } from '../../src/idempotency/store/redis/redis-store.js';
import type { IdempotencyStore } from '../../src/idempotency/store/store.js';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { ACCOUNT, CREDENTIALS, sid, WORKSPACE } from './sids.js';

const clockOf = () => createFakeClock();

/** A Twilio that keeps tasks; `fault` may take the answer of a creation away. */
function twilio(fault: (creation: number) => 'lost' | 'unprocessed' | undefined = () => undefined) {
  const tasks: { sid: string; attributes: string }[] = [];
  const requests: string[] = [];
  let creations = 0;
  const answer: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const method = init?.method ?? 'GET';
    requests.push(
      `${method} ${url.searchParams.get('EvaluateTaskAttributes') ?? url.pathname.split('/').at(-1)}`,
    );
    if (method === 'POST') {
      creations += 1;
      const failure = fault(creations);
      const task = {
        sid: sid('WT', creations),
        attributes: new URLSearchParams(String(init?.body)).get('Attributes') ?? '{}',
      };
      if (failure !== 'unprocessed') tasks.push(task);
      return failure ? new Response('', { status: 502 }) : Response.json(task, { status: 201 });
    }
    const one = /\/Tasks\/(WT\w+)$/.exec(url.pathname)?.[1];
    if (one) {
      const task = tasks.find((each) => each.sid === one);
      return task ? Response.json(task) : Response.json({ code: 20404 }, { status: 404 });
    }
    const keys = [...(url.searchParams.get('EvaluateTaskAttributes') ?? '').matchAll(/"(\w+)"/g)].map(
      ([, key]) => key,
    );
    return Response.json({
      tasks: tasks.filter(({ attributes }) => keys.includes(JSON.parse(attributes)[IDEMPOTENCY_ATTRIBUTE])),
      meta: {},
    });
  };
  return { tasks, requests, fetch: answer };
}

/** A process that creates tasks. */
function processOf(
  world: ReturnType<typeof twilio>,
  clock: ReturnType<typeof clockOf>,
  store?: IdempotencyStore,
) {
  return createTaskRouterClient({ ...CREDENTIALS, fetch: world.fetch, clock, random: () => 0.5, store });
}

async function run<T>(clock: ReturnType<typeof clockOf>, work: Promise<T>, ms = 60_000): Promise<T> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  work.then(end, end);
  for (let passed = 0; passed <= ms && !ended; passed += 50) await clock.advance(50);
  return work;
}

const KEY = { idempotencyKey: 'order_17' };
const INPUT = { attributes: { order: 17 }, priority: 2 };

test('the key travels in the attributes, beside those given', async () => {
  const world = twilio();
  const task = await run(clockOf(), processOf(world, clockOf()).tasks.create(INPUT, KEY));
  expect(task.attributes).toEqual({ order: 17, taskrouter_kit_key: 'order_17' });
  expect(world.requests).toEqual(['POST Tasks']);
});

describe('a repeat', () => {
  test('in the same process gets the same task, with or without a store', async () => {
    for (const store of [undefined, memoryStore()]) {
      const world = twilio();
      const clock = clockOf();
      const client = processOf(world, clock, store);
      const [first, second] = await run(
        clock,
        Promise.all([client.tasks.create(INPUT, KEY), client.tasks.create(INPUT, KEY)]),
      );
      const third = await run(clock, client.tasks.create({ priority: 2, attributes: { order: 17 } }, KEY));
      expect(new Set([first.sid, second.sid, third.sid])).toEqual(new Set([sid('WT', 1)]));
      expect(world.tasks).toHaveLength(1);
    }
  });

  test('in another process gets the same task through the store', async () => {
    const world = twilio();
    const clock = clockOf();
    const store = memoryStore({ clock });
    const [a, b] = [processOf(world, clock, store), processOf(world, clock, store)];
    const both = await run(clock, Promise.all([a.tasks.create(INPUT, KEY), b.tasks.create(INPUT, KEY)]));
    expect(both.map((task) => task.sid)).toEqual([sid('WT', 1), sid('WT', 1)]);
    expect(world.tasks).toHaveLength(1);
  });

  test('through a real Redis gets the same task', async () => {
    const redis = new Redis(inject('redisUrl'));
    try {
      const world = twilio();
      const key = { idempotencyKey: `redis_${process.pid}_${Date.now()}` };
      const clients = [1, 2, 3, 4].map(() =>
        createTaskRouterClient({ ...CREDENTIALS, fetch: world.fetch, store: redisStore(redis) }),
      );
      const tasks = await Promise.all(clients.map((client) => client.tasks.create(INPUT, key)));
      expect(new Set(tasks.map((task) => task.sid)).size).toBe(1);
      expect(world.tasks).toHaveLength(1);
    } finally {
      redis.disconnect();
    }
  });

  test('with another input is refused', async () => {
    const world = twilio();
    const clock = clockOf();
    const client = processOf(world, clock);
    await run(clock, client.tasks.create(INPUT, KEY));
    await expect(run(clock, client.tasks.create({ ...INPUT, priority: 3 }, KEY))).rejects.toThrow(
      IdempotencyKeyError,
    );
    expect(world.tasks).toHaveLength(1);
  });

  test('under the same key in another workspace is another task', async () => {
    const world = twilio();
    const clock = clockOf();
    const client = processOf(world, clock);
    await run(clock, client.tasks.create(INPUT, KEY));
    await run(clock, client.workspace(sid('WS', 2)).tasks.create(INPUT, KEY));
    expect(world.tasks).toHaveLength(2);
  });
});

describe('a lost answer', () => {
  test('is looked up after settleMs, and the task found', async () => {
    const world = twilio(() => 'lost');
    const clock = clockOf();
    const start = clock.now();
    const task = await run(clock, processOf(world, clock).tasks.create(INPUT, KEY));
    expect(task.sid).toBe(sid('WT', 1));
    expect(clock.now() - start).toBeGreaterThanOrEqual(2_000);
    expect(world.requests).toEqual(['POST Tasks', 'GET taskrouter_kit_key == "order_17"']);
  });

  test('is followed by another creation only when the look-up finds nothing', async () => {
    const world = twilio((creation) => (creation === 1 ? 'unprocessed' : undefined));
    const clock = clockOf();
    const task = await run(clock, processOf(world, clock).tasks.create(INPUT, KEY));
    expect(task.sid).toBe(sid('WT', 2));
    expect(world.requests.map((one) => one.slice(0, 4).trim())).toEqual(['POST', 'GET', 'POST']);
  });

  test('of many keys shares one look-up', async () => {
    const world = twilio((creation) => (creation <= 30 ? 'lost' : undefined));
    const clock = clockOf();
    const client = processOf(world, clock);
    const keys = Array.from({ length: 30 }, (_, n) => `k${n}`);
    await run(
      clock,
      Promise.all(keys.map((idempotencyKey) => client.tasks.create(INPUT, { idempotencyKey }))),
    );
    expect(world.tasks).toHaveLength(30);
    expect(world.requests.filter((one) => one.startsWith('GET')).length).toBe(1);
  });

  test('without time left to look is an error that says so', async () => {
    const world = twilio(() => 'lost');
    const clock = clockOf();
    const creating = processOf(world, clock).tasks.create(INPUT, { ...KEY, budgetMs: 1_500 });
    await expect(run(clock, creating)).rejects.toMatchObject({ status: 502, maybeApplied: true });
    expect(world.requests).toEqual(['POST Tasks']);
  });
});

describe('a process that died', () => {
  test('after creating the task: the next one finds it', async () => {
    const world = twilio();
    const clock = clockOf();
    const store = memoryStore({ clock });
    // The first process creates, and its end never reaches the store.
    const dying: IdempotencyStore = {
      ...store,
      complete: () => new Promise(() => {}),
      renew: () => new Promise(() => {}),
    };
    await run(clock, processOf(world, clock, dying).tasks.create(INPUT, KEY));
    const task = await run(clock, processOf(world, clock, store).tasks.create(INPUT, KEY));
    expect(task.sid).toBe(sid('WT', 1));
    expect(world.tasks).toHaveLength(1);
    expect(world.requests.at(-1)).toBe('GET taskrouter_kit_key == "order_17"');
  });

  test('after a failure that left it open: the next call looks first', async () => {
    const world = twilio((creation) => (creation === 1 ? 'lost' : undefined));
    const clock = clockOf();
    const store = memoryStore({ clock });
    const hasty = processOf(world, clock, store).tasks.create(INPUT, { ...KEY, budgetMs: 1_000 });
    await expect(run(clock, hasty)).rejects.toMatchObject({ maybeApplied: true });
    await run(clock, processOf(world, clock, store).tasks.create(INPUT, KEY));
    expect(world.tasks).toHaveLength(1);
  });
});

test('with the store away tasks are looked up before they are created', async () => {
  const away = () => Promise.reject(new Error('away'));
  const store: IdempotencyStore = { ...memoryStore(), acquire: away, complete: away, ping: away };
  const world = twilio();
  const clock = clockOf();
  for (let process = 1; process <= 5; process += 1) {
    const client = processOf(world, clock, store);
    // Three failures in a row, and the client knows that its store is away.
    for (const n of [1, 2])
      await run(clock, client.tasks.create(INPUT, { idempotencyKey: `other_${process}_${n}` }));
    await run(clock, client.tasks.create(INPUT, KEY));
  }
  expect(world.tasks.filter(({ attributes }) => attributes.includes('order_17'))).toHaveLength(1);
});

test('a task that has ended and been removed is reported as not found', async () => {
  const world = twilio();
  const clock = clockOf();
  const client = processOf(world, clock);
  await run(clock, client.tasks.create(INPUT, KEY));
  world.tasks.length = 0;
  await expect(run(clock, client.tasks.create(INPUT, KEY))).rejects.toMatchObject({ code: 'not-found' });
  expect(world.tasks).toEqual([]);
});

test('a signal ends the waiting for somebody else’s creation', async () => {
  const clock = clockOf();
  const store = memoryStore({ clock });
  const key = `task:${ACCOUNT}:${WORKSPACE}:order_17`;
  const client = processOf(twilio(), clock, {
    ...store,
    acquire: () => ({ status: 'running', attempt: 1, leaseLeftMs: 1_500 }),
  });
  const controller = new AbortController();
  const creating = client.tasks.create(INPUT, { ...KEY, signal: controller.signal });
  setTimeout(() => controller.abort(), 20);
  await expect(creating).rejects.toMatchObject({ code: 'aborted', operation: 'tasks.create' });
  expect(store.has(key)).toBe(false);
});

test.each([
  ['a key with a blank', { attributes: {} }, 'a b', /1 to 64 letters/],
  ['a key that is too long', {}, 'x'.repeat(65), /1 to 64 letters/],
  [
    'an attribute of that name',
    { attributes: { taskrouter_kit_key: 'x' } },
    'k',
    /is reserved for idempotencyKey/,
  ],
])('%s is refused', async (_name, input, idempotencyKey, message) => {
  const world = twilio();
  await expect(processOf(world, clockOf()).tasks.create(input, { idempotencyKey })).rejects.toThrow(message);
  expect(world.requests).toEqual([]);
});
