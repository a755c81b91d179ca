import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accept,
  call,
  conference,
  dequeue,
  redirect,
  reject,
  supervise,
} from '../../src/instructions/build.js';
import { checkEncoding, checkTask, preflight } from '../../src/instructions/preflight.js';
import type { ReservationInstruction } from '../../src/instructions/types.js';
import { instruction } from './arbitrary.js';
import { CA, LEAST, WA } from './table.js';

/** What `<Enqueue>` puts on a task. */
const enqueued = { call_sid: CA, from: '+14155550100', to: '+15017122661', called: '+15017122661' };
const reachable = { contact_uri: 'client:joey' };
const FROM = '+15017122661';

describe('by the task and the worker, in either encoding', () => {
  test.each<[string, ReservationInstruction, object, object, number | undefined]>([
    ['dequeue of a parked call', dequeue(), enqueued, reachable, undefined],
    ['dequeue of a task without a call', dequeue(), {}, reachable, 40140],
    ['dequeue with an empty call_sid', dequeue(), { call_sid: '' }, reachable, 40140],
    ['dequeue with call_sid null', dequeue(), { call_sid: null }, reachable, 40140],
    ['dequeue to a worker without an address', dequeue(), enqueued, {}, 40131],
    ['dequeue to an address of its own', dequeue({ to: 'joey' }), enqueued, {}, undefined],
    ['dequeue by REST without a from', dequeue({ via: 'rest' }), enqueued, reachable, undefined],
    ['call to the worker', call(LEAST.call), {}, reachable, undefined],
    ['call to a worker without an address', call(LEAST.call), enqueued, { contact_uri: '' }, 40110],
    ['call to an address of its own', call({ ...LEAST.call, to: 'joey' }), {}, {}, undefined],
    ['conference of a call that came in', conference({ from: FROM }), enqueued, reachable, undefined],
    [
      'conference of a call to be made',
      conference({ from: FROM }),
      { outbound_to: '+1' },
      reachable,
      undefined,
    ],
    ['conference of a task without a call', conference({ from: FROM }), {}, reachable, 40142],
    ['conference to a worker without an address', conference({ from: FROM }), enqueued, {}, 40137],
    ['conference to an address of its own', conference({ to: 'joey' }), enqueued, {}, undefined],
    ['conference without from, of an enqueued call', conference(), enqueued, reachable, undefined],
    [
      'conference without from, of a manual task',
      conference(),
      { call_sid: CA, to: FROM },
      reachable,
      undefined,
    ],
    ['conference without from or a number', conference(), { call_sid: CA }, reachable, 40138],
    ['conference to be made without from', conference(), { outbound_to: '+1' }, reachable, 40138],
    ['redirect of a named call', redirect(LEAST.redirect), {}, {}, undefined],
    ['accept of anything', accept(), {}, {}, undefined],
    ['reject of anything', reject({ activity: 'Offline' }), {}, {}, undefined],
  ])('%s', (_case, built, task, worker, code) => {
    for (const encoding of ['callback', 'rest'] as const) {
      expect(preflight(built, { encoding, task, worker })?.code).toBe(code);
    }
    expect(checkTask(built, { task, worker })?.code).toBe(code);
  });

  test('supervise needs the task to have a from', () => {
    const built = supervise(LEAST.supervise);
    expect(preflight(built, { encoding: 'rest', task: enqueued, worker: {} })).toBeUndefined();
    expect(preflight(built, { encoding: 'rest', task: {}, worker: {} })?.code).toBe(40148);
  });
});

describe('by the encoding alone', () => {
  test('a reject without activity is refused in a callback and taken by REST', () => {
    expect(checkEncoding(reject(), 'callback')).toMatchObject({ code: 40100, field: 'activity' });
    expect(checkEncoding(reject(), 'rest')).toBeUndefined();
    expect(checkEncoding(reject({ via: 'rest' }), 'callback')).toBeUndefined();
    expect(checkEncoding(reject({ activity: WA }), 'callback')).toBeUndefined();
  });

  test('supervise is none of the instructions a callback knows', () => {
    expect(checkEncoding(supervise(LEAST.supervise), 'callback')?.code).toBe(55555);
    expect(checkEncoding(supervise(LEAST.supervise), 'rest')).toBeUndefined();
  });

  test('an instruction written by hand is held to the rules of the builders', () => {
    const byHand = { instruction: 'dequeue', timeout: 5_000 } as const;
    expect(checkEncoding(byHand, 'callback')).toMatchObject({ code: 14233, field: 'timeout' });
    const incomplete = { instruction: 'redirect', callSid: CA, url: 'https://x.example/' } as never;
    expect(checkEncoding(incomplete, 'rest')).toMatchObject({ code: undefined, field: 'accept' });
  });

  test('what a builder makes passes', () => {
    fc.assert(
      fc.property(instruction, (built) => checkEncoding(built, 'callback') === undefined),
      { numRuns: 300 },
    );
  });
});

test('a problem names the code and what to do, and no attribute value', () => {
  const problem = preflight(conference({ from: FROM }), {
    encoding: 'callback',
    task: enqueued,
    worker: { name: 'Ada' },
  });
  expect(problem).toStrictEqual({
    code: 40137,
    field: 'to',
    message:
      'conference: to is missing and the worker has no attribute contact_uri: give one of them (Twilio error 40137).',
  });
});
