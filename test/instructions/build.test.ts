import { describe, expect, test } from 'vitest';
import {
  accept,
  call,
  conference,
  defer,
  dequeue,
  redirect,
  reject,
  supervise,
} from '../../src/instructions/build.js';
import type { InstructionName } from '../../src/instructions/fields.js';
import { InstructionError } from '../../src/instructions/problem.js';
import { CA, LEAST, WA } from './table.js';

const builders = { accept, call, conference, defer, dequeue, redirect, reject, supervise };

/** What a builder throws, called as plain JavaScript would. */
function thrownBy(name: InstructionName | 'defer', ...args: unknown[]): InstructionError {
  try {
    (builders[name] as (...args: unknown[]) => unknown)(...args);
  } catch (error) {
    if (error instanceof InstructionError) return error;
    throw error;
  }
  throw new Error(`${name} did not throw`);
}

const refusal = (name: InstructionName, options: object) => thrownBy(name, { ...LEAST[name], ...options });

test('undefined is the same as not given', () => {
  expect(dequeue({ timeout: undefined, to: 'client:joey' })).toStrictEqual({
    instruction: 'dequeue',
    to: 'client:joey',
  });
  expect(call({ ...LEAST.call, accept: undefined }).accept).toBe(false);
  expect(conference({ passthrough: { room: undefined } as never })).toStrictEqual({
    instruction: 'conference',
    passthrough: {},
  });
});

test('redirect accepts and call does not, unless told', () => {
  expect(redirect(LEAST.redirect).accept).toBe(true);
  expect(redirect({ ...LEAST.redirect, accept: false }).accept).toBe(false);
  expect(call(LEAST.call).accept).toBe(false);
  expect(call({ ...LEAST.call, accept: true }).accept).toBe(true);
});

test('an instruction is frozen, and changing what it was built from changes nothing', () => {
  const events: Array<'answered' | 'completed'> = ['answered'];
  const passthrough = { some_events: ['a'] };
  const built = dequeue({ statusCallbackEvents: events, passthrough });
  events.push('completed');
  passthrough.some_events.push('b');
  expect(built.statusCallbackEvents).toStrictEqual(['answered']);
  expect(built.passthrough).toStrictEqual({ some_events: ['a'] });
  for (const part of [built, built.statusCallbackEvents, built.passthrough, built.passthrough?.some_events]) {
    expect(Object.isFrozen(part)).toBe(true);
  }
});

describe('what is wrong whatever the task is, is refused at once with the code of Twilio', () => {
  const long = `https://x.example/${'a'.repeat(10)}`;
  test.each<[InstructionName, object, string, number | undefined]>([
    ['reject', { activity: '' }, 'activity', 40100],
    ['reject', { activity: 7 }, 'activity', 40100],
    ['reject', { activity: CA }, 'activity', 40100],
    ['reject', { activity: WA.slice(0, -1) }, 'activity', 40100],
    ['reject', { activity: `${WA}0` }, 'activity', 40100],
    ['dequeue', { to: '' }, 'to', 40131],
    ['dequeue', { from: ' ' }, 'from', 40132],
    ['dequeue', { postWorkActivity: CA }, 'postWorkActivity', 40130],
    ['dequeue', { timeout: 0 }, 'timeout', 14233],
    ['dequeue', { timeout: 1000 }, 'timeout', 14233],
    ['dequeue', { timeout: 2.5 }, 'timeout', 14233],
    ['dequeue', { timeout: '20' }, 'timeout', 14233],
    ['dequeue', { timeout: Number.NaN }, 'timeout', 14233],
    ['dequeue', { statusCallbackUrl: '' }, 'statusCallbackUrl', 40157],
    ['dequeue', { statusCallbackUrl: '/status' }, 'statusCallbackUrl', 40157],
    ['dequeue', { statusCallbackUrl: new URL(long) }, 'statusCallbackUrl', 40157],
    ['dequeue', { statusCallbackEvents: ['busy'] }, 'statusCallbackEvents', 40134],
    ['dequeue', { statusCallbackEvents: [] }, 'statusCallbackEvents', 40134],
    ['dequeue', { statusCallbackEvents: 'answered' }, 'statusCallbackEvents', 40134],
    ['dequeue', { record: 'yes' }, 'record', undefined],
    ['call', { to: null }, 'to', 40110],
    ['call', { from: undefined }, 'from', 40111],
    ['call', { from: 15017122661 }, 'from', 40111],
    ['call', { url: undefined }, 'url', 40112],
    ['call', { url: 'hooks.example.com' }, 'url', 40112],
    ['call', { url: 'ftp://hooks.example.com/' }, 'url', 40112],
    ['call', { url: 'https://hooks.example.com/a b' }, 'url', 40112],
    ['call', { url: 'https://' }, 'url', 40112],
    ['call', { url: 'https://hooks.example.com:port/' }, 'url', 40112],
    ['call', { statusCallbackUrl: '' }, 'statusCallbackUrl', 40158],
    ['call', { accept: 'true' }, 'accept', undefined],
    ['redirect', { callSid: undefined }, 'callSid', 40121],
    ['redirect', { callSid: WA }, 'callSid', 40121],
    ['redirect', { url: '' }, 'url', 40120],
    ['conference', { to: '' }, 'to', 40137],
    ['conference', { from: '' }, 'from', 40138],
    ['conference', { postWorkActivity: CA }, 'postWorkActivity', 40143],
    ['conference', { timeout: -1 }, 'timeout', 14233],
    ['conference', { statusCallbackUrl: '' }, 'statusCallbackUrl', 40159],
    ['conference', { maxParticipants: 1 }, 'maxParticipants', undefined],
    ['conference', { maxParticipants: 251 }, 'maxParticipants', undefined],
    ['conference', { beep: 'loud' }, 'beep', undefined],
    ['conference', { record: 'true' }, 'record', undefined],
    ['conference', { waitUrl: 'music.mp3' }, 'waitUrl', undefined],
    [
      'conference',
      { conferenceStatusCallbackEvents: ['ringing'] },
      'conferenceStatusCallbackEvents',
      undefined,
    ],
    ['supervise', { supervisor: undefined }, 'supervisor', 40147],
    ['supervise', { supervisorMode: 'spy' }, 'supervisorMode', undefined],
    ['supervise', { via: 'rest' }, 'via', undefined],
    ['accept', { via: 'callback' }, 'via', undefined],
    ['accept', { activity: WA }, 'activity', undefined],
    ['accept', { instruction: 'reject' }, 'instruction', undefined],
    ['accept', { passthrough: ['a'] }, 'passthrough', undefined],
    ['accept', { passthrough: { PascalCase: 1 } }, 'passthrough', undefined],
    ['accept', { passthrough: { instruction: 'reject' } }, 'passthrough', undefined],
    ['accept', { passthrough: JSON.parse('{"__proto__":"x"}') as object }, 'passthrough', undefined],
    ['accept', { passthrough: { a: {} } }, 'passthrough', undefined],
    ['accept', { passthrough: { a: null } }, 'passthrough', undefined],
    ['accept', { passthrough: { a: Number.NaN } }, 'passthrough', undefined],
    ['accept', { passthrough: { a: ['x', 1] } }, 'passthrough', undefined],
    ['dequeue', { passthrough: { timeout: 5 } }, 'passthrough', undefined],
    [
      'conference',
      { statusCallbackUrl: long, passthrough: { status_callback: long } },
      'passthrough',
      undefined,
    ],
  ])('%s %j', (name, options, field, code) => {
    const error = refusal(name, options);
    expect(error).toMatchObject({ code: 'invalid-instruction', field, twilioCode: code });
    expect(error.message).toContain(field);
    if (code !== undefined) expect(error.message).toContain(String(code));
  });
});

test('what Twilio takes is taken: fragments, bare client names, app addresses, silence, unknown regions', () => {
  const fine = [
    () => dequeue({ to: 'joey', statusCallbackUrl: 'HTTP://user:pass@x.example:8080/a?b=c#rc=3' }),
    () =>
      conference({ to: 'app:AP0123?x=1', waitUrl: '', region: 'se9', beep: 'onExit', maxParticipants: 2 }),
    () => conference({ passthrough: { status_callback: 'https://x.example/' } }),
    () => reject({ activity: 'WA team lunch' }),
    () => reject(),
  ];
  for (const make of fine) expect(make).not.toThrow();
});

test.each<[InstructionName, string, string]>([
  ['reject', 'activity_sid', 'activity'],
  ['reject', 'WorkerActivitySid', 'activity'],
  ['dequeue', 'post_work_activity_sid', 'postWorkActivity'],
  ['dequeue', 'dequeueFrom', 'from'],
  ['redirect', 'call_sid', 'callSid'],
  ['conference', 'statusCallback', 'statusCallbackUrl'],
  ['conference', 'statusCallbackEvent', 'statusCallbackEvents'],
  ['conference', 'conferenceStatusCallbackEvent', 'conferenceStatusCallbackEvents'],
  ['conference', 'postWorkActivitySid', 'postWorkActivity'],
  ['conference', 'end_conference_on_exit', 'endConferenceOnExit'],
])('%s: the option %s is answered with the name %s', (name, written, meant) => {
  expect(refusal(name, { [written]: 'x' }).message).toBe(
    `${name}: ${written} is not an option; write ${meant}.`,
  );
});

test('an option nobody can guess is answered with the list, and the way round', () => {
  const { message } = refusal('reject', { reason: 'busy' });
  expect(message).toBe(
    'reject: reason is not an option (options: activity); put a name that is new to this package into passthrough.',
  );
});

test.each([null, 'Offline', 7, [], new Date(0)])('options must be an object (%j)', (options) => {
  expect(thrownBy('reject', options).field).toBe('options');
});

test('no message holds a value', () => {
  const secret = 'hunter2-+15017122661';
  for (const [name, option] of [
    ['call', 'url'],
    ['redirect', 'callSid'],
    ['conference', 'beep'],
    ['dequeue', 'statusCallbackEvents'],
    ['dequeue', 'timeout'],
  ] as const) {
    expect(refusal(name, { [option]: secret }).message).not.toContain('hunter2');
  }
});

describe('defer', () => {
  test('carries the function, the limit and what to do on failure', () => {
    const run = () => accept();
    expect(defer(run, { withinMs: 8_000, onFailure: reject() })).toStrictEqual({
      ...{ instruction: 'defer', run, withinMs: 8_000, onFailure: { instruction: 'reject' } },
    });
    expect(defer()).toStrictEqual({ instruction: 'defer' });
    expect(defer(run, { withinMs: undefined })).toStrictEqual({ instruction: 'defer', run });
    expect(Object.isFrozen(defer())).toBe(true);
  });

  test.each<[unknown[], string]>([
    [['accept'], 'run'],
    [[undefined, { withinMs: 5 }], 'run'],
    [[accept, { withinMs: 0 }], 'withinMs'],
    [[accept, { withinMs: 1.5 }], 'withinMs'],
    [[accept, { withinMs: Number.POSITIVE_INFINITY }], 'withinMs'],
    [[accept, { onFailure: defer() }], 'onFailure'],
    [[accept, { onFailure: { instruction: 'call' } }], 'from'],
    [[accept, { onError: reject() }], 'onError'],
    [[accept, 5_000], 'options'],
  ])('refuses %j', (args, field) => {
    expect(thrownBy('defer', ...args).field).toBe(field);
  });
});

test('supervise has no way through a callback', () => {
  expect(supervise(LEAST.supervise)).toStrictEqual({ instruction: 'supervise', ...LEAST.supervise });
});
