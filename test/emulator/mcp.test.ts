import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Emulator } from 'taskrouter-kit/emulator';
import { afterEach, describe, expect, test } from 'vitest';
import { start } from './open.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

const transports = {
  'streamable HTTP': (url: string) => new StreamableHTTPClientTransport(new URL('/mcp', url)),
  stdio: (url: string) =>
    new StdioClientTransport({
      command: process.execPath,
      args: ['--import', 'tsx', 'src/cli/main.ts', 'mcp', '--url', url],
      cwd: root,
      stderr: 'ignore',
    }),
};
const names = Object.keys(transports) as (keyof typeof transports)[];

async function connect(transport: keyof typeof transports, url: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  clients.push(client);
  // The SDK's own classes do not fit its own interface under exactOptionalPropertyTypes.
  await client.connect(transports[transport](url) as Parameters<Client['connect']>[0]);
  return client;
}

interface Said {
  readonly text: string;
  readonly isError: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever is in it.
  readonly data: any;
}

async function call(client: Client, name: string, args: Record<string, unknown> = {}): Promise<Said> {
  const result = await client.callTool({ name, arguments: args });
  const [first] = result.content as { readonly text: string }[];
  return { text: first?.text ?? '', isError: result.isError === true, data: result.structuredContent };
}

const centre = {
  workers: {
    Ann: { activity: 'Available', attributes: { level: 1 } },
    Bob: { activity: 'Offline', attributes: { level: 2 } },
  },
  taskQueues: { All: {}, Experts: { targetWorkers: 'level > 1' } },
  workflows: {
    Support: {
      filters: [
        {
          name: 'Hard',
          expression: 'hard == true',
          targets: [{ queue: 'Experts', timeout: 60 }, { queue: 'All' }],
        },
      ],
      defaultQueue: 'All',
    },
  },
} as const;

async function opened(): Promise<Emulator> {
  const emulator = await start();
  emulator.seed(centre);
  return emulator;
}

describe.each(names)('the tools over %s', (transport) => {
  test('are twelve, each with a title, a description and both schemas', async () => {
    const emulator = await opened();
    const client = await connect(transport, emulator.url);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual([
      'act_on_reservation',
      'advance_clock',
      'create_task',
      'evaluate_expression',
      'explain_task',
      'inject_fault',
      'list_deliveries',
      'list_tasks',
      'list_workers',
      'replay_delivery',
      'set_activity',
      'what_if',
    ]);
    for (const { title, description, inputSchema, outputSchema } of tools) {
      expect(title && description).toBeTruthy();
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(outputSchema).toMatchObject({ type: 'object' });
      expect(Object.keys(outputSchema?.properties ?? {}).length).toBeGreaterThan(0);
    }
  });

  test('advance the clock and explain a task', async () => {
    const emulator = await opened();
    const client = await connect(transport, emulator.url);
    const task = emulator.createTask({ attributes: { hard: true } });
    const before = await call(client, 'explain_task', { task: task.sid });
    expect(before.data).toMatchObject({ taskSid: task.sid, assignmentStatus: 'pending' });
    expect(before.text).toContain('queue Experts: present');

    const advanced = await call(client, 'advance_clock', { by: '1m' });
    expect(advanced.data).toEqual({ clock: 'virtual', now: new Date(emulator.now()).toISOString() });
    const after = await call(client, 'explain_task', { task: task.sid });
    expect(after.text).toContain('waits for Ann to accept it');
  });

  test('say what is wrong and what to do next', async () => {
    const emulator = await opened();
    const client = await connect(transport, emulator.url);
    const gone = await call(client, 'explain_task', { task: `WT${'0'.repeat(32)}` });
    expect(gone.isError).toBe(true);
    expect(gone.text).toContain('was not found');
    expect(gone.text).toContain('list_tasks shows which tasks there are');
    const misspelt = await call(client, 'explain_task', { taks: 'WT0' });
    expect(misspelt.isError).toBe(true);
    expect(misspelt.text).toContain('There is no argument "taks". Did you mean "task"?');
    const within = await call(client, 'what_if', { workers: [{ worker: 'Ann', activty: 'Offline' }] });
    expect(within.text).toContain('There is no argument "activty". Did you mean "activity"?');
    const soon = await call(client, 'advance_clock', { by: 'soon' });
    expect(soon.text).toContain('A duration is');
  });
});

describe.each(names)('a whole story over %s', (transport) => {
  test('makes a task, asks what if, works on it, and looks at its callbacks', async () => {
    const emulator = await start({ fetch: async () => Response.json({}) });
    const { workflows } = centre;
    const assignmentCallbackUrl = 'http://127.0.0.1:1/taskrouter/assignment';
    emulator.seed({ ...centre, workflows: { Support: { ...workflows.Support, assignmentCallbackUrl } } });
    const client = await connect(transport, emulator.url);
    const say = async (name: string, args?: Record<string, unknown>) => {
      const { isError, text, data } = await call(client, name, args);
      expect(isError, `${name}: ${text}`).toBe(false);
      return data;
    };

    const { sid } = await say('create_task', { attributes: { hard: true } });
    expect((await say('list_tasks', { status: 'pending' })).tasks).toMatchObject([
      { sid, queue: { name: 'Experts' }, workers: [] },
    ]);

    const ifEasy = await say('what_if', { task: { sid, attributes: { hard: false } } });
    expect(ifEasy).toMatchObject({
      before: { status: 'pending', queue: { name: 'Experts' } },
      after: { status: 'reserved', queue: { name: 'All' }, workers: [{ name: 'Ann' }] },
    });
    const ifBob = await say('what_if', {
      task: { sid },
      workers: [{ worker: 'Bob', activity: 'Available' }],
    });
    expect(ifBob.after.workers).toMatchObject([{ name: 'Bob' }]);
    expect((await say('what_if', { task: { sid }, after: '1m' })).after.workers).toMatchObject([
      { name: 'Ann' },
    ]);
    expect(emulator.task(sid)).toMatchObject({ taskQueue: 'Experts', workers: [] });

    await say('advance_clock', { by: '1m' });
    const { workers } = await say('list_workers');
    expect(workers).toMatchObject([
      { name: 'Ann', reservations: [{ taskSid: sid, status: 'pending' }] },
      { name: 'Bob', reservations: [] },
    ]);
    await say('act_on_reservation', { action: 'reject', worker: 'Ann', activity: 'Offline' });
    await say('set_activity', { worker: 'Bob', activity: 'Available' });
    expect(await say('act_on_reservation', { action: 'accept', task: sid })).toMatchObject({
      status: 'accepted',
      worker: { name: 'Bob' },
    });
    expect((await call(client, 'explain_task', { task: sid })).text).toContain('is accepted by Bob');

    await emulator.quiet();
    const { deliveries } = await say('list_deliveries', { task: sid });
    expect(deliveries).toMatchObject([{ callback: 'assignment' }, { callback: 'assignment' }]);
    const [newest] = deliveries;
    expect((await say('list_deliveries', { id: newest.id })).deliveries).toMatchObject([
      { id: newest.id, parameters: { TaskSid: sid } },
    ]);
    expect(await say('replay_delivery', { id: newest.id })).toMatchObject({
      via: 'replay',
      replayOf: newest.id,
    });

    expect(await say('inject_fault', { fault: 'drop', times: 2, callbacks: 'event' })).toEqual({
      faults: { drop: 2 },
    });
    expect(await say('inject_fault', { fault: 'drop', times: 0 })).toEqual({ faults: {} });
    expect(await say('inject_fault', { fault: 'hangUp' })).toEqual({ faults: { hangUp: true } });

    expect(
      await say('evaluate_expression', { expression: 'level > 1', kind: 'queue', worker: 'Bob' }),
    ).toMatchObject({ ok: true, result: true });
    expect(
      await say('evaluate_expression', { expression: 'level >', kind: 'queue', worker: { level: 1 } }),
    ).toMatchObject({ ok: false, result: null });
  });

  test('answers what cannot be done with what is there instead', async () => {
    const emulator = await opened();
    const client = await connect(transport, emulator.url);
    const text = async (name: string, args: Record<string, unknown>) => {
      const said = await call(client, name, args);
      expect(said.isError).toBe(true);
      return said.text;
    };
    expect(await text('set_activity', { worker: 'Anne', activity: 'Offline' })).toContain(
      'Did you mean "Ann"?',
    );
    expect(await text('set_activity', { worker: 'Ann', activity: 'Lunch' })).toContain('Lunch');
    expect(await text('act_on_reservation', { action: 'accept' })).toContain(
      'give reservation, worker or task',
    );
    expect(await text('act_on_reservation', { action: 'accept', worker: 'Bob' })).toContain(
      'No reservation is pending',
    );
    expect(await text('replay_delivery', { id: 99 })).toContain('list_deliveries shows the ids');
    expect(await text('create_task', { workflow: 'Suport' })).toContain('Suport');
    const task = emulator.createTask();
    await emulator.agent('Ann').accept();
    expect(await text('act_on_reservation', { action: 'accept', task: task.sid })).toContain(
      'accepted, task',
    );
    expect(await text('what_if', { task: { sid: task.sid, atributes: {} } })).toContain('atributes');
  });
});

describe('taskrouter mcp', () => {
  test('starts before the emulator does, and says how to start one', async () => {
    const client = await connect('stdio', 'http://127.0.0.1:9');
    const { isError, text } = await call(client, 'advance_clock', { by: '1m' });
    expect(isError).toBe(true);
    expect(text).toContain('No emulator answers at http://127.0.0.1:9');
    expect(text).toContain('npx taskrouter-kit dev');
  });

  test('refuses a URL that is none, and ends when its input ends', async () => {
    const run = async (...args: string[]) => {
      const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'mcp', ...args], {
        cwd: root,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      let errors = '';
      child.stderr.on('data', (chunk) => {
        errors += chunk;
      });
      child.stdin.end();
      const code = await new Promise((resolve) => child.on('close', resolve));
      return { code, errors };
    };
    expect(await run('--url', 'nowhere')).toEqual({
      code: 2,
      errors: '--url must be where the emulator is, such as http://127.0.0.1:8080.\n',
    });
    expect(await run('--url', 'http://127.0.0.1:9')).toMatchObject({ code: 0 });
  });
});

describe('/mcp', () => {
  test('is guarded as /_emulator is, and takes POST alone', async () => {
    const emulator = await opened();
    const url = new URL('/mcp', emulator.url);
    const status = (method: string, headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const asked = request(url, { method, headers, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        asked.on('error', reject);
        asked.end();
      });
    expect(await status('POST', { origin: 'http://evil.example' })).toBe(403);
    expect(await status('POST', { host: 'evil.example' })).toBe(403);
    expect(await status('GET', {})).toBe(405);
    expect(await status('DELETE', {})).toBe(405);
  });
});
