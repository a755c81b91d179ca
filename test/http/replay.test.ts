import { accept, createTaskRouter, defer, memoryStore } from 'taskrouter-kit';
import { assignmentRequest, createFakeClock } from 'taskrouter-kit/testing';
import { describe, expect, test } from 'vitest';

const URL = 'https://hooks.example.com/taskrouter/assignment';
const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
/** A day, and the five minutes that answers are kept for longer. */
const STORE_LIFE = 24 * HOUR + 300_000;

/** A captured request and an endpoint that it is sent to again and again. */
function captured(timestamp: string | undefined, options: { readonly maxAgeMs?: number | false } = {}) {
  const clock = createFakeClock(START);
  let runs = 0;
  const handle = createTaskRouter({
    authToken: 'token',
    publicUrl: 'https://hooks.example.com',
    clock,
    store: memoryStore({ clock }),
    log: { debug() {}, info() {}, warn() {}, error() {} },
    ...options,
  })
    .onAssignment(() => {
      runs += 1;
      return accept();
    })
    .otherwise(defer())
    .fetch();
  const { headers, body } = assignmentRequest({
    url: URL,
    authToken: 'token',
    fields: { Timestamp: timestamp },
  });
  return {
    /** Lets this much time pass, sends the request, and says what came of it. */
    async sentAfter(ms: number) {
      await clock.advance(ms);
      const response = await handle(new Request(URL, { method: 'POST', headers, body }));
      const { code } = (await response.json()) as { code?: string };
      return { status: response.status, code, runs };
    },
  };
}

const ANSWERED = { status: 200, code: undefined, runs: 1 };
const STALE = { status: 403, code: 'stale-timestamp', runs: 1 };

describe('a captured request that is sent again', () => {
  test('at once and after an hour gets the stored answer; after a day it is refused, also when the store has forgotten it', async () => {
    const { sentAfter } = captured(String(START / 1_000));
    expect(await sentAfter(0)).toEqual(ANSWERED);
    expect(await sentAfter(0)).toEqual(ANSWERED);
    expect(await sentAfter(HOUR)).toEqual(ANSWERED);
    expect(await sentAfter(23 * HOUR - 1)).toEqual(ANSWERED);
    expect(await sentAfter(2)).toEqual(STALE);
    expect(await sentAfter(STORE_LIFE)).toEqual(STALE);
  });

  test('with a shorter maxAgeMs is refused from then on', async () => {
    const { sentAfter } = captured(String(START / 1_000), { maxAgeMs: 60_000 });
    expect(await sentAfter(0)).toEqual(ANSWERED);
    expect(await sentAfter(60_000)).toEqual(ANSWERED);
    expect(await sentAfter(1)).toEqual(STALE);
  });

  test('without a Timestamp gets the stored answer while the store has it, and runs again after that', async () => {
    const { sentAfter } = captured(undefined);
    expect(await sentAfter(0)).toEqual(ANSWERED);
    expect(await sentAfter(STORE_LIFE - 1_000)).toEqual(ANSWERED);
    expect(await sentAfter(2 * STORE_LIFE)).toEqual({ ...ANSWERED, runs: 2 });
  });

  test('of any age, with maxAgeMs false, runs again once the store has forgotten it', async () => {
    const { sentAfter } = captured(String(START / 1_000), { maxAgeMs: false });
    expect(await sentAfter(0)).toEqual(ANSWERED);
    expect(await sentAfter(23 * HOUR)).toEqual(ANSWERED);
    expect(await sentAfter(2 * STORE_LIFE)).toEqual({ ...ANSWERED, runs: 2 });
  });
});
