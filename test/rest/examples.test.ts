import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { type Reply, type RestServer, startRestServer } from '../support/rest-server.js';
import { ACCOUNT, sid, TOKEN } from './sids.js';

// Real processes, as users run them.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let server: RestServer;
afterEach(() => server.close());

/** Runs a program with tsx, and gives its exit code and what it wrote. */
async function run(...args: string[]): Promise<{ code: number; output: string }> {
  const env = {
    PATH: process.env.PATH,
    TASKROUTER_BASE_URL: server.url,
    TWILIO_ACCOUNT_SID: ACCOUNT,
    TWILIO_AUTH_TOKEN: TOKEN,
  };
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], { cwd: ROOT, env, timeout: 25_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += String(text);
    });
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

/** A server that remembers what is made, for the lists that names are looked up in. */
function remembering() {
  const prefixes: Readonly<Record<string, string>> = {
    Workspaces: 'WS',
    Activities: 'WA',
    Workers: 'WK',
    TaskQueues: 'WQ',
    Workflows: 'WW',
    Tasks: 'WT',
  };
  const made: Record<string, object[]> = {
    Activities: [{ sid: sid('WA', 9), friendly_name: 'Unavailable' }],
  };
  return startRestServer(({ method, path, fields }): Reply => {
    const kind = path.split('/').at(-1) ?? '';
    if (method === 'GET') {
      const key = { Activities: 'activities', Workflows: 'workflows' }[kind] ?? 'items';
      return { status: 200, json: { [key]: made[kind] ?? [], meta: { next_page_url: null } } };
    }
    const names = Object.fromEntries(fields);
    const resource = {
      sid: sid(prefixes[kind] ?? 'XX'),
      friendly_name: names.FriendlyName,
      attributes: names.Attributes,
    };
    made[kind] = [...(made[kind] ?? []), resource];
    return { status: 201, json: resource };
  });
}

test('the six creations are the requests they should be', async () => {
  server = await remembering();
  const { code, output } = await run('examples/six-creations.ts');
  expect(output.trim().split('\n')).toEqual([
    `workspace ${sid('WS')}`,
    `activity ${sid('WA')}`,
    `worker ${sid('WK')}`,
    `task queue ${sid('WQ')}`,
    `workflow ${sid('WW')}`,
    `task ${sid('WT')}`,
  ]);
  expect(code).toBe(0);
  const creations = server.requests.filter(({ method }) => method === 'POST');
  const inside = `/v1/Workspaces/${sid('WS')}`;
  const targets = [{ queue: sid('WQ'), priority: '2' }];
  const expression = "customer_value == 'Gold' AND type == 'ticket'";
  const filters = [{ filter_friendly_name: 'Gold Tickets', expression, targets }];
  const configuration = JSON.stringify({ task_routing: { filters, default_filter: { queue: sid('WQ') } } });
  const attributes = {
    type: 'call',
    contact: '+15558675309',
    customer_value: 'gold',
    task_reason: 'support',
  };
  expect(creations.map(({ path, fields }) => [path, Object.fromEntries(fields)])).toEqual([
    ['/v1/Workspaces', { FriendlyName: 'Customer Support', Template: 'FIFO' }],
    [`${inside}/Activities`, { FriendlyName: 'Coffee Break', Available: 'false' }],
    [
      `${inside}/Workers`,
      { FriendlyName: 'Jamie', Attributes: '{"phone":"+14155551234","languages":["EN","ES"]}' },
    ],
    [
      `${inside}/TaskQueues`,
      {
        FriendlyName: 'Sales',
        TargetWorkers: 'languages HAS "EN"',
        ReservationActivitySid: sid('WA', 9),
        AssignmentActivitySid: sid('WA'),
      },
    ],
    [
      `${inside}/Workflows`,
      {
        FriendlyName: 'Incoming Call Flow',
        AssignmentCallbackUrl: 'https://example.com/callback',
        FallbackAssignmentCallbackUrl: 'https://example.com/callback2',
        Configuration: configuration,
      },
    ],
    [
      `${inside}/Tasks`,
      {
        WorkflowSid: sid('WW'),
        Attributes: JSON.stringify({ ...attributes, taskrouter_kit_key: 'support_call_42ed11' }),
      },
    ],
  ]);
});

test('a script that has nothing else to do waits for a retry, and ends when it is done', async () => {
  server = await startRestServer(
    (_request, index): Reply =>
      index === 0
        ? { status: 429, json: {}, headers: { 'retry-after': '1' } }
        : { status: 200, json: { sid: sid('WT') } },
  );
  const script = `
    import { createTaskRouterClient } from './src/rest/index.ts';
    const client = createTaskRouterClient({ workspaceSid: '${sid('WS')}' });
    console.log((await client.tasks.fetch('${sid('WT')}')).sid);`;
  const { code, output } = await run('--input-type=module', '--eval', script);
  expect(output.trim()).toBe(sid('WT'));
  expect(code).toBe(0);
});
