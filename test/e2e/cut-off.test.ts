import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  callback,
  type EndpointProcess,
  reservation,
  startProcess,
  until,
} from '../server/endpoint-process.js';
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.js';
import { startTaskRouterDouble, type TaskRouterDouble } from './task-router-double.js';

const HANDLERS = fileURLToPath(new URL('fixtures/cut-off', import.meta.url));
const DEADLINE_MS = 1_000;

const folder = mkdtempSync(join(tmpdir(), 'taskrouter-kit-'));
const RUNS = join(folder, 'runs');
let twilio: TaskRouterDouble;

/** An endpoint with a way to Redis of its own. */
interface Cut {
  readonly endpoint: EndpointProcess;
  readonly proxy: CuttingProxy;
}
/** The first has a long deadline, the others have a second. */
let patient: Cut;
let refused: Cut;
let swallowed: Cut;
/** It is never cut off. */
let sound: EndpointProcess;

beforeAll(async () => {
  writeFileSync(RUNS, '');
  twilio = await startTaskRouterDouble();
  // A database of its own: whoever has a client takes over every deferred run it finds.
  const REDIS_URL = new URL('/6', inject('redisUrl')).href;
  const env = { ...twilio.env, HANDLERS_DIR: HANDLERS, RUNS, ON_DEADLINE: 'defer' };
  const cut = async (more: Readonly<Record<string, string>>): Promise<Cut> => {
    const proxy = await startCuttingProxy(REDIS_URL);
    return { proxy, endpoint: await startProcess({ ...env, ...more, REDIS_URL: proxy.url }) };
  };
  const brief = { CALLBACK_DEADLINE_MS: String(DEADLINE_MS) };
  // On a busy machine a callback may spend a second in queues: the longest deadline leaves room for that.
  const long = { CALLBACK_DEADLINE_MS: '4800' };
  [patient, refused, swallowed, sound] = await Promise.all([
    cut(long),
    cut(brief),
    cut(brief),
    startProcess({ ...env, ...long, REDIS_URL }),
  ]);
}, 120_000);
afterAll(async () => {
  for (const one of [patient, refused, swallowed]) {
    one?.endpoint.kill('SIGKILL');
    one?.proxy.close();
  }
  sound?.kill('SIGKILL');
  await twilio.close();
  rmSync(folder, { recursive: true });
});

type About = ReturnType<typeof about>;

/** A call that is decided after so long. While its phone rings the reservation stays pending, as Twilio has it. */
function about(ms: number, instruction: 'conference' | 'call' = 'conference') {
  const made = reservation(ms);
  const sid = made.fields.ReservationSid!;
  twilio.replies.set(`POST ${sid}`, { status: 200, json: { sid, reservation_status: 'pending' } });
  return { ...made, task: { ...made.task, instruction } };
}

const updates = ({ fields }: About) => twilio.updatesOf(fields.ReservationSid!);

const runs = ({ fields }: About) =>
  readFileSync(RUNS, 'utf8')
    .split('\n')
    .filter((line) => line === fields.ReservationSid).length;

/** How a deferred answer was told to have ended, in whatever process. */
const ends = ({ fields }: About) =>
  [refused.endpoint, swallowed.endpoint, patient.endpoint, sound].flatMap(({ log }) =>
    log.filter((line) => line.msg === 'deferred answer' && line.reservationSid === fields.ReservationSid),
  );

describe.concurrent('an endpoint whose way to Redis is cut', () => {
  test('by a reset, while its handlers run: each runs once, and all answers of a reservation are the same', async () => {
    const all = Array.from({ length: 10 }, () => about(2_600));
    const first = all.map((one) => callback(patient.endpoint.url, one));
    await sleep(400);
    patient.proxy.reset();
    // By then the leases that the reset interrupted would have passed.
    await sleep(1_700);
    const second = all.map((one) => callback(sound.url, one, '/assignment/fallback'));
    const [primaries, fallbacks] = [await Promise.all(first), await Promise.all(second)];
    for (const [i, one] of all.entries()) {
      expect(primaries[i]).toMatchObject({ status: 200, body: expect.stringContaining('conference') });
      expect(fallbacks[i]).toMatchObject({ status: 200, body: primaries[i]!.body });
      expect(runs(one)).toBe(1);
    }
  });

  test.each(['refused', 'swallowed'] as const)(
    'for four seconds as it decides, what it sends %s: no phone rings twice',
    async (how) => {
      const { endpoint, proxy } = how === 'refused' ? refused : swallowed;
      const cutAt = 1_500;
      const around = [
        ...[1_200, 1_480, 1_490, 1_495, 1_500, 1_505, 1_510, 1_520],
        ...[1_700, 2_500, 3_000, 4_000, 5_000, 5_800],
      ];
      const all = around.flatMap((ms) => [about(ms, 'conference'), about(ms, 'call')]);
      const began = performance.now();
      const answers = all.map((one) => callback(endpoint.url, one));
      // A callback that has no answer yet would be cut off earlier than as it decides: this takes a second, or longer on
      // a busy machine.
      for (const { body } of await Promise.all(answers)) expect(body).toBe('{}');
      // What is decided before the cut is sent.
      await until(() => all.slice(0, 2).every((one) => updates(one).length === 1));
      await sleep(Math.max(0, cutAt - (performance.now() - began)));
      if (how === 'refused') proxy.cut();
      else proxy.swallow();
      const cutAfter = performance.now() - began;
      await sleep(4_000);
      proxy.restore();
      await until(() => all.every((one) => ends(one).length > 0), 20_000);
      // Time for another process to take over what it should not.
      await sleep(1_500);
      for (const one of all) expect([one.task.ms, updates(one).length <= 1]).toEqual([one.task.ms, true]);
      // A handler cannot decide earlier than that after it was sent its callback: these were decided in the cut or after it,
      // and are sent as soon as somebody can. Of those around the cut nobody may know whether they were sent.
      const later = all.filter(({ task }) => task.ms > cutAfter + 5);
      expect(later.length).toBeGreaterThan(0);
      for (const one of later) expect([one.task.ms, updates(one).length]).toEqual([one.task.ms, 1]);
    },
  );
});
