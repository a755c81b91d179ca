import { type AssignmentContext, accept, dequeue, type Instruction, reject } from 'taskrouter-kit';
import { sid } from 'taskrouter-kit/testing';
import { describe, expect, test } from 'vitest';
import { gate, world } from './world.js';

const OFFLINE = sid('WA', 1);
const REJECT = `{"instruction":"reject","activity_sid":"${OFFLINE}"}`;
const ACCEPT = '{"instruction":"accept"}';

describe('the deadline', () => {
  test('under fail: 504, and the fallback joins the same run with a full deadline of its own', async () => {
    const decision = gate<Instruction>();
    let runs = 0;
    const { clock, reservation } = world((on) =>
      on.onAssignment(() => {
        runs++;
        return decision.opened;
      }),
    );
    const one = reservation();
    const primary = one.primary();
    await clock.advance(3_999);
    await clock.advance(1);
    expect(await primary).toMatchObject({ status: 504, code: 'deadline' });
    const fallback = one.fallback();
    await clock.advance(3_000);
    decision.open(accept());
    expect(await fallback).toMatchObject({ status: 200, body: ACCEPT });
    expect(runs).toBe(1);
  });

  test('the signal stays quiet while somebody may still join, and aborts 5 s after the last 504', async () => {
    let signal: AbortSignal | undefined;
    const { clock, reservation } = world((on) =>
      on.onAssignment((context) => {
        signal = context.signal;
        return new Promise<never>(() => {});
      }),
    );
    const primary = reservation().primary();
    await clock.advance(4_000);
    expect((await primary).status).toBe(504);
    await clock.advance(4_900);
    expect(signal?.aborted).toBe(false);
    await clock.advance(200);
    expect(signal?.aborted).toBe(true);
  });

  test('remainingMs is the time left to the latest request that waits', async () => {
    let context: AssignmentContext | undefined;
    const { clock, reservation } = world((on) =>
      on.onAssignment((given) => {
        context = given;
        return new Promise<never>(() => {});
      }),
    );
    const one = reservation();
    const answers = [one.primary()];
    await clock.advance(1_000);
    expect(context?.remainingMs()).toBe(3_000);
    answers.push(one.fallback());
    await clock.advance(0);
    expect(context?.remainingMs()).toBe(4_000);
    await clock.advance(4_000);
    await Promise.all(answers);
    expect(context?.remainingMs()).toBe(0);
  });

  test('a fixed instruction becomes the answer for good, and what the handler brings later is dropped', async () => {
    const decision = gate<Instruction>();
    const { clock, reservation } = world((on) => on.onAssignment(() => decision.opened), {
      onDeadline: reject({ activity: OFFLINE }),
    });
    const one = reservation();
    const primary = one.primary();
    await clock.advance(4_000);
    expect(await primary).toMatchObject({ status: 200, body: REJECT });
    decision.open(accept());
    await clock.advance(10);
    expect(await one.fallback()).toMatchObject({ status: 200, body: REJECT });
  });

  test('a fixed instruction answers under fetch() without waitUntil too', async () => {
    const { clock, reservation } = world((on) => on.onAssignment(() => new Promise<never>(() => {})), {
      onDeadline: reject({ activity: OFFLINE }),
      waitUntil: undefined,
    });
    const one = reservation();
    const primary = one.primary();
    await clock.advance(4_000);
    expect(await primary).toMatchObject({ status: 200, body: REJECT });
    expect(await one.fallback()).toMatchObject({ status: 200, body: REJECT });
  });

  test('a fixed instruction that Twilio would refuse for this task is not sent: 504', async () => {
    const { clock, reservation, lines } = world((on) => on.onAssignment(() => new Promise<never>(() => {})), {
      onDeadline: dequeue(),
    });
    const primary = reservation().primary();
    await clock.advance(4_000);
    expect((await primary).status).toBe(504);
    expect(
      lines.find(({ message }) => message.startsWith('The onDeadline instruction does not fit'))?.fields
        .problem,
    ).toMatch(/40140/);
  });

  test('an authToken function that hangs is 503 at the deadline', async () => {
    const { clock, reservation } = world(() => {}, { authToken: () => new Promise<never>(() => {}) });
    const primary = reservation({ fields: { AccountSid: sid('AC', 1) } }).primary();
    await clock.advance(4_000);
    expect(await primary).toMatchObject({ status: 503, code: 'tokens-unavailable' });
  });
});

describe('a handler that fails', () => {
  test('50 duplicates of one that throws: one run, 50 times 500, one more run by the fallback', async () => {
    let runs = 0;
    const first = gate<Instruction>();
    const { clock, reservation } = world((on) =>
      on.onAssignment(() => {
        runs++;
        return runs === 1 ? first.opened : accept();
      }),
    );
    const one = reservation();
    const duplicates = Array.from({ length: 50 }, () => one.primary());
    await clock.advance(100);
    first.fail(new Error('boom'));
    expect((await Promise.all(duplicates)).map(({ status }) => status)).toEqual(Array(50).fill(500));
    expect(await one.fallback()).toMatchObject({ status: 200, body: ACCEPT });
    expect(runs).toBe(2);
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /did you forget `return`/],
    ['an instruction Twilio would refuse', dequeue(), /40140/],
    ['a friendly name without a client', reject({ activity: 'Offline' }), /REST client/],
  ])('because it returns %s is 500, and the log says why', async (_what, returned, message) => {
    const { reservation, lines } = world((on) => on.onAssignment(() => returned as never));
    expect(await reservation().primary()).toMatchObject({ status: 500, code: 'handler-failed' });
    const line = lines.find(({ level }) => level === 'error');
    expect(line?.fields.err).toMatchObject({ message: expect.stringMatching(message) });
    expect(line?.fields).toMatchObject({ handler: 'assignment-1', via: 'primary' });
  });

  test('a match that throws is 500, and the log says why', async () => {
    const { reservation, lines } = world((on) =>
      on.onAssignment(
        {
          where: () => {
            throw new Error('bad where');
          },
        },
        accept(),
      ),
    );
    expect(await reservation().primary()).toMatchObject({ status: 500, code: 'handler-failed' });
    expect(lines.find(({ level }) => level === 'error')?.fields.err).toMatchObject({ message: 'bad where' });
  });

  test('onError with an instruction decides, and that answer is stored like any other', async () => {
    let runs = 0;
    const { reservation } = world((on) =>
      on
        .onAssignment(() => {
          runs++;
          throw new Error('boom');
        })
        .onError(reject({ activity: OFFLINE })),
    );
    const one = reservation();
    expect(await one.primary()).toMatchObject({ status: 200, body: REJECT });
    expect(await one.fallback()).toMatchObject({ status: 200, body: REJECT });
    expect(runs).toBe(1);
  });

  test('onError as a function is told the error and may decide', async () => {
    const told: unknown[] = [];
    const { reservation } = world((on) =>
      on
        .onAssignment(({ task }) => {
          throw new Error(`boom ${String(task.attributes.n)}`);
        })
        .onError((error, context) => {
          told.push((error as Error).message, context.kind);
          return (error as Error).message === 'boom 1' ? reject({ activity: OFFLINE }) : undefined;
        }),
    );
    expect((await reservation({ task: { n: 1 } }).primary()).body).toBe(REJECT);
    expect((await reservation({ task: { n: 2 } }).primary()).status).toBe(500);
    expect(told).toEqual(['boom 1', 'assignment', 'boom 2', 'assignment']);
  });

  test('an onError that fails itself takes nothing down: 500', async () => {
    const { reservation } = world((on) =>
      on
        .onAssignment(() => {
          throw new Error('first');
        })
        .onError(() => {
          throw new Error('second');
        }),
    );
    expect((await reservation().primary()).status).toBe(500);
  });
});

describe('middleware', () => {
  test('wraps every handler, the first outermost, and may change the decision', async () => {
    const order: string[] = [];
    const { reservation } = world((on) =>
      on
        .use(async (context, next) => {
          order.push(`in ${context.kind}`);
          const decision = await next();
          order.push('out');
          return decision && 'instruction' in decision && decision.instruction === 'accept'
            ? reject({ activity: OFFLINE })
            : decision;
        })
        .use((_context, next) => {
          order.push('inner');
          return next();
        })
        .onAssignment(() => {
          order.push('handler');
          return accept();
        }),
    );
    expect((await reservation().primary()).body).toBe(REJECT);
    expect(order).toEqual(['in assignment', 'inner', 'handler', 'out']);
  });

  test('that calls next() twice fails instead of running the handler twice', async () => {
    let runs = 0;
    const { reservation } = world((on) =>
      on
        .use(async (_context, next) => {
          await next();
          return next();
        })
        .onAssignment(() => {
          runs++;
          return accept();
        }),
    );
    expect((await reservation().primary()).status).toBe(500);
    expect(runs).toBe(1);
  });
});

describe('after()', () => {
  test('runs once the answer is decided, delays nothing, and close() waits for it', async () => {
    const slow = gate();
    let ended = false;
    const { reservation, router } = world((on) =>
      on.onAssignment(({ after }) => {
        after(async () => {
          await slow.opened;
          ended = true;
        });
        return accept();
      }),
    );
    expect((await reservation().primary()).body).toBe(ACCEPT);
    const closed = router.close({ timeoutMs: 1_000 });
    expect(ended).toBe(false);
    slow.open();
    expect(await closed).toEqual({ open: [], clean: true });
    expect(ended).toBe(true);
  });

  test('does not run for a handler that throws, and its own failure is logged', async () => {
    let ran = 0;
    const { reservation, lines, clock } = world((on) =>
      on.onAssignment((context) => {
        context.after(() => {
          ran++;
          throw new Error('late');
        });
        if (context.task.attributes.bad) throw new Error('boom');
        return accept();
      }),
    );
    await reservation({ task: { bad: true } }).primary();
    await reservation().primary();
    await clock.advance(1);
    expect(ran).toBe(1);
    expect(lines.filter(({ message }) => message.includes('after()'))).toHaveLength(1);
  });
});

describe('close()', () => {
  test('lets a run end within the limit; new callbacks get 503', async () => {
    const decision = gate<Instruction>();
    const { reservation, router, clock } = world((on) => on.onAssignment(() => decision.opened));
    const primary = reservation().primary();
    await clock.advance(10);
    const closed = router.close({ timeoutMs: 1_000 });
    expect(await reservation().primary()).toMatchObject({ status: 503, code: 'shutting-down' });
    decision.open(accept());
    expect((await primary).body).toBe(ACCEPT);
    expect(await closed).toEqual({ open: [], clean: true });
  });

  test('at the limit aborts the signal, answers those who wait 503 and names what was cut', async () => {
    let signal: AbortSignal | undefined;
    const { reservation, router, clock } = world((on) =>
      on.onAssignment((context) => {
        signal = context.signal;
        return new Promise<never>(() => {});
      }),
    );
    const reservationSid = sid('WR');
    const primary = reservation({ fields: { ReservationSid: reservationSid } }).primary();
    await clock.advance(10);
    const closed = router.close({ timeoutMs: 500 });
    await clock.advance(1_000);
    expect(await primary).toMatchObject({ status: 503, code: 'shutting-down' });
    const { open, clean } = await closed;
    expect(open).toEqual([expect.stringContaining(reservationSid)]);
    expect([clean, signal?.aborted]).toEqual([false, true]);
  });
});

describe('what is told', () => {
  test('onOutcome hears how each request ended, refused ones too; a listener that throws harms nothing', async () => {
    const heard: unknown[] = [];
    const { reservation, event } = world((on) =>
      on
        .onAssignment({ name: 'all' }, accept())
        .onOutcome(() => {
          throw new Error('listener');
        })
        .onOutcome(({ durationMs, ...outcome }) => {
          expect(durationMs).toBeGreaterThanOrEqual(0);
          heard.push(outcome);
        }),
    );
    const one = reservation();
    await one.primary();
    await one.fallback();
    await reservation({ authToken: 'other' }).primary();
    await event('task.created');
    expect(heard).toMatchObject([
      {
        route: 'assignment',
        verdict: 'ran',
        status: 200,
        handler: 'all',
        instruction: 'accept',
        degraded: false,
      },
      { route: 'fallback', verdict: 'replayed', status: 200, handler: undefined, instruction: 'accept' },
      { route: 'assignment', verdict: 'refused', status: 403, reason: 'signature-mismatch' },
      { route: 'events', verdict: 'ignored', status: 204, eventType: 'task.created' },
    ]);
  });

  test('outside production a mismatch is explained once in 10 s, and never with a secret or a value', async () => {
    const { reservation, lines, clock } = world(() => {}, { explainMismatch: true });
    const send = () => reservation({ authToken: 'wrong-secret', task: { card: '4111' } }).primary();
    await send();
    await send();
    const explained = () => lines.filter(({ message }) => /signature/i.test(message));
    expect(explained()).toHaveLength(1);
    await clock.advance(10_000);
    await send();
    expect(explained()).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toMatch(/wrong-secret|4111/);
  });

  test('the first stale timestamp is logged with the difference of the clocks', async () => {
    const { reservation, lines } = world(() => {});
    const send = () => reservation({ fields: { Timestamp: '1600000000' } }).primary();
    expect((await send()).code).toBe('stale-timestamp');
    await send();
    expect(lines.filter(({ fields }) => 'ageMs' in fields)).toHaveLength(1);
  });
});
