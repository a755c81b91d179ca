import { join } from 'node:path';
import { createEmulator, type Emulator } from 'taskrouter-kit/emulator';
import { createTaskRouterClient } from 'taskrouter-kit/rest';
import { runRoutingTests, runTestsOnAccount } from 'taskrouter-kit/workspace';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { test as command } from '../../../src/cli/test.js';
import { captured } from '../../cli/output.js';
import { run } from '../../cli/running.js';
import { clientOf } from '../account.js';
import { folderWith } from '../simulate/plans.js';

/** Stands for Twilio: another process's clock, and nothing that tests could reach but REST. */
let emulator: Emulator;
beforeAll(async () => {
  emulator = await createEmulator({ log: { debug() {}, info() {}, warn() {}, error() {} } });
});
afterAll(() => emulator.close());

const DEFINITION = {
  friendlyName: 'Support',
  eventCallbackUrl: 'http://127.0.0.1:1/events',
  taskQueues: {
    Support: { targetWorkers: "skills HAS 'support'" },
    Experts: { targetWorkers: 'level >= 2' },
    Everyone: {},
  },
  workflows: {
    Calls: {
      assignmentCallbackUrl: 'http://127.0.0.1:1/assignment',
      filters: [
        {
          name: 'Spanish',
          expression: "language == 'es'",
          targets: [
            { queue: 'Support', timeout: 1 },
            { queue: 'Experts', priority: 10 },
          ],
        },
      ],
      defaultQueue: 'Everyone',
    },
  },
};

const escalates = (expect: readonly object[], more: object = {}) => ({
  name: 'Escalates',
  tasks: { call: { attributes: { language: 'es' } } },
  do: [
    { at: '1.4s', worker: 'Ada', activity: 'Available' },
    { at: '1.6s', worker: 'Ada', accept: 'call' },
  ],
  expect,
  ...more,
});

const PASSING = escalates([
  { task: 'call', at: '0.4s', status: 'pending', in: 'Support', filter: 'Spanish', step: 1, priority: 0 },
  { task: 'call', by: '1.6s', offeredTo: 'Ada', in: 'Experts', step: 2, priority: 10 },
  { task: 'call', at: '2s', status: 'assigned', assignedTo: 'Ada' },
  { task: 'call', never: { in: 'Everyone' } },
]);

function filesFor(...tests: readonly object[]) {
  const folder = folderWith({
    'config.json': JSON.stringify(DEFINITION),
    'calls.tests.json': JSON.stringify({
      config: 'config.json',
      workers: { Ada: { activity: 'Offline', attributes: { level: 2 } } },
      tests,
    }),
  });
  return [join(folder, 'calls.tests.json')];
}

const QUICK = { tolerance: 300, settleMs: 50 };
const left = () => [...emulator.workspaces.values()].map(({ workspace }) => workspace.friendlyName);

describe('in an account', () => {
  test('tests run in real time as they do offline, each in a workspace that is gone afterwards', async () => {
    const rejects = {
      name: 'Rejected',
      tasks: { one: { attributes: {} }, two: { at: '0.5s', attributes: {} } },
      do: [
        { at: '0.2s', worker: 'Ada', activity: 'Available' },
        { at: '0.4s', worker: 'Ada', reject: 'one', activity: 'Offline' },
        { at: '0.9s', task: 'two', cancel: true },
      ],
      expect: [
        { task: 'one', by: '0.4s', offeredTo: 'Ada', filter: 'default filter' },
        { task: 'one', at: '1s', status: 'pending', in: 'Everyone' },
        { task: 'two', at: '1.2s', status: 'canceled' },
      ],
    };
    const files = filesFor(PASSING, rejects);
    const client = clientOf(emulator);
    const before = left();
    const report = await runTestsOnAccount(files, { client, ...QUICK });
    expect(report.files[0]!.tests.map(({ failures }) => failures)).toEqual([[], []]);
    expect([report.passed, report.leftOver, report.error]).toEqual([2, [], undefined]);
    expect((await runRoutingTests(files)).passed).toBe(2);
    expect(left()).toEqual(before);
  });

  test('what is not so fails with its place, what was there instead, and how the task went', async () => {
    const wrong = escalates([
      { task: 'call', at: '0.5s', in: 'Experts' },
      { task: 'call', by: '0.5s', offeredTo: 'Ada' },
      { task: 'call', never: { in: 'Experts' } },
    ]);
    const cannot = {
      ...PASSING,
      name: 'Cannot',
      do: [{ at: '0.1s', worker: 'Ada', accept: 'call' }],
    };
    const report = await runTestsOnAccount(filesFor(wrong, cannot), { client: clientOf(emulator), ...QUICK });
    const [first, second] = report.files[0]!.tests;
    expect(first!.failures.map(({ message }) => message.replaceAll(/1(\.\d+)?s/g, '1s'))).toEqual([
      'call at 0.5s: in Experts\nIt is pending, in Support, filter Spanish, step 1, priority 0.\nNot so: in Experts.',
      'call by 0.5s: offered to Ada\nIt never was. At 0.5s it is pending, in Support, filter Spanish, step 1, priority 0.',
      'call never: in Experts\nIt was, from 1s: pending, in Experts, filter Spanish, step 2, priority 10.',
    ]);
    expect(first!.failures[0]!.place).toMatch(/calls\.tests\.json:\d+:\d+$/);
    expect(first!.failures[0]!.explanation).toMatch(/^Task call\n {2}0(\.\d+)?s pending, in Support/);
    expect(second!.failures.map(({ message }) => message)).toEqual([
      'at 0.1s: Ada has no pending reservation of task call.',
    ]);
    expect(left().filter((name) => name.startsWith('taskrouter-kit test'))).toEqual([]);
  });

  test('a workspace that cannot be deleted is named, with the reason; the first error ends the run', async () => {
    const refuse: typeof fetch = async (input, init) =>
      init?.method === 'DELETE' || String(input).includes('/TaskQueues')
        ? new Response('{"code":20003,"message":"not allowed"}', {
            status: 403,
            headers: { 'content-type': 'application/json' },
          })
        : fetch(input, init);
    const client = createTaskRouterClient({
      accountSid: emulator.accountSid,
      authToken: emulator.authToken,
      baseUrl: emulator.url,
      fetch: refuse,
      env: {},
    });
    const report = await runTestsOnAccount(filesFor(PASSING), { client, ...QUICK });
    expect(report.leftOver).toMatchObject([{ name: expect.stringMatching(/^taskrouter-kit test /) }]);
    expect(report.leftOver[0]!.why).toContain('not allowed');
    expect(String(report.error)).toContain('not allowed');
    await clientOf(emulator).workspaces.delete(report.leftOver[0]!.sid!);
  });

  test('an interrupt before the first test is one too; what was refused left nothing over', async () => {
    const reason = new Error('interrupted');
    const signal = AbortSignal.abort(reason);
    const none = await runTestsOnAccount(filesFor(PASSING), { client: clientOf(emulator), signal });
    expect(none).toMatchObject({ passed: 0, error: reason, leftOver: [] });
    const client = createTaskRouterClient({
      accountSid: emulator.accountSid,
      authToken: '0'.repeat(32),
      baseUrl: emulator.url,
      env: {},
    });
    const refused = await runTestsOnAccount(filesFor(PASSING), { client });
    expect([String(refused.error), refused.leftOver]).toEqual([expect.stringContaining('401'), []]);
  });

  test('a terminal that was closed deletes the workspace first', async () => {
    const files = filesFor({ ...PASSING, until: '10m' });
    vi.stubEnv('TWILIO_ACCOUNT_SID', emulator.accountSid);
    vi.stubEnv('TWILIO_AUTH_TOKEN', emulator.authToken);
    onTestFinished(() => void vi.unstubAllEnvs());
    const ended = captured(() => command(files, { reporter: 'spec', target: 'twilio', url: emulator.url }));
    await expect.poll(() => left().length).toBe(1);
    process.emit('SIGHUP');
    await expect(ended).rejects.toThrow('Stopped before all tests were done.');
    expect([left(), process.listenerCount('SIGHUP')]).toEqual([[], 0]);
  });

  test('an interrupt deletes the workspace first, and ends with 1', async () => {
    const [file] = filesFor({ ...PASSING, until: '10m' });
    const env = {
      TWILIO_ACCOUNT_SID: emulator.accountSid,
      TWILIO_AUTH_TOKEN: emulator.authToken,
      TASKROUTER_BASE_URL: emulator.url,
    };
    const running = run(['test', file!, '--target', 'twilio'], env);
    const there = () => left().filter((name) => name.startsWith('taskrouter-kit test')).length;
    await expect.poll(there, { timeout: 20_000 }).toBe(1);
    expect(await running.stop('SIGINT')).toBe(1);
    expect(running.stderr()).toMatch(
      /Stopping: the temporary workspaces are deleted first\.[\s\S]*Stopped before all tests/,
    );
    expect(there()).toBe(0);
  });
});
