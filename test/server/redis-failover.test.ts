import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defer, defineAssignment, defineOtherwise, type HandlerDefinition, redirect } from 'taskrouter-kit';
import { sid } from 'taskrouter-kit/testing';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type PrivateCluster, slotOf, startCluster } from '../support/redis-cluster.js';
import { leads, startSentinels } from '../support/redis-sentinel.js';
import { callback, type Got, reservation, until } from './endpoint-process.js';
import { metric, startHere } from './in-process.js';

/** Callbacks a second; each is sent to two endpoints. */
const RATE = 200;
/** What Twilio waits, in milliseconds. */
const LIMIT_MS = 5_000;

interface Pair {
  readonly sid: string;
  readonly sentAt: number;
  readonly answers: readonly [Got, Got];
}

/** Two endpoints on one Redis, whose handler decides differently each time. */
async function twoEndpoints(url: string) {
  const runs = new Map<string, number>();
  const handlers: readonly HandlerDefinition[] = [
    defineAssignment(async ({ task, reservation: { sid } }) => {
      runs.set(sid, (runs.get(sid) ?? 0) + 1);
      await sleep(20);
      return redirect({
        callSid: String(task.attributes.call_sid),
        url: `https://example.com/${randomUUID()}`,
      });
    }),
    defineOtherwise(defer()),
  ];
  const endpoints = await Promise.all([0, 1].map(() => startHere({ REDIS_URL: url }, handlers)));
  return { endpoints, runs };
}

/** The slots that all records of these tests are in. They belong to the first master. */
const HOT = Array.from({ length: 32 }, (_, slot) => slot);

/** A callback whose record is in one of the hot slots of a cluster. */
function hotReservation(): ReturnType<typeof reservation> {
  const { task, fields } = reservation(0);
  for (;;) {
    const ReservationSid = sid('WR');
    const key = `{assignment:${fields.AccountSid}:${fields.WorkspaceSid}:${ReservationSid}}`;
    if (slotOf(key) < HOT.length) return { task, fields: { ...fields, ReservationSid } };
  }
}

/** Sends callbacks at a steady rate, each at once to both endpoints, as a first try and a fallback in a hurry. */
function load(urls: readonly [string, string]) {
  const sent: Promise<Pair>[] = [];
  let going = true;
  const ended = (async () => {
    const began = Date.now();
    while (going) {
      const about = hotReservation();
      const sentAt = Date.now();
      sent.push(
        Promise.all([callback(urls[0], about), callback(urls[1], about, '/assignment/fallback')]).then(
          (answers) => ({ sid: about.fields.ReservationSid!, sentAt, answers }),
        ),
      );
      await sleep(Math.max(0, began + (sent.length * 1_000) / RATE - Date.now()));
    }
  })();
  return async (): Promise<readonly Pair[]> => {
    going = false;
    await ended;
    return Promise.all(sent);
  };
}

/** Runs two endpoints under load while `trouble` happens, and returns all that was sent and answered. */
async function underLoad(url: string, trouble: () => Promise<void>) {
  const { endpoints, runs } = await twoEndpoints(url);
  const [one, other] = endpoints as [(typeof endpoints)[0], (typeof endpoints)[0]];
  const stop = load([one.url, other.url]);
  onTestFinished(() => void stop().catch(() => {}));
  await sleep(500);
  const began = Date.now();
  await trouble();
  await until(async () => (await metric(one, 'taskrouter_store_up')) === 1, 15_000);
  await until(async () => (await metric(other, 'taskrouter_store_up')) === 1, 15_000);
  await sleep(1_000);
  const pairs = await stop();
  const degraded = new Set(
    endpoints.flatMap(({ outcomes }) =>
      outcomes.filter((outcome) => outcome.degraded).map((outcome) => outcome.reservationSid),
    ),
  );
  const differing = pairs.filter(({ answers: [a, b] }) => a.body !== b.body);
  const twice = pairs.filter(({ sid }) => (runs.get(sid) ?? 0) > 1);
  for (const { answers } of pairs) {
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.ms).toBeLessThan(LIMIT_MS);
    }
  }
  const troubled = pairs.filter(({ sid }) => degraded.has(sid)).map(({ sentAt }) => sentAt - began);
  console.log(
    `${pairs.length} callbacks, ${degraded.size} answered in degraded mode` +
      (troubled.length > 0
        ? ` (sent ${Math.min(...troubled)} to ${Math.max(...troubled)} ms after the fault)`
        : '') +
      `, ${differing.length} answered differently, slowest ${Math.round(Math.max(...pairs.flatMap(({ answers }) => answers.map(({ ms }) => ms))))} ms`,
  );
  return { pairs, degraded, differing, twice, endpoints };
}

describe('a Redis Cluster', () => {
  let cluster: PrivateCluster;
  beforeAll(async () => {
    cluster = await startCluster();
    return () => cluster.stop();
  });

  test('keeps each record on the node of its key, and answers duplicates from there', async () => {
    const { endpoints, runs } = await twoEndpoints(cluster.url);
    const abouts = Array.from({ length: 50 }, () => reservation(0));
    for (const about of abouts) {
      const [first, second] = await Promise.all(endpoints.map(({ url }) => callback(url, about)));
      expect(first).toMatchObject({ status: 200 });
      expect(second!.body).toBe(first!.body);
    }
    expect([...runs.values()].every((count) => count === 1)).toBe(true);
    const keys = await cluster.keys();
    for (const { fields } of abouts)
      expect(keys.some((key) => key.includes(fields.ReservationSid!))).toBe(true);
  });

  test('slots that move under load: every callback gets one answer, and none in degraded mode', async () => {
    const { pairs, degraded, differing, twice } = await underLoad(cluster.url, async () => {
      await cluster.move(0, 1, HOT);
      await cluster.move(1, 2, HOT);
      await cluster.move(2, 0, HOT);
    });
    expect(pairs.length).toBeGreaterThan(300);
    expect(differing).toEqual([]);
    expect(twice).toEqual([]);
    expect([...degraded]).toEqual([]);
  });

  test('a master that dies: one answer each, but for callbacks that could not ask the store in time', async () => {
    const { degraded, differing, endpoints } = await underLoad(cluster.url, async () => {
      await cluster.masters[0]!.stop();
      await sleep(1_500);
      await cluster.healed();
    });
    for (const { sid } of differing) expect(degraded).toContain(sid);
    // And then all is as before.
    const about = reservation(0);
    const [first, second] = await Promise.all(endpoints.map(({ url }) => callback(url, about)));
    expect(second!.body).toBe(first!.body);
  });
});

test('a failover by Sentinels: one answer each, but for callbacks that could not ask the store in time', async () => {
  const watched = await startSentinels();
  onTestFinished(() => watched.stop());
  const { degraded, differing, endpoints } = await underLoad(watched.url, async () => {
    await watched.primary.stop();
    await leads(watched.sentinels[0]!, watched.replica.port);
    await sleep(500);
  });
  for (const { sid } of differing) expect(degraded).toContain(sid);
  const about = reservation(0);
  const [first, second] = await Promise.all(endpoints.map(({ url }) => callback(url, about)));
  expect(second!.body).toBe(first!.body);
});

test('a primary that hangs is left as soon as the Sentinels have chosen another', async () => {
  const watched = await startSentinels();
  onTestFinished(async () => {
    watched.primary.thaw();
    await watched.stop();
  });
  const { degraded, differing } = await underLoad(watched.url, async () => {
    watched.primary.freeze();
    await leads(watched.sentinels[0]!, watched.replica.port);
    await sleep(500);
  });
  for (const { sid } of differing) expect(degraded).toContain(sid);
});
