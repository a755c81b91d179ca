import { accept, conference, defer, dequeue, reject } from 'taskrouter-kit';
import { runHandler, sid } from 'taskrouter-kit/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const call = { call_sid: sid('CA', 1), to: '+15017122661', from: '+15017122662', department: 'sales' };
const alice = { contact_uri: 'client:alice' };
const OFFLINE = sid('WA', 1);
const WRAP_UP = sid('WA', 2);

/** The shipped handlers read their settings when they are loaded. */
async function load(name: string) {
  const { default: handler } = await import(`../../handlers/${name}.ts`);
  return handler;
}

async function decide(name: string, task: object, worker: object = alice) {
  return runHandler(await load(name), {
    task: { attributes: { ...task } },
    worker: { attributes: { ...worker } },
  });
}

beforeEach(() => {
  vi.resetModules();
  vi.stubEnv('OFFLINE_ACTIVITY_SID', OFFLINE);
  vi.stubEnv('WRAP_UP_ACTIVITY_SID', WRAP_UP);
});
afterEach(() => vi.unstubAllEnvs());

describe('voice-conference', () => {
  test('connects a call in a recorded conference, with the number that was called as the caller id', async () => {
    expect(await decide('voice-conference', call)).toEqual(
      conference({
        from: '+15017122661',
        timeout: 20,
        conferenceRecord: 'record-from-start',
        endConferenceOnExit: true,
      }),
    );
  });

  test('is not for a task without a call', async () => {
    expect(await decide('voice-conference', { type: 'chat' })).toBeUndefined();
    expect(await decide('voice-conference', { ...call, call_sid: 'none' })).toBeUndefined();
  });
});

describe('voice-dequeue', () => {
  test('connects calls for the front desk and gives the worker time afterwards', async () => {
    expect(await decide('voice-dequeue', { ...call, department: 'front_desk' })).toEqual(
      dequeue({ postWorkActivity: WRAP_UP, timeout: 20 }),
    );
  });

  test('works without a wrap-up activity', async () => {
    vi.stubEnv('WRAP_UP_ACTIVITY_SID', '');
    expect(await decide('voice-dequeue', { ...call, department: 'front_desk' })).toEqual(
      dequeue({ timeout: 20 }),
    );
  });

  test('is not for other calls', async () => {
    expect(await decide('voice-dequeue', call)).toBeUndefined();
  });
});

describe('chat', () => {
  test('takes a chat', async () => {
    expect(await decide('chat', { type: 'chat' })).toEqual(accept());
  });

  test('is not for calls', async () => {
    expect(await decide('chat', call)).toBeUndefined();
  });
});

describe('unreachable-worker', () => {
  test('moves a worker without contact_uri to the offline activity', async () => {
    expect(await decide('unreachable-worker', call, {})).toEqual(reject({ activity: OFFLINE }));
  });

  test('leaves the reservation to its timeout where no activity is configured', async () => {
    vi.stubEnv('OFFLINE_ACTIVITY_SID', undefined);
    expect(await decide('unreachable-worker', call, { contact_uri: '' })).toEqual(defer());
  });

  test('is not for workers who can be called, nor for chats', async () => {
    expect(await decide('unreachable-worker', call)).toBeUndefined();
    expect(await decide('unreachable-worker', { type: 'chat' }, {})).toBeUndefined();
  });
});

test('refuses to load with an activity that is no SID', async () => {
  vi.stubEnv('OFFLINE_ACTIVITY_SID', 'Offline');
  await expect(load('unreachable-worker')).rejects.toThrow(/OFFLINE_ACTIVITY_SID must be the SID/);
});
