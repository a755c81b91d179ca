import { createEmulator, type Emulator } from 'taskrouter-kit/emulator';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { run } from './running.js';

// Several processes at once, each with a compiler.
vi.setConfig({ testTimeout: 120_000 });

let emulator: Emulator;
beforeAll(async () => {
  emulator = await createEmulator();
  emulator.seed({
    workers: { Ann: { activity: 'Available' }, Bob: { activity: 'Available' } },
    taskQueues: { Q: { targetWorkers: "friendly_name != 'x'" } },
    workflows: { W: { defaultQueue: 'Q' } },
  });
});
afterAll(() => emulator.close());

const at = () => ['--url', emulator.url];
const quick = [
  '--answers',
  '20ms',
  '--works',
  '20ms',
  '--wraps-up',
  '20ms',
  '--rejects',
  '0',
  '--breaks',
  '0',
];

test('staff shows what the agents do, stops on Ctrl-C with 0, and then nobody plays', async () => {
  const staff = run(['staff', '--worker', 'Ann', ...quick, ...at()]);
  await staff.shows(/^Ann plays at http\S+ Press Ctrl-C to stop\.$/m);
  const task = emulator.createTask();
  await staff.shows(new RegExp(`Ann +completes +${task.sid}`));
  expect(await staff.stop('SIGINT')).toBe(0);
  expect(staff.stdout()).toMatch(/Stopped: accept 1, wrap up 1, complete 1\.\n$/);
  expect(staff.stderr()).toBe('');
});

test('staff that is refused ends with 1 and says why; a wrong share ends with 2', async () => {
  const [unknown, share] = [
    run(['staff', '--worker', 'An', ...at()]),
    run(['staff', '--rejects', '2', ...at()]),
  ];
  expect(await unknown.exited).toBe(1);
  expect(unknown.stderr()).toBe('Nobody plays: There is no worker named "An". Did you mean "Ann"?\n');
  expect(await share.exited).toBe(2);
  expect(share.stderr()).toContain('a share from 0 to 1');
});

test('staff ends with 1 when the TaskRouter ends, and when there is none', async () => {
  const other = await createEmulator();
  const staff = run(['staff', '--json', '--url', other.url]);
  await staff.shows(/^\{"workers":\[\]\}$/m);
  await other.close();
  expect(await staff.exited).toBe(1);
  expect(staff.stderr()).toBe(
    `The TaskRouter at ${new URL(staff.stderr().split(' ')[3]!).origin} has stopped, and so have the agents.\n`,
  );
  const none = run(['staff', '--url', 'http://127.0.0.1:9']);
  expect(await none.exited).toBe(1);
  expect(none.stderr()).toContain('Nothing answers at http://127.0.0.1:9');
});
