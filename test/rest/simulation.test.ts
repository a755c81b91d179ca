// Loaded with the first failure, which takes real time: here it is there before a clock is turned.
import 'p-retry';
import { createTaskRouterClient, type TaskRouterRequestError } from 'taskrouter-kit/rest';
import { expect, test } from 'vitest';
import { createFakeClock } from '../../src/testing/fake-clock.js';
import { fakeTwilio, seeded } from './fake-twilio.js';
import { CREDENTIALS, sid } from './sids.js';

const MANY = 10_000;
const AT_ONCE = 120;

function world(seed: number) {
  const random = seeded(seed);
  const clock = createFakeClock();
  const twilio = fakeTwilio(clock, random, 0.2);
  const client = createTaskRouterClient({
    ...CREDENTIALS,
    ...{ fetch: twilio.fetch, clock, random, budgetMs: 3_600_000, retry: { retries: 50 } },
  });

  /** Does it for 1 to `MANY`, so many at once, while time passes. */
  async function each(run: (n: number) => Promise<void>): Promise<void> {
    let next = 1;
    let ended = 0;
    let failure: unknown;
    const lane = async () => {
      while (next <= MANY) await run(next++);
      ended += 1;
    };
    for (let i = 0; i < AT_ONCE; i += 1)
      lane().catch((error: unknown) => {
        failure ??= error;
      });
    while (ended < AT_ONCE && failure === undefined) await clock.advance(1_000);
    if (failure !== undefined) throw failure;
  }

  return { client, twilio, each };
}

test('10,000 creations with keys under 20 % faults make exactly 10,000 tasks', {
  timeout: 120_000,
}, async () => {
  const { client, twilio, each } = world(20_260_101);
  const sids = new Set<string>();
  await each(async (n) => {
    const task = await client.tasks.create({ attributes: { n } }, { idempotencyKey: `order_${n}` });
    expect(task.attributes).toMatchObject({ n, taskrouter_kit_key: `order_${n}` });
    sids.add(task.sid);
  });
  expect(twilio.faults).toBeGreaterThan(MANY / 10);
  expect(twilio.tasks).toHaveLength(MANY);
  expect(sids.size).toBe(MANY);
  expect(twilio.tooFast).toBe(0);
});

test('10,000 conference instructions under 20 % faults: none is sent twice, and whoever got an answer has one', {
  timeout: 120_000,
}, async () => {
  const { client, twilio, each } = world(7);
  let lost = 0;
  await each(async (n) => {
    const reservation = sid('WR', n);
    try {
      await client.reservations.conference(sid('WT', n), reservation, { from: '+15017122661' });
      expect(twilio.instructions.get(reservation)).toBe(1);
    } catch (error) {
      expect((error as TaskRouterRequestError).maybeApplied).toBe(true);
      lost += 1;
    }
  });
  expect(Math.max(...twilio.instructions.values())).toBe(1);
  expect(Math.max(...twilio.sent.values())).toBe(1);
  // Of ten faults, eight leave it open whether the instruction was carried out.
  expect(lost).toBeGreaterThan(MANY * 0.1);
  expect(lost).toBeLessThan(MANY * 0.2);
});
