import {
  accept,
  call,
  conference,
  createTaskRouter,
  defer,
  dequeue,
  reject,
  type TaskRouter,
  type TaskRouterOptions,
} from 'taskrouter-kit';
import { sid } from 'taskrouter-kit/testing';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';

const router = (options: Partial<TaskRouterOptions> = {}) =>
  createTaskRouter({ authToken: 'token', ...options });
const QUEUE = sid('WQ', 1);

describe('options', () => {
  test.each<[string, unknown, RegExp]>([
    ['no token', { authToken: undefined }, /authToken is missing/],
    ['an empty token', { authToken: '' }, /authToken/],
    ['an empty list of tokens', { authToken: [] }, /authToken is an empty list/],
    ['an unknown option', { authTokens: 'x' }, /no option "authTokens". Did you mean "authToken"/],
    ['a relative public URL', { publicUrl: '/api' }, /publicUrl must be the beginning of the URL/],
    ['a public URL with a query', { publicUrl: 'https://example.com?x=1' }, /publicUrl/],
    ['a deadline Twilio would not wait for', { deadlineMs: 5_000 }, /deadlineMs .* from 500 to 4800/],
    ['a base path without slash', { basePath: 'taskrouter' }, /basePath must begin with a slash/],
    ['a deadline policy that is no instruction', { onDeadline: 'wait' }, /onDeadline must be/],
    ['an unknown store policy', { onStoreError: 'ignore' }, /onStoreError must be/],
  ])('%s is refused', (_what, options, message) => {
    expect(() => router(options as TaskRouterOptions)).toThrow(message);
  });

  test('no message repeats a token', () => {
    expect(() => router({ authToken: ['secret-one', ' secret-two'] })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }) as Error,
    );
  });
});

describe('a match', () => {
  test.each<[string, unknown, RegExp]>([
    ['an unknown condition', { que: QUEUE }, /"que" is not a condition/],
    [
      'a SID of something else',
      { queue: sid('WW', 1) },
      /queue is the SID of something else: it must begin with WQ/,
    ],
    ['a friendly name', { queue: 'Support EN' }, /queue "Support EN" is not a SID.*REST client/],
    ['an empty list', { queue: [] }, /queue is an empty list, so this handler could never run/],
    ['an empty text', { worker: '' }, /worker must be a non-empty string/],
    ['a channel nobody can tell', { channel: 'voice' }, /channel can never match.*channelOf/],
    ['a task that is no schema', { task: { type: 'call' } }, /task must be a Standard Schema/],
    ['a where that is no function', { where: true }, /where must be a function/],
  ])('with %s is refused', (_what, match, message) => {
    expect(() => router().onAssignment(match as never, accept())).toThrow(message);
  });

  test('on a channel is taken where channelOf can tell it', () => {
    expect(() =>
      router({ channelOf: () => 'voice' }).onAssignment({ channel: 'voice' }, accept()),
    ).not.toThrow();
  });
});

describe('a handler', () => {
  test.each<[string, unknown, RegExp]>([
    ['something else', 'accept', /the handler must be an instruction/],
    ['a reject without activity', reject(), /40100/],
    ['an instruction by REST', accept({ via: 'rest' }), /via: 'rest' needs a REST client/],
    [
      'a friendly name',
      dequeue({ postWorkActivity: 'Wrap-up' }),
      /"Wrap-up" is a friendly name.*REST client/,
    ],
    ['a deferred answer', defer(() => accept()), /defer\(run\) needs a REST client/],
  ])('that is %s is refused', (_what, handler, message) => {
    expect(() => router().onAssignment({ queue: QUEUE }, handler as never)).toThrow(message);
  });

  test('that no assignment can reach is refused, naming the one before it', () => {
    const given = router().onAssignment({ name: 'first', queue: [QUEUE, sid('WQ', 2)] }, accept());
    expect(() => given.onAssignment({ queue: QUEUE, worker: sid('WK', 1) }, accept())).toThrow(
      /number 2 can never run: number 1 \("first"\)/,
    );
    expect(() => router().onAssignment(accept()).onAssignment({ queue: QUEUE }, accept())).toThrow(
      /can never run/,
    );
  });

  test('after a narrower one, or one that may refuse, is fine', () => {
    const given = router()
      .onAssignment({ queue: QUEUE, worker: sid('WK', 1) }, accept())
      .onAssignment({ queue: QUEUE, where: () => false }, accept())
      .onAssignment({ queue: QUEUE, task: z.object({}) }, accept());
    expect(() => given.onAssignment({ queue: QUEUE }, accept())).not.toThrow();
  });
});

describe('registration', () => {
  test.each<[string, (on: TaskRouter) => unknown]>([
    ['otherwise', (on) => on.otherwise(defer())],
    ['onBadAttributes', (on) => on.onBadAttributes(defer())],
    ['onError', (on) => on.onError(call({ from: '+15550100', url: 'https://example.com/twiml' }))],
  ])('of %s twice is refused', (name, register) => {
    const given = router();
    register(given);
    expect(() => register(given)).toThrow(new RegExp(`${name} is registered twice`));
  });

  test('of one event handler twice for one type is refused; two handlers are fine', () => {
    const handler = () => {};
    const given = router().onEvent('task.created', handler);
    expect(() => given.onEvent(['task.canceled', 'task.created'], handler)).toThrow(/would run twice/);
    expect(() => given.onEvent('task.created', () => {})).not.toThrow();
  });

  test('of an event type that is not documented is refused with the near miss, unless it is said to be unlisted', () => {
    const refusal = (type: unknown) => () => router().onEvent(type as 'task.created', () => {});
    for (const [slip, meant] of [
      ['task.wrap-up', 'task.wrapup'],
      ['reservation.timedout', 'reservation.timeout'],
      ['task.cancelled', 'task.canceled'],
      ['Task.Created', 'task.created'],
      ['worker.activity.updated', 'worker.activity.update'],
    ]) {
      expect(refusal(slip), slip).toThrow(`Did you mean "${meant}"?`);
      expect(refusal(['task.created', slip]), slip).toThrow(`Did you mean "${meant}"?`);
    }
    expect(refusal('planet.discovered')).toThrow(/no event type.*write \{ unlisted: "planet.discovered" \}/);
    expect(refusal({ unlisted: 'planet.discovered' })).not.toThrow();
    expect(refusal({ unlisted: 'task.created' })).not.toThrow();
    for (const none of ['', 7, null, {}, { unlisted: 7 }, 'a b']) {
      expect(refusal(none), JSON.stringify(none)).toThrow(/an event type is a string/);
    }
    expect(() => router().onEvent([], () => {})).toThrow(/at least one event type/);
  });

  test('mounting without otherwise is refused', () => {
    for (const mount of ['express', 'node', 'fetch'] as const) {
      expect(() => router().onAssignment({ queue: QUEUE }, accept())[mount]()).toThrow(
        /otherwise\(defer\(\)\)/,
      );
    }
  });

  test.each<[string, (on: TaskRouter) => unknown]>([
    ['onAssignment', (on) => on.onAssignment({ queue: QUEUE }, accept())],
    ['otherwise', (on) => on.otherwise(defer())],
    ['onEvent', (on) => on.onEvent('task.created', () => {})],
    ['use', (on) => on.use((_context, next) => next())],
    ['onError', (on) => on.onError(() => {})],
    ['onBadAttributes', (on) => on.onBadAttributes(defer())],
  ])('of %s after mounting is refused', (_name, register) => {
    const given = router().otherwise(defer());
    given.express();
    expect(() => register(given)).toThrow(/comes too late/);
  });

  test('a fixed answer at the deadline must be one a callback can give', () => {
    const given = router({ onDeadline: conference({ via: 'rest' }) }).otherwise(defer());
    expect(() => given.node()).toThrow(/onDeadline: via: 'rest' needs a REST client/);
  });
});
