import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createEmulator, type Emulator } from 'taskrouter-kit/emulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from './running.js';

// New for each try, because a second one must not find what the first one left.
let folder: string;
let emulator: Emulator;
let proxy: Awaited<ReturnType<typeof holdingProxy>>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interrupted-'));
  emulator = await createEmulator({ log: { debug() {}, info() {}, warn() {}, error() {} } });
  proxy = await holdingProxy();
});
afterEach(async () => {
  proxy.close();
  await emulator.close();
  rmSync(folder, { recursive: true });
});

interface Moment {
  readonly path: RegExp;
  /** Hold the request, or its answer when it has been carried out. */
  readonly hold: 'request' | 'answer';
}

/**
 * Stands between a command and the emulator, and holds the first write of a moment until it is told to go on, and every
 * write after it: else a slow kill would find more done than the next moment needs. A request belongs to the moment in
 * which it came, because an answer to a command that was killed may come back only when the next one runs.
 */
async function holdingProxy() {
  let current: { moment: Moment; isReached: boolean; reach: () => void; goOn: Promise<void> } | undefined;
  const server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url: path = '', headers } = incoming;
    const mine = method === 'POST' ? current : undefined;
    const body = await text(incoming);
    const hold = mine?.moment.path.test(path) ? mine.moment.hold : undefined;
    const wait = async () => {
      mine!.reach();
      await mine!.goOn;
    };
    if (mine?.isReached) await mine.goOn;
    else if (hold === 'request') await wait();
    if (outgoing.destroyed) return;
    request(new URL(path, emulator.url), { method, headers }, async (answer) => {
      const back = await text(answer);
      if (hold === 'answer') await wait();
      outgoing.writeHead(answer.statusCode!, answer.headers).end(back);
    }).end(body);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Resolves when the command has come to the moment; `release` lets it go on. */
    at(moment: Moment) {
      let release!: () => void;
      const goOn = new Promise<void>((resolve) => {
        release = resolve;
      });
      const come = new Promise<void>((resolve) => {
        const reach = () => {
          hold.isReached = true;
          resolve();
        };
        const hold = { moment, isReached: false, reach, goOn };
        current = hold;
      });
      return { come, release };
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function apply(config: string, state: string, more: Readonly<Record<string, string>> = {}) {
  const { accountSid, authToken } = emulator;
  const env = {
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TASKROUTER_BASE_URL: proxy.url,
  };
  return run(['apply', config, '--auto-approve', '--state', state], { ...env, ...more });
}

function definition(friendlyName: string): string {
  const config = join(folder, `${friendlyName}.json`);
  const names = (prefix: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, {}]));
  const workflows = { W0: { defaultQueue: 'Q0' }, W1: { defaultQueue: 'Q1' } };
  writeFileSync(
    config,
    JSON.stringify({
      friendlyName,
      activities: names('A', 2),
      taskQueues: names('Q', 12),
      workers: names('P', 4),
      workflows,
    }),
  );
  return config;
}

function expectEverythingOnce(friendlyName: string) {
  const all = [...emulator.workspaces.values()].filter((one) => one.workspace.friendlyName === friendlyName);
  expect(all).toHaveLength(1);
  const { activities, taskQueues, workers, workflows } = all[0]!;
  expect([activities.size, taskQueues.size, workers.size, workflows.size]).toEqual([5, 12, 4, 2]);
}

/** A process that is killed at the moment at which it puts the state file in place of the old one. */
const KILLED_AT_RENAME = `data:text/javascript,${encodeURIComponent(`
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  fs.renameSync = () => process.kill(process.pid, 'SIGKILL');
  syncBuiltinESMExports();`)}`;

test('an apply that is killed or interrupted goes on the next time, creates nothing twice, and never half writes its state', async () => {
  const config = definition('Interrupted');
  const state = join(folder, 'state.json');
  writeFileSync(state, '{"format":1,"workspaces":{}}');
  /** Starts an apply, and waits until it has come to a moment. */
  const start = async (moment: Moment) => {
    const { come, release } = proxy.at(moment);
    const command = apply(config, state);
    await Promise.race([come, command.exited]);
    return { command, release };
  };
  const unchanged = async (act: () => Promise<void>) => {
    const before = readFileSync(state, 'utf8');
    await act();
    expect(readFileSync(state, 'utf8')).toBe(before);
  };

  for (const path of [/\/Workspaces$/, /\/TaskQueues$/]) {
    await unchanged(async () => {
      const { command, release } = await start({ path, hold: 'answer' });
      expect(await command.stop('SIGKILL')).toBe(null);
      release();
    });
  }

  const { command, release } = await start({ path: /\/Workers$/, hold: 'request' });
  process.kill(command.pid, 'SIGINT');
  await expect
    .poll(command.stderr)
    .toContain('Stopping after the steps in progress. Interrupt again to end at once.');
  release();
  expect(await command.exited).toBe(1);
  expect(command.stdout()).toMatch(/Stopped: \d+ done, [2-9] left\. Run apply again to continue\.\n$/);
  expect(Object.values(JSON.parse(readFileSync(state, 'utf8')).workspaces)).toHaveLength(1);

  await unchanged(async () => {
    const twice = await start({ path: /\/Workflows$/, hold: 'request' });
    process.kill(twice.command.pid, 'SIGINT');
    await expect.poll(twice.command.stderr).toContain('Stopping after the steps in progress.');
    expect(await twice.command.stop('SIGINT')).toBe(null);
    twice.release();
    expect(await apply(config, state, { NODE_OPTIONS: `--import ${KILLED_AT_RENAME}` }).exited).toBe(null);
  });

  const whole = apply(config, state);
  expect([await whole.exited, whole.stderr()]).toEqual([0, '']);
  expect(whole.stdout()).toContain('No changes');
  expectEverythingOnce('Interrupted');
}, 180_000);
