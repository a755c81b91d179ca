/**
 * Our REST client beside the official one: `npm run build && npx tsx bench/rest.ts`.
 *
 * Import: the time and memory over an empty process, each in processes of its own that take turns; the fastest of each
 * counts, so that a busy machine slows all of them alike. Requests: both clients in one process fetch and create tasks at
 * a loopback server in another, 50 at once, in slices that take turns; the fastest slice counts.
 */
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import twilio from 'twilio';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 10);
const AT_ONCE = 50;
const REQUESTS = 1_500;
const BUILT = new URL('../dist/rest/index.js', import.meta.url);
const sid = (prefix: string) => prefix + '0123456789abcdef'.repeat(2);

if (process.argv[2] === 'server') serve();
else await compare();

function serve(): void {
  const task = JSON.stringify({
    sid: sid('WT'),
    account_sid: sid('AC'),
    workspace_sid: sid('WS'),
    attributes: JSON.stringify({ from: '+15017122661', type: 'call', note: 'n'.repeat(200) }),
    assignment_status: 'pending',
    priority: 0,
    date_created: '2026-01-02T03:04:05Z',
    date_updated: '2026-01-02T03:04:05Z',
    links: { workspace: 'https://taskrouter.twilio.com/v1/Workspaces' },
  });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(task),
    etag: '0',
  };
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(request.method === 'POST' ? 201 : 200, headers).end(task));
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.on('disconnect', () => process.exit());
}

interface Import {
  ms: number;
  cpuMs: number;
  megabytes: number;
}

/** One import in a process of its own: wall time, processor time and memory, the process itself included. */
function importOnce(statement: string): Import {
  const program = `
    const start = process.hrtime.bigint(), cpu = process.cpuUsage();
    ${statement}.then(() => {
      const { user, system } = process.cpuUsage(cpu);
      const ms = Number(process.hrtime.bigint() - start) / 1e6;
      console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1e3, megabytes: process.memoryUsage().rss / 2 ** 20 }));
    });`;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  return JSON.parse(spawnSync(process.execPath, ['-e', program], { cwd, encoding: 'utf8' }).stdout) as Import;
}

function imports(): void {
  if (!existsSync(new URL('../dist/rest/index.js', import.meta.url)))
    throw new Error('Run npm run build first.');
  const statements: Readonly<Record<string, string>> = {
    empty: 'import("data:text/javascript,")',
    ours: 'import("taskrouter-kit/rest")',
    official: 'import("twilio")',
  };
  const best = new Map<string, Import>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, statement] of Object.entries(statements)) {
      const one = importOnce(statement);
      const least = best.get(name) ?? one;
      best.set(name, {
        ms: Math.min(least.ms, one.ms),
        cpuMs: Math.min(least.cpuMs, one.cpuMs),
        megabytes: Math.min(least.megabytes, one.megabytes),
      });
    }
  }
  const [empty, ours, official] = Object.keys(statements).map((name) => best.get(name)!) as [
    Import,
    Import,
    Import,
  ];
  for (const key of ['ms', 'cpuMs', 'megabytes'] as const) {
    const [mine, theirs] = [ours[key] - empty[key], official[key] - empty[key]];
    const goal = key === 'megabytes' ? '' : ' (goal <= 0.1)';
    console.log(
      `import, ${key}: ours ${mine.toFixed(1)}, official ${theirs.toFixed(1)}, ratio ${(mine / theirs).toFixed(3)}${goal}`,
    );
  }
}

/** Requests a second, with so many under way at once. */
async function rate(call: () => Promise<unknown>): Promise<number> {
  let left = REQUESTS;
  const start = performance.now();
  const lane = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return (REQUESTS / (performance.now() - start)) * 1_000;
}

async function compare(): Promise<void> {
  if (!existsSync(BUILT)) throw new Error('Run npm run build first.');
  // What users run: tsx would put its own calls into the sources.
  const { createTaskRouterClient } = (await import(BUILT.href)) as typeof import('taskrouter-kit/rest');
  imports();
  const server = fork(fileURLToPath(import.meta.url), ['server'], { execArgv: process.execArgv });
  const [port] = (await once(server, 'message')) as [number];
  const url = `http://127.0.0.1:${port}`;
  const ours = createTaskRouterClient({
    ...{ accountSid: sid('AC'), authToken: 'token', workspaceSid: sid('WS'), baseUrl: url, env: {} },
  });
  const httpClient = new twilio.RequestClient();
  const send = httpClient.request.bind(httpClient);
  httpClient.request = (options) => {
    options.uri = options.uri.replace('https://taskrouter.twilio.com', url);
    return send(options);
  };
  const official = twilio(sid('AC'), 'token', { httpClient }).taskrouter.v1.workspaces(sid('WS'));
  const attributes = { from: '+15017122661', type: 'call' };
  const work: Readonly<Record<string, readonly [() => Promise<unknown>, () => Promise<unknown>]>> = {
    fetch: [() => ours.tasks.fetch(sid('WT')), () => official.tasks(sid('WT')).fetch()],
    create: [
      () => ours.tasks.create({ attributes }),
      () => official.tasks.create({ attributes: JSON.stringify(attributes) }),
    ],
  };
  for (const [name, [byUs, byThem]] of Object.entries(work)) {
    const best = [0, 0];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, call] of [byUs, byThem].entries())
        best[index] = Math.max(best[index]!, await rate(call));
    }
    const [mine, theirs] = best as [number, number];
    console.log(
      `${name}, requests/s: ours ${mine.toFixed(0)}, official ${theirs.toFixed(0)}, ratio ${(mine / theirs).toFixed(2)} (goal >= 1.5)`,
    );
  }
  server.disconnect();
}
