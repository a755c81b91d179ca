import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createEmulator } from 'taskrouter-kit/emulator';
import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../server/endpoint-process.js';
import { type Running, run } from './running.js';

const SID = 'AC0123456789abcdef0123456789abcdef';
const TOKEN = 'a token of nobody';
const ACCOUNT = { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN };
const folder = mkdtempSync(join(tmpdir(), 'emulate-'));
afterAll(() => rmSync(folder, { recursive: true }));
const newFile = (name: string) => join(folder, name);

type Json = Readonly<Record<string, unknown>>;

async function emulate(args: readonly string[] = [], env: Readonly<Record<string, string>> = ACCOUNT) {
  const command = run(['emulate', '--port', '0', ...args], env);
  const [, url] = await command.shows(/taskrouter emulate {2}(\S+)[\s\S]*Press Ctrl-C to stop/);
  return { ...command, url: url! };
}

async function call(
  { url }: { readonly url: string },
  path: string,
  fields?: Readonly<Record<string, string>>,
  account = `${SID}:${TOKEN}`,
): Promise<{ readonly status: number; readonly body: Json }> {
  const response = await fetch(url + path, {
    headers: { authorization: `Basic ${Buffer.from(account).toString('base64')}` },
    ...(fields === undefined ? {} : { method: 'POST', body: new URLSearchParams(fields) }),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

const newWorkspace = (emulator: { readonly url: string }) =>
  call(emulator, '/v1/Workspaces', { FriendlyName: 'Desk', Template: 'FIFO' }).then(({ body }) =>
    String(body.sid),
  );

async function ends(command: Running): Promise<{ code: number | null; stderr: string }> {
  const code = await command.exited;
  return { code, stderr: command.stderr() };
}

describe.concurrent('emulate', () => {
  test('on a port that is taken ends with 1 and says what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const dataFile = newFile('taken');
    const { code, stderr } = await ends(run(['emulate', '--port', String(port), '--data', dataFile]));
    server.close();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `The emulator cannot listen on port ${port} (EADDRINUSE). Choose another with --port; 0 picks a free one.\n`,
    );
    expect(existsSync(`${dataFile}.lock`)).toBe(false);
  });

  test('--choice changes what the emulator does, and a misspelt one ends it', async () => {
    const queue = async (args: readonly string[]) => {
      const emulator = await emulate(args);
      const fields = { FriendlyName: 'Blank', TargetWorkers: "x ! = 'a'" };
      return (await call(emulator, `/v1/Workspaces/${await newWorkspace(emulator)}/TaskQueues`, fields))
        .status;
    };
    expect(await queue([])).toBe(201);
    expect(await queue(['--choice', 'lenientExpressions=false'])).toBe(400);
    const { code, stderr } = await ends(run(['emulate', '--port', '0', '--choice', 'lenient=false']));
    expect([code, stderr]).toEqual([2, expect.stringContaining('there is no choice "lenient"')]);
  });

  test('takes the account from the environment (of several tokens the first), and never prints the token', async () => {
    const emulator = await emulate([], { ...ACCOUNT, TWILIO_AUTH_TOKEN: ` ${TOKEN} ,older` });
    expect(emulator.stdout()).toContain(`TWILIO_ACCOUNT_SID=${SID}`);
    expect((await call(emulator, '/v1/Workspaces')).status).toBe(200);
    expect((await call(emulator, '/v1/Workspaces', undefined, `${SID}:wrong`)).status).toBe(401);
    expect(await emulator.stop('SIGINT')).toBe(0);
    expect(emulator.stdout() + emulator.stderr()).not.toContain(TOKEN);
    expect(emulator.stdout()).toMatch(/Stopped\.\n$/);
  });

  test('without an account makes one and prints it', async () => {
    const emulator = await emulate([], {});
    const [, sid, token] = /SID=(AC\w{32})\n +TWILIO_AUTH_TOKEN=(\w{32})\n/.exec(emulator.stdout())!;
    expect((await call(emulator, '/v1/Workspaces', undefined, `${sid}:${token}`)).status).toBe(200);
  });

  test('refuses an account SID that is none, with 2, without showing it', async () => {
    const wrong = 'AC0123456789abcdef0123456789abcdefX';
    const { code, stderr } = await ends(
      run(['emulate', '--port', '0'], { ...ACCOUNT, TWILIO_ACCOUNT_SID: wrong }),
    );
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('AC and 32 hexadecimal digits; leave it out'),
    ]);
    expect(stderr).not.toContain(wrong);
  });

  test('--api-key opens the API, and so does the key of the environment; no secret is printed', async () => {
    const [one, two] = ['SK0123456789abcdef0123456789abcdef', `SK${'f'.repeat(32)}`] as const;
    const env = { ...ACCOUNT, TWILIO_API_KEY: two, TWILIO_API_SECRET: 'hidden-2' };
    const emulator = await emulate(['--api-key', `${one}:hidden:1`], env);
    for (const [account, status] of [
      [`${one}:hidden:1`, 200],
      [`${two}:hidden-2`, 200],
      [`${one}:hidden-2`, 401],
      [`${SID}:${TOKEN}`, 200],
    ] as const) {
      expect((await call(emulator, '/v1/Workspaces', undefined, account)).status, account).toBe(status);
    }
    expect(emulator.stdout()).toContain(`API key ${one}`);
    await emulator.stop('SIGINT');
    expect(emulator.stdout() + emulator.stderr()).not.toContain('hidden');
    const { code, stderr } = await ends(run(['emulate', '--port', '0', '--api-key', 'hidden:1'], ACCOUNT));
    expect([code, stderr]).toEqual([2, expect.stringContaining('--api-key takes SK and 32 hexadecimal')]);
    expect(stderr).not.toContain('hidden');
  });

  test('shows names with control characters escaped, and one line a step', async () => {
    const emulator = await emulate(['--allow-host', 'emulator']);
    const sid = await newWorkspace(emulator);
    const FriendlyName = 'Ann\u001b]0;owned\u0007\u009b2J\nX';
    await call(emulator, `/v1/Workspaces/${sid}/Workers`, { FriendlyName });
    await emulator.shows(/worker\.created {2}.* Ann\\u001b\]0;owned\\u0007\\u009b2J\\nX\n/);
    await emulator.stop('SIGINT');
  });

  test('--data keeps the state over SIGKILL, once it is saved, and over SIGTERM', async () => {
    const dataFile = newFile('kept');
    const first = await emulate(['--data', dataFile]);
    const one = await newWorkspace(first);
    await until(() => existsSync(dataFile) && readFileSync(dataFile, 'utf8').includes(one));
    expect(await first.stop('SIGKILL')).toBe(null);
    expect(existsSync(`${dataFile}.lock`)).toBe(true);

    const second = await emulate(['--data', dataFile]);
    expect(second.stdout()).toContain('1 workspace\n');
    expect((await call(second, `/v1/Workspaces/${one}`)).status).toBe(200);
    const two = await newWorkspace(second);
    expect(await second.stop('SIGTERM')).toBe(0);
    expect(second.stdout()).toContain(`Stopped; the state is in ${dataFile}.`);
    expect(readdirSync(folder).filter((name) => name.startsWith('kept'))).toEqual(['kept']);
    expect(readFileSync(dataFile, 'utf8')).not.toContain(TOKEN);
    const third = await createEmulator({ dataFile });
    expect([...third.workspaces.keys()]).toEqual([one, two]);
    await third.close();
  });

  test('--data of another emulator that runs is refused with 1', async () => {
    const dataFile = newFile('shared');
    const first = await createEmulator({ dataFile });
    const { code, stderr } = await ends(run(['emulate', '--port', '0', '--data', dataFile], ACCOUNT));
    await first.close();
    const owner = `in use by another emulator (process ${process.pid}): stop that one`;
    expect([code, stderr]).toEqual([1, expect.stringContaining(owner)]);
  });

  test.each([
    [
      'that is damaged',
      () => writeDamaged(newFile('damaged')),
      /cut off, or was changed by hand\. It was left as it is/,
    ],
    [
      'in a folder that is not there',
      () => newFile('none/state'),
      /cannot be written \(ENOENT\): name one in a folder/,
    ],
  ])('--data %s is refused with 1', async (_what, file, message) => {
    const dataFile = file();
    const before = existsSync(dataFile) ? readFileSync(dataFile) : undefined;
    const { code, stderr } = await ends(run(['emulate', '--port', '0', '--data', dataFile], ACCOUNT));
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(stderr.split('\n')).toHaveLength(2);
    if (before) expect(readFileSync(dataFile).equals(before)).toBe(true);
  });

  test('that cannot write its file at the end says so in one line and ends with 1', async () => {
    const dataFile = newFile('vanished/state');
    mkdirSync(newFile('vanished'));
    const emulator = await emulate(['--data', dataFile]);
    rmSync(newFile('vanished'), { recursive: true });
    expect(await emulator.stop('SIGTERM')).toBe(1);
    expect(emulator.stderr()).toBe(
      `The last changes are lost: ${dataFile} could not be written (ENOENT). The file is unchanged.\n`,
    );
  });

  test('--config begins with the workspace of a file and the values of --env, and --data changes the one that is kept', async () => {
    const [config, dataFile] = [newFile('support.yaml'), newFile('configured')];
    const workspace = (workers: string) =>
      `environments: { trial: { NAME: Support } }\nfriendlyName: \${env.NAME}\ntaskQueues: { Everyone: {} }\nworkers: { ${workers} }\nworkflows: { Calls: { defaultQueue: Everyone } }\n`;
    writeFileSync(config, workspace('Ann: { activity: Available }, Ben: {}'));
    const options = ['--config', config, '--env', 'trial', '--data', dataFile];
    const first = await emulate(options);
    const [kept] = (await call(first, '/v1/Workspaces')).body.workspaces as Json[];
    expect(kept).toMatchObject({ friendly_name: 'Support' });
    const namesOf = async (emulator: { readonly url: string }) =>
      ((await call(emulator, `/v1/Workspaces/${kept!.sid}/Workers`)).body.workers as Json[]).map(
        ({ friendly_name }) => friendly_name,
      );
    expect((await namesOf(first)).sort()).toEqual(['Ann', 'Ben']);
    await first.stop('SIGTERM');

    writeFileSync(config, workspace('Ann: {}, Cleo: {}'));
    const second = await emulate(options);
    expect(second.stdout()).toContain('1 workspace\n');
    expect((await namesOf(second)).sort()).toEqual(['Ann', 'Cleo']);
  });

  test('--env without a file ends with 2', async () => {
    const { code, stderr } = await ends(run(['emulate', '--port', '0', '--env', 'trial'], ACCOUNT));
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^--env chooses .*--config, or leave out --env\.\n$/),
    ]);
  });

  test.sequential.each([
    [
      'a misspelt key',
      'workers:\n  Ann: { activty: x }\n',
      /^\S+bad\.yaml:2:10: workers\.Ann\.activty: .*"activity"\?\n$/,
    ],
    [
      'an expression TaskRouter refuses',
      'taskQueues:\n  Q:\n    targetWorkers: a ==\n',
      /^\S+bad\.yaml:3:5: taskQueues\.Q\.targetWorkers: TargetWorkers: line 1, column 5/,
    ],
  ])('--config with %s ends with 2, and names file, line and path', async (_what, text, message) => {
    const config = newFile('bad.yaml');
    writeFileSync(config, text);
    const { code, stderr } = await ends(run(['emulate', '--port', '0', '--config', config], ACCOUNT));
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  test('--clock virtual moves by POST /_emulator/clock, and timers with it', async () => {
    const emulator = await emulate(['--clock', 'virtual']);
    expect(emulator.stdout()).toContain('virtual clock');
    const sid = await newWorkspace(emulator);
    const task = (await call(emulator, `/v1/Workspaces/${sid}/Tasks`, { Timeout: '60' })).body;
    const path = `/v1/Workspaces/${sid}/Tasks/${task.sid}`;
    const [before] = [await call(emulator, '/_emulator/clock')];
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await call(emulator, '/_emulator/clock')).body).toEqual(before.body);
    await call(emulator, '/_emulator/clock', { advance: '59s' });
    expect((await call(emulator, path)).body.assignment_status).toBe('pending');
    const after = await call(emulator, '/_emulator/clock', { advance: '1000' });
    expect(Date.parse(String(after.body.now)) - Date.parse(String(before.body.now))).toBe(60_000);
    expect((await call(emulator, path)).body).toMatchObject({
      assignment_status: 'canceled',
      reason: 'Task TTL Exceeded',
    });
    expect((await call(emulator, '/_emulator/clock', {})).status).toBe(400);
  });

  test('--unconfirmed-parameters sends names and the channel with assignment callbacks', async () => {
    const bodies: string[] = [];
    const endpoint = createServer(async (request, response) => {
      bodies.push(await text(request));
      response.setHeader('content-type', 'application/json').end('{"instruction":"accept"}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => endpoint.once('listening', resolve));
    const { port } = endpoint.address() as AddressInfo;
    const emulator = await emulate(['--unconfirmed-parameters']);
    const sid = await newWorkspace(emulator);
    const path = `/v1/Workspaces/${sid}`;
    const { workflows } = (await call(emulator, `${path}/Workflows`)).body;
    const { activities } = (await call(emulator, `${path}/Activities`)).body;
    const find = (list: unknown, name: string) =>
      String((list as Json[]).find(({ friendly_name }) => friendly_name === name)!.sid);
    await call(emulator, `${path}/Workflows/${find(workflows, 'Default Fifo Workflow')}`, {
      AssignmentCallbackUrl: `http://127.0.0.1:${port}/`,
    });
    await call(emulator, `${path}/Workers`, {
      FriendlyName: 'Ann',
      ActivitySid: find(activities, 'Available'),
    });
    await call(emulator, `${path}/Tasks`, {});
    await emulator.shows(/assignment callback .* 200 accept/);
    await emulator.shows(/reservation\.accepted .*Ann/);
    endpoint.close();
    const names = [...new URLSearchParams(bodies[0]).keys()];
    expect(names).toContain('WorkerName');
    expect(names).toContain('TaskChannelUniqueName');
    expect(names).toHaveLength(18);
  });
});

function writeDamaged(file: string): string {
  const head = { format: 'taskrouter-kit emulator', version: 1, sha256: 'x' };
  writeFileSync(file, `${JSON.stringify(head)}\n{"savedAt":1`);
  return file;
}
