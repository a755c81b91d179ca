import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { callback, reservation, startProcess, TOKEN, until } from '../server/endpoint-process.js';
import {
  OFFLINE,
  QUEUE,
  startTaskRouterDouble,
  type TaskRouterDouble,
  WORKSPACE,
} from './task-router-double.js';

const HANDLERS_DIR = fileURLToPath(new URL('fixtures/names', import.meta.url));

async function start(twilio: TaskRouterDouble, env: Readonly<Record<string, string>> = {}) {
  const endpoint = await startProcess({ ...twilio.env, HANDLERS_DIR, ...env });
  onTestFinished(() => endpoint.kill('SIGKILL'));
  return endpoint;
}

async function twilioDouble(port?: number): Promise<TaskRouterDouble> {
  const twilio = await startTaskRouterDouble(port);
  onTestFinished(() => twilio.close());
  return twilio;
}

/** A reservation in the queue that has the name. */
function named(): ReturnType<typeof reservation> {
  const about = reservation(0);
  return { ...about, fields: { ...about.fields, WorkspaceSid: WORKSPACE, TaskQueueSid: QUEUE } };
}

const REJECT = JSON.stringify({ instruction: 'reject', activity_sid: OFFLINE });

test('names in a match and in an instruction are looked up at start, by one list each, and not by callbacks', async () => {
  const twilio = await twilioDouble();
  const endpoint = await start(twilio);
  const lists = twilio.requests.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);
  expect(lists.sort()).toEqual(['GET Activities', 'GET TaskQueues']);
  for (let i = 0; i < 3; i++) expect((await callback(endpoint.url, named())).body).toBe(REJECT);
  expect((await callback(endpoint.url, reservation(0))).body).toBe('{}');
  expect(twilio.requests).toHaveLength(2);
});

test('a name that nothing has: the endpoint refuses to start, and says which names are near', async () => {
  const failure = start(await twilioDouble(), { QUEUE: 'Suport EN' });
  await expect(failure).rejects.toThrow(
    /ended with 2 before .*no task queue is named "Suport EN".*did you mean "Support EN"\?/s,
  );
});

test('a client without a workspace for names: the endpoint refuses to start, and names the variable', async () => {
  const failure = start(await twilioDouble(), { TWILIO_WORKSPACE_SID: '' });
  await expect(failure).rejects.toThrow(/ended with 2 before .*TWILIO_WORKSPACE_SID/s);
});

test.each([
  [401, 20003, ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_API_KEY']],
  [403, 20006, ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_API_KEY']],
  [404, 20404, ['TWILIO_WORKSPACE_SID']],
])(
  'names are refused with %i: the endpoint refuses to start, names the variables and shows none',
  async (status, code, variables) => {
    const twilio = await twilioDouble();
    twilio.replies.set('GET Activities', { status, json: { code, message: 'no', status } });
    const failure = await start(twilio).then(
      () => '',
      ({ message }: Error) => message,
    );
    expect(failure).toMatch(/ended with 2 before/);
    for (const variable of variables) expect(failure).toContain(variable);
    expect(failure).not.toContain(TOKEN);
  },
);

test('REST away at the start: not ready until it is back', async () => {
  const before = await startTaskRouterDouble();
  await before.close();
  const endpoint = await start(before);
  const ready = async () => (await fetch(`${endpoint.url}/readyz`)).status;
  expect(await ready()).toBe(503);
  await twilioDouble(Number(new URL(before.url).port));
  await until(async () => (await ready()) === 200, 15_000);
  expect((await callback(endpoint.url, named())).body).toBe(REJECT);
});
