import {
  accept,
  ConfigurationError,
  conference,
  createTaskRouter,
  defer,
  dequeue,
  memoryStore,
} from 'taskrouter-kit';
import { redisStore } from 'taskrouter-kit/redis';
import { createTaskRouterClient } from 'taskrouter-kit/rest';
import { assignmentRequest, eventRequest, runHandler, sid } from 'taskrouter-kit/testing';
import { describe, expect, test } from 'vitest';

const authToken = 'f'.repeat(32);
const url = 'https://hooks.example.com/taskrouter/assignment';
const router = () => createTaskRouter({ authToken }).otherwise(defer());
const redis = { evalsha: async () => 0, eval: async () => 0, ping: async () => 'PONG' };
const client = { accountSid: sid('AC'), authToken };

/** A call with options as a user without TypeScript may write them. */
type Call = (options: never) => unknown;

describe('an option that does not exist is refused with the near miss', () => {
  test.each<[string, Call, object, string]>([
    ['createTaskRouter', createTaskRouter, { authToken, deadlineMS: 900 }, 'deadlineMs'],
    ['createTaskRouter', createTaskRouter, { authtoken: authToken }, 'authToken'],
    ['fetch', (options) => router().fetch(options), { waituntil: () => {} }, 'waitUntil'],
    ['close', (options) => router().close(options), { timeout: 1 }, 'timeoutMs'],
    ['memoryStore', memoryStore, { maxRecord: 5 }, 'maxRecords'],
    ['redisStore', (options) => redisStore(redis, options), { prefx: 'a:' }, 'prefix'],
    [
      'createTaskRouterClient',
      createTaskRouterClient,
      { ...client, workspaceSID: sid('WS') },
      'workspaceSid',
    ],
    [
      'createTaskRouterClient, retry',
      createTaskRouterClient,
      { ...client, retry: { retires: 1 } },
      'retries',
    ],
    ['assignmentRequest', assignmentRequest, { url, authToken, tasks: {} }, 'task'],
    ['eventRequest', eventRequest, { url, authToken, type: 'task.created', field: {} }, 'fields'],
    ['runHandler', (facts) => runHandler(accept(), facts), { taskQueueSID: sid('WQ') }, 'taskQueueSid'],
    ['runHandler, task', (facts) => runHandler(accept(), facts), { task: { atributes: {} } }, 'attributes'],
    ['runHandler, worker', (facts) => runHandler(accept(), facts), { worker: { Sid: 'WK' } }, 'sid'],
  ])('%s', async (what, call, options, meant) => {
    const error = await refusal(() => call(options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toMatch(new RegExp(`^${what}: there is no option .* Did you mean "${meant}"\\?$`));
  });

  test('in a match and in an instruction too', () => {
    expect(() => router().onAssignment({ quueue: sid('WQ') } as never, accept())).toThrow(
      '"quueue" is not a condition. Did you mean "queue"?',
    );
    expect(() => conference({ conferenceRecrod: true } as never)).toThrow('write conferenceRecord');
    expect(() => defer(() => accept(), { withinMS: 5 } as never)).toThrow('write withinMs');
  });
});

describe('options of another kind are refused where they are given', () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      'log: false',
      () => createTaskRouter({ authToken, log: false as never }),
      /^log must have the methods debug/,
    ],
    [
      'a log of null',
      () => createTaskRouter({ authToken, log: null as never }),
      /^log must have the methods/,
    ],
    [
      'an empty log',
      () => createTaskRouter({ authToken, log: {} as never }),
      /missing: debug, info, warn, error/,
    ],
    [
      'a log without one method',
      () => createTaskRouter({ authToken, log: { ...console, warn: 1 } as never }),
      /missing: warn\.$/,
    ],
    [
      'Redis as the store',
      () => createTaskRouter({ authToken, store: redis as never }),
      /redisStore\(redis\)/,
    ],
    ['Date as the clock', () => createTaskRouter({ authToken, clock: Date as never }), /^clock must have/],
    [
      'channelOf as a text',
      () => createTaskRouter({ authToken, channelOf: 'voice' as never }),
      /^channelOf must be/,
    ],
    [
      'random as a number',
      () => createTaskRouter({ authToken, random: 0.5 as never }),
      /^random must be a function/,
    ],
    ['no options at all', () => createTaskRouter(undefined as never), /authToken is missing/],
    ['options that are no object', () => createTaskRouter('token' as never), /must be an object/],
    [
      'a count that is none',
      () => memoryStore({ maxRecords: Number.NaN }),
      /maxRecords must be a whole number/,
    ],
    ['a store without Redis', () => redisStore(undefined as never), /must be an ioredis client/],
    ['a URL as Redis', () => redisStore('redis://127.0.0.1' as never), /must be an ioredis client/],
    [
      'waitUntil as a flag',
      () => router().fetch({ waitUntil: true as never }),
      /waitUntil must be a function/,
    ],
    ['a limit as text', () => router().close({ timeoutMs: '5s' as never }), /timeoutMs must be a number/],
    [
      'a request without a token',
      () => assignmentRequest({ url } as never),
      /authToken must be a non-empty string/,
    ],
    [
      'a request without options',
      () => assignmentRequest(undefined as never),
      /url must be a non-empty string/,
    ],
    [
      'an event without a type',
      () => eventRequest({ url, authToken } as never),
      /type must be a non-empty string/,
    ],
  ])('%s', async (_what, call, message) => {
    expect((await refusal(call)).message).toMatch(message);
  });
});

describe('a number to call from or to that is undefined', () => {
  test.each<[string, () => unknown, string]>([
    ['conference, from', () => conference({ from: undefined } as never), '40138'],
    ['conference, to', () => conference({ to: undefined } as never), '40137'],
    ['dequeue, from', () => dequeue({ from: undefined } as never), '40132'],
  ])(
    '%s: is refused, because a misspelt attribute or a variable that is not set reads so',
    (_what, call, code) => {
      expect(call).toThrow(/is undefined, so the attribute or variable it is read from does not exist/);
      expect(call).toThrow(code);
    },
  );

  test('left out, Twilio chooses', () => {
    expect(conference({})).toEqual({ instruction: 'conference' });
  });
});

test('runHandler and assignmentRequest have the same worker unless one is given', async () => {
  let seen: unknown;
  await runHandler(({ worker }) => {
    seen = worker.attributes;
    return accept();
  });
  const { fields } = assignmentRequest({ url, authToken });
  expect(seen).toEqual({ contact_uri: 'client:alice' });
  expect(JSON.parse(fields.WorkerAttributes!)).toEqual(seen);
});

async function refusal(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was refused');
}
