import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defer, defineAssignment, defineOtherwise, type HandlerDefinition, redirect } from 'taskrouter-kit';
import { expect, onTestFinished, test } from 'vitest';
import { type PrivateRedis, startRedis } from '../support/redis.js';
import { callback, type Got, reservation, until } from './endpoint-process.js';
import { metric, startHere } from './in-process.js';
import { startProxy } from './slow-proxy.js';

const LIMIT_MS = 5_000;

/** Decides differently each time, and counts by reservation. */
function counted() {
  const runs = new Map<string, number>();
  const handlers: readonly HandlerDefinition[] = [
    defineAssignment(async ({ task, reservation: { sid } }) => {
      runs.set(sid, (runs.get(sid) ?? 0) + 1);
      await sleep(Number(task.attributes.ms));
      return redirect({
        callSid: String(task.attributes.call_sid),
        url: `https://example.com/${randomUUID()}`,
      });
    }),
    defineOtherwise(defer()),
  ];
  return { handlers, runs };
}

async function privateRedis(): Promise<PrivateRedis> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  return redis;
}

/** Sends distinct callbacks at a steady rate, each of them twice, until told to end. */
function load(url: string) {
  const sent: Promise<readonly [Got, Got]>[] = [];
  let going = true;
  const ended = (async () => {
    while (going) {
      const about = reservation(30);
      sent.push(Promise.all([callback(url, about), callback(url, about)]));
      await sleep(20);
    }
  })();
  return {
    async stop(): Promise<ReadonlyArray<readonly [Got, Got]>> {
      going = false;
      await ended;
      return Promise.all(sent);
    },
  };
}

/** Runs an endpoint under load while something happens to its Redis, and says what must hold whatever it is. */
async function underLoad(
  redisUrl: string,
  trouble: () => void | Promise<void>,
  cure: () => void | Promise<void>,
): Promise<void> {
  const { handlers, runs } = counted();
  const endpoint = await startHere({ REDIS_URL: redisUrl }, handlers);
  const ready = async () => (await fetch(`${endpoint.url}/readyz`)).json();
  const { stop } = load(endpoint.url);
  await sleep(300);
  expect(await ready()).toEqual({ status: 'ready', store: 'ok' });
  await trouble();
  await until(async () => (await metric(endpoint, 'taskrouter_store_up')) === 0);
  expect(await ready()).toEqual({ status: 'ready', store: 'degraded' });
  // A shorter absence is waited out.
  await until(async () => (await metric(endpoint, 'taskrouter_idempotency_degraded_total')) > 0);
  await cure();
  await until(async () => (await metric(endpoint, 'taskrouter_store_up')) === 1, 15_000);
  await sleep(300);
  const answers = await stop();

  expect(answers.length).toBeGreaterThan(20);
  for (const [one, other] of answers) {
    expect(one).toMatchObject({ status: 200 });
    expect(other.body).toBe(one.body);
    expect(Math.max(one.ms, other.ms)).toBeLessThan(LIMIT_MS);
  }
  expect(runs.size).toBe(answers.length);
  expect(Math.max(...runs.values())).toBe(1);
  expect(await metric(endpoint, 'taskrouter_store_errors_total{operation="acquire"}')).toBeGreaterThan(0);
  const messages = endpoint.lines.map(({ message }) => message);
  expect(messages).toContain(
    'The store failed three times in a row; it is not called again until it answers a ping',
  );
  expect(messages).toContain('The store is back');
  expect(await ready()).toEqual({ status: 'ready', store: 'ok' });
}

test('Redis stopped in mid-load: every callback is answered in time, and it recovers by itself', async () => {
  const redis = await privateRedis();
  await underLoad(redis.url, redis.stop, redis.restart);
});

test('Redis frozen in mid-load: every callback is answered in time, and it recovers by itself', async () => {
  const redis = await privateRedis();
  await underLoad(redis.url, redis.freeze, redis.thaw);
});

test('Redis slow in mid-load: every callback is answered in time, and it recovers by itself', async () => {
  const redis = await privateRedis();
  const proxy = await startProxy(redis.port);
  onTestFinished(() => proxy.close());
  const delay = (ms: number) => () => {
    proxy.delayMs = ms;
  };
  await underLoad(`redis://127.0.0.1:${proxy.port}`, delay(400), delay(0));
});

test('Redis down at the start: the endpoint starts, answers, and uses Redis as soon as it is there', async () => {
  const redis = await privateRedis();
  await redis.stop();
  const { handlers } = counted();
  const endpoint = await startHere({ REDIS_URL: redis.url }, handlers);
  expect(await callback(endpoint.url, reservation(0))).toMatchObject({ status: 200 });
  expect(endpoint.outcomes[0]).toMatchObject({ verdict: 'ran', degraded: true });
  const complaints = endpoint.lines.filter(({ message }) => message.startsWith('Redis cannot be reached'));
  expect(complaints).toHaveLength(1);
  await redis.restart();
  await until(async () => {
    await callback(endpoint.url, reservation(0));
    return endpoint.outcomes.at(-1)?.degraded === false;
  }, 15_000);
});

test('Redis down under ON_STORE_ERROR=fail: 503, for callbacks and for /readyz', async () => {
  const redis = await privateRedis();
  await redis.stop();
  const endpoint = await startHere({ REDIS_URL: redis.url, ON_STORE_ERROR: 'fail' });
  expect(await callback(endpoint.url, reservation(0))).toMatchObject({
    status: 503,
    body: expect.stringContaining('store-unavailable'),
  });
  const ready = await fetch(`${endpoint.url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({ status: 'unavailable', store: 'degraded' });
});
