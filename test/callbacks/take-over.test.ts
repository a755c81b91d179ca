import {
  accept,
  conference,
  type DeferredOutcome,
  defer,
  type IdempotencyStore,
  type Instruction,
  reject,
  type TaskRouter,
} from 'taskrouter-kit';
import { createFakeClock, sid } from 'taskrouter-kit/testing';
import { describe, expect, test } from 'vitest';
import { journalStore } from '../idempotency/journal-store.js';
import { fakeClient } from './fake-client.js';
import { gate, world } from './world.js';

const OFFLINE = sid('WA', 1);

/** Two processes on one store, with the same handlers. What is heard and applied is what the second one does. */
function setUp(register: (router: TaskRouter) => unknown) {
  const clock = createFakeClock();
  const store = journalStore({ clock });
  const ends: DeferredOutcome[] = [];
  const asked: string[] = [];
  let dead = false;
  /** A way to the store that ends with its process. */
  const mortal = new Proxy(store, {
    get: (target, name) => (dead ? never : Reflect.get(target, name)),
  });
  const watched = new Proxy(store, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name);
      if (typeof found !== 'function') return found;
      return (...args: unknown[]) => {
        asked.push(String(name));
        return Reflect.apply(found, target, args);
      };
    },
  });
  const process = (own: IdempotencyStore, told: DeferredOutcome[]) => {
    const rest = fakeClient();
    const router = (on: TaskRouter) => {
      register(on);
      on.onDeferred((end) => told.push(end));
    };
    return { rest, ...world(router, { client: rest.client as never, store: own, clock }) };
  };
  const first = process(mortal, []);
  const { rest, router } = process(watched, ends);
  return {
    router,
    clock,
    rest,
    ends,
    asked,
    /** The first process goes late with a callback, and dies. */
    async dies({ sending = false } = {}) {
      if (sending) first.rest.state.hold = { at: 'update', until: never() };
      const one = first.reservation({ task: { call_sid: sid('CA') } });
      expect((await one.primary()).body).toBe('{}');
      await clock.advance(10);
      dead = true;
    },
  };
}

const never = () => new Promise<never>(() => {});
/** Late, and not within the life of the first process. */
function decidesInTheSecond(decision: Instruction) {
  let runs = 0;
  return defer(() => {
    runs += 1;
    return runs === 1 ? never() : Promise.resolve(decision);
  });
}

describe('a deferred answer whose process died', () => {
  test('is decided and applied by another, once', async () => {
    const late = decidesInTheSecond(accept());
    const { clock, dies, ends, rest } = setUp((on) => on.onAssignment({ name: 'late' }, late));
    await dies();
    await clock.advance(10_000);
    expect(rest.applied).toMatchObject([{ instruction: { instruction: 'accept' } }]);
    expect(ends).toMatchObject([{ outcome: 'applied', handler: 'late', takenOver: true }]);
  });

  test.each([
    ['404', { status: 404 }, 'refused'],
    ['an answer that cannot be had', { status: 503 }, 'failed'],
    ['an error of the client', new Error('no way to Twilio'), 'failed'],
  ])(
    'whose reservation cannot be read (%s): nothing is decided, and it is told',
    async (_what, error, outcome) => {
      const late = decidesInTheSecond(accept());
      const { clock, dies, ends, rest } = setUp((on) =>
        on.onAssignment(late).onError(reject({ activity: OFFLINE })),
      );
      rest.state.failRead = error;
      await dies();
      await clock.advance(30_000);
      expect(rest.applied).toEqual([]);
      expect(ends).toMatchObject([
        { outcome, handler: undefined, instruction: undefined, takenOver: true, error },
      ]);
    },
  );

  test('and that is lost again while its reservation is read: it is for the next one to look', async () => {
    const late = decidesInTheSecond(accept());
    const { clock, dies, ends, rest, router } = setUp((on) => on.onAssignment(late));
    const read = gate();
    rest.state.hold = { at: 'look', until: read.opened };
    await dies();
    await clock.advance(10_000);
    const closed = router.close({ timeoutMs: 0 });
    await clock.advance(0);
    expect((await closed).open).toHaveLength(1);
    read.open();
    await clock.advance(10);
    expect([rest.applied, ends]).toEqual([[], []]);
  });

  test('and that comes too late to be decided: its onFailure is applied', async () => {
    const { clock, dies, ends, rest } = setUp((on) =>
      on.onAssignment(
        { name: 'late' },
        defer(never, { withinMs: 1_000, onFailure: reject({ activity: OFFLINE }) }),
      ),
    );
    await dies();
    await clock.advance(10_000);
    expect(rest.applied).toMatchObject([{ instruction: { instruction: 'reject', activity: OFFLINE } }]);
    expect(ends).toMatchObject([{ outcome: 'applied', instruction: 'reject', takenOver: true }]);
  });

  test('that was decided meanwhile is left alone', async () => {
    const late = decidesInTheSecond(accept());
    const { clock, dies, ends, rest } = setUp((on) => on.onAssignment(late));
    rest.state.status = 'accepted';
    await dies();
    await clock.advance(10_000);
    expect(rest.applied).toEqual([]);
    expect(ends).toMatchObject([{ outcome: 'refused', takenOver: true, error: undefined }]);
  });

  test('while it was sending a conference: it may ring already, so that it is told and left alone', async () => {
    const { clock, dies, ends, rest } = setUp((on) =>
      on.onAssignment(
        { name: 'late' },
        defer(async () => conference({ from: '+15550100' })),
      ),
    );
    await dies({ sending: true });
    await clock.advance(30_000);
    expect(rest.applied).toEqual([]);
    expect(ends).toMatchObject([
      { outcome: 'unknown', handler: 'late', instruction: 'conference', takenOver: true },
    ]);
  });

  test('while it was sending accept, and the reservation is still pending: it is sent again', async () => {
    const { clock, dies, ends, rest } = setUp((on) => on.onAssignment(defer(async () => accept())));
    await dies({ sending: true });
    await clock.advance(10_000);
    expect(rest.applied).toMatchObject([{ instruction: { instruction: 'accept' } }]);
    expect(ends).toMatchObject([{ outcome: 'applied', takenOver: true }]);
  });

  test('and that another decides: it writes a conference down before it sends it, accept it does not', async () => {
    for (const [decision, written] of [
      [conference({ from: '+15550100' }), 1],
      [accept(), 0],
    ] as const) {
      const late = decidesInTheSecond(decision);
      const { asked, clock, dies, rest } = setUp((on) => on.onAssignment(late));
      await dies();
      await clock.advance(10_000);
      expect(rest.applied).toMatchObject([{ instruction: { instruction: decision.instruction } }]);
      expect(asked.filter((name) => name === 'defer')).toHaveLength(written);
    }
  });
});
