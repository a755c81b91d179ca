/**
 * How quick the page of `dev` and `emulate` is while much happens: `npx tsx bench/inspector.ts`. It fills an emulator with
 * 10,000 deliveries, opens the page in a real Chromium, lets 200 more a second arrive, goes through all views, and
 * prints the longest task of the browser's main thread (goal: under 200 ms), the first paint (under 1 s), the memory, and
 * what the page and the process of the emulator take of a core, so that a busy machine can be told from a slow program.
 * A page that shows nothing fails the run.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CDPSession, chromium } from 'playwright-core';
import { createEmulator } from '../src/emulator/index.js';
import { findProgram } from '../test/support/programs.js';

const DELIVERIES = 10_000;
const PER_SECOND = 200;
const SECONDS = 20;
/** Deliveries that one task causes: its events, and the assignment callback. */
const PER_TASK = 9;
const MOST_UNDER_WAY = 100;
const VIEWS = [
  '#/deliveries',
  '#/tasks',
  '#/workflows',
  '#/floor',
  '#/deliveries?search=accept',
  '#/tasks?status=assigned',
];

const executablePath =
  process.env.CHROMIUM || findProgram('chromium-headless-shell', 'chromium', 'google-chrome');
if (executablePath === undefined)
  throw new Error('Install chromium-headless-shell, or set CHROMIUM to a Chromium.');

const endpoint = createServer((request, response) => {
  request.resume().on('end', () => {
    const isAssignment = request.url === '/assignment';
    response.writeHead(isAssignment ? 200 : 204, { 'content-type': 'application/json' });
    response.end(isAssignment ? '{"instruction":"accept"}' : undefined);
  });
});
await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;

const emulator = await createEmulator({ inspector: true });
emulator.seed({
  multiTaskEnabled: true,
  eventCallbackUrl: `${url}/events`,
  workers: Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `Worker ${index}`,
      { activity: 'Available', attributes: { level: index % 4 }, channels: { default: { capacity: 50 } } },
    ]),
  ),
  taskQueues: { Support: { targetWorkers: 'level >= 0' }, Experts: { targetWorkers: 'level >= 3' } },
  workflows: {
    Help: {
      filters: [{ name: 'Hard', expression: "type == 'hard'", targets: [{ queue: 'Experts' }] }],
      defaultQueue: 'Support',
      assignmentCallbackUrl: `${url}/assignment`,
    },
  },
});
let made = 0;
let underWay = 0;
function oneTask(): void {
  made += 1;
  underWay += 1;
  emulator.createTask({
    attributes: { type: made % 3 === 0 ? 'hard' : 'easy', language: 'en', number: made },
  });
}
// What was accepted is completed at once, so that workers have room.
emulator.watch((event) => {
  if (event.kind !== 'event') return;
  if (event.type === 'reservation.accepted') void complete(event.data.TaskSid!);
  else if (event.type === 'task.completed') underWay -= 1;
});
const complete = (sid: string) =>
  fetch(`${emulator.url}/_emulator/tasks/${sid}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ status: 'completed' }),
  }).then(
    (response) => response.arrayBuffer(),
    // A busy server may hang up: the next one completes it.
    () => undefined,
  );

const kept = async () =>
  (
    (await (await fetch(`${emulator.url}/_emulator/info`)).json()) as {
      kept: { deliveries: number; droppedDeliveries: number };
    }
  ).kept;
const count = async () => {
  const { deliveries, droppedDeliveries } = await kept();
  return deliveries + droppedDeliveries;
};

while ((await count()) < DELIVERIES) {
  for (let index = 0; index < 50; index += 1) oneTask();
  await emulator.quiet();
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
// The first call builds the page, which is not what is measured.
await (await fetch(`${emulator.url}/`)).arrayBuffer();
const paintOf = async (): Promise<number> =>
  (await page.evaluate('performance.getEntriesByName("first-contentful-paint")[0].startTime')) as number;
await page.goto(`${emulator.url}/#/floor`);
await page.getByText('live', { exact: true }).waitFor();
const calmPaint = await paintOf();
await page.goto('about:blank');
const trace = await startTrace(await page.context().newCDPSession(page));

const from = await count();
const began = performance.now();
const cpuBefore = process.cpuUsage();
let fed = 0;
// As many as are due by now: a timer alone would lose time on a busy machine.
const feeding = setInterval(() => {
  const due = Math.floor(((performance.now() - began) / 1_000) * (PER_SECOND / PER_TASK));
  for (; fed < due && underWay < MOST_UNDER_WAY; fed += 1) oneTask();
}, 20);
await page.goto(`${emulator.url}/#/floor`);
await page.getByText('live', { exact: true }).waitFor();
const paint = await paintOf();
for (const hash of VIEWS) {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await sleep((SECONDS * 500) / VIEWS.length);
  // Through the list, while it grows.
  await page.evaluate('document.querySelector(".virtual")?.scrollTo(0, 60_000)');
  await sleep((SECONDS * 500) / VIEWS.length);
}
const seconds = (performance.now() - began) / 1_000;
clearInterval(feeding);
const cpu = process.cpuUsage(cpuBefore);
const arrived = (await count()) - from;
const tasks = await trace.stop();
const heap = (await page.evaluate('performance.memory.usedJSHeapSize')) as number;
await page.evaluate("location.hash = '#/deliveries'");
const shown = await page.getByRole('status').filter({ hasText: 'deliveries' }).innerText();
await browser.close();
await emulator.close();
endpoint.close();

const most = (by: (task: Task) => number) => Math.max(0, ...tasks.map(by)).toFixed(0);
const share = (cpuMs: number) => `${(cpuMs / seconds / 10).toFixed(0)} %`;
const over = (ms: number) => tasks.filter(({ cpuMs }) => cpuMs > ms).length;
console.log(`load of the machine      ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()} cores`);
console.log(`deliveries at the start  ${from}`);
console.log(`deliveries a second      ${(arrived / seconds).toFixed(0)} for ${seconds.toFixed(0)} s`);
console.log(
  `first paint              ${calmPaint.toFixed(0)} ms (goal: under 1000), ${paint.toFixed(0)} ms while deliveries arrive`,
);
console.log(
  `longest task             ${most(({ cpuMs }) => cpuMs)} ms of CPU (goal: under 200), ${most(({ ms }) => ms)} ms of time`,
);
console.log(
  `tasks of the main thread ${tasks.length}, over 50 ms of CPU: ${over(50)}, over 100 ms: ${over(100)}`,
);
console.log(
  `taken of a core          ${share(cpu.user / 1_000 + cpu.system / 1_000)} by the emulator and this program, ${share(tasks.reduce((sum, { cpuMs }) => sum + cpuMs, 0))} by the page`,
);
console.log(`heap of the page         ${(heap / 2 ** 20).toFixed(0)} MiB`);
console.log(`the page says            ${shown}`);
if (!/\d,\d{3} deliveries/.test(shown)) {
  console.error('The page does not show the deliveries there are.');
  process.exitCode = 1;
}

interface Task {
  readonly ms: number;
  /** What other programs take of the core is not in it. */
  readonly cpuMs: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Records every task of the page's main thread. */
async function startTrace(session: CDPSession): Promise<{ stop(): Promise<readonly Task[]> }> {
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const ended = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.start', {
    traceConfig: { includedCategories: ['toplevel', '__metadata'] },
    transferMode: 'ReportEvents',
  });
  return {
    async stop() {
      await session.send('Tracing.end');
      await ended;
      const main = new Set(
        events
          .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
          .map(({ pid, tid }) => `${pid} ${tid}`),
      );
      return events
        .filter(({ name, pid, tid }) => name.endsWith('RunTask') && main.has(`${pid} ${tid}`))
        .map(({ dur = 0, tdur = dur }) => ({ ms: dur / 1_000, cpuMs: tdur / 1_000 }));
    },
  };
}
