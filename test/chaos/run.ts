import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createEmulator, type Delivery, type Emulator } from 'taskrouter-kit/emulator';
import { createTaskRouterClient } from 'taskrouter-kit/rest';
import { TOKEN } from '../server/endpoint-process.js';
import { randomOf } from '../simulation/random.js';
import { bundleEndpoint, type Patch, ROOT } from '../support/bundle.js';
import { type PrivateRedis, startRedis } from '../support/redis.js';
import { check, type Violation } from './checker.js';
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.js';
import { Fleet } from './fleet.js';
import { startFront } from './front.js';
import type { FaultWindow, HandlerLine, History } from './history.js';
import { type PlannedFault, planOf } from './plan.js';

export interface ChaosOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly processes?: number;
  readonly tasksPerSecond?: number;
  /** Bugs put into a copy of the sources. */
  readonly patches?: readonly Patch[];
}

export interface ChaosReport {
  readonly violations: readonly Violation[];
  readonly figures: Readonly<Record<string, number>>;
  readonly excused: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** Where the logs are, when something was violated. */
  readonly logs: string | undefined;
}

/** How long after the last fault everything may take to come to an end. */
const DRAIN_MS = 60_000;

/**
 * Lets several endpoint processes answer a local TaskRouter while faults happen to them, to their Redis and to the deliveries,
 * and checks what came of it. Everything is on the loopback, bounded, and ended at the end.
 */
export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, seconds, processes = 3, tasksPerSecond = 20 } = options;
  const plan = planOf(seed, seconds, processes, tasksPerSecond);
  // Inside the project, so that the bundle finds its packages.
  mkdirSync(join(ROOT, 'node_modules/.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'node_modules/.cache/chaos-'));
  const closing: (() => unknown)[] = [];
  let keepLogs = false;
  try {
    await bundleEndpoint(folder, 'test/chaos/endpoint.ts', 'test/chaos/handlers.ts', options.patches);
    const redis = await startRedis();
    closing.push(() => redis.stop());
    const proxy = await startFaultyProxy(redis.port);
    closing.push(() => proxy.close());
    const admin = new Redis(redis.url);
    closing.push(() => admin.disconnect());
    const front = await startFront();
    closing.push(() => front.close());
    const log = join(folder, 'handlers.jsonl');
    writeFileSync(log, '');
    const fleet = new Fleet(front, join(folder, 'endpoint.js'), {
      REDIS_URL: proxy.url,
      HANDLERS_DIR: join(folder, 'handlers'),
      CHAOS_LOG: log,
      LOG_LEVEL: 'info',
    });
    closing.push(() => fleet.close());
    await Promise.all(Array.from({ length: processes }, (_, index) => fleet.start(index)));
    const emulator = await createEmulator({ authToken: TOKEN, choices: { purgeAfterMs: 3_600_000 } });
    closing.push(() => emulator.close());

    const centre = furnish(emulator, front.url);
    const began = Date.now();
    const windows: FaultWindow[] = [];
    const until = async (at: number) => sleep(Math.max(0, began + at - Date.now()));
    const faults = plan.faults.map(async (fault) => {
      await until(fault.at);
      const from = Date.now();
      await strike(fault, { fleet, proxy, admin, redis });
      const { kind, process } = fault;
      windows.push({ kind, ...(process === undefined ? {} : { process }), from, to: Date.now() });
    });
    const trouble = troubleDeliveries(emulator, seed);
    for (const { at, does, ms } of plan.tasks) {
      await until(at);
      centre.create({ does, ms, call_sid: `CA${randomBytes(16).toString('hex')}` });
    }
    await Promise.all(faults);
    trouble.stop();
    const end = Date.now() + DRAIN_MS;
    while (!centre.isOver() && Date.now() < end) await sleep(50);
    await emulator.quiet();
    // Answers that were written behind, and logs.
    await sleep(1_000);

    const history: History = {
      handlers: readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as HandlerLine),
      deliveries: centre.deliveries,
      faults: windows,
      tasks: centre.tasks,
      accepted: centre.accepted,
      completed: centre.completed,
      stored: await storedAnswers(admin),
    };
    const { violations, excused } = check(history);
    const all = [
      ...violations,
      ...centre.failures.map((says) => ({ kind: 'a task could not be completed', sid: '', says })),
      ...fleet.complaints.map((says) => ({ kind: 'an endpoint ended by itself', sid: '', says })),
    ];
    keepLogs = all.length > 0 && options.patches === undefined;
    if (keepLogs) {
      const { tasks, accepted, completed, stored, ...lists } = history;
      const told = { plan, ...lists, tasks: [...tasks], stored: [...stored], violations: all };
      writeFileSync(join(folder, 'history.json'), JSON.stringify(told, undefined, 1));
    }
    return {
      violations: all,
      excused,
      faults: countBy(windows, ({ kind }) => kind),
      figures: {
        tasks: plan.tasks.length,
        reservations: new Set(history.handlers.map(({ sid }) => sid)).size,
        deliveries: centre.deliveries.length,
        ...countBy(centre.deliveries, ({ outcome, status }) =>
          outcome === 'answered' ? `${status}` : outcome,
        ),
        slowestAnswerMs: Math.round(
          Math.max(...centre.deliveries.filter(({ outcome }) => outcome === 'answered').map(({ ms }) => ms)),
        ),
      },
      logs: keepLogs ? folder : undefined,
    };
  } finally {
    for (const close of closing.reverse()) await close();
    if (!keepLogs) rmSync(folder, { recursive: true, force: true });
  }
}

/** A contact centre with workers enough, whose callbacks all go to the front. */
function furnish(emulator: Emulator, url: string) {
  const workers = Array.from({ length: 40 }, (_, i) => [
    `Worker ${i}`,
    { activity: 'Available', channels: { default: { capacity: 5 } } },
  ]);
  const { workspaceSid } = emulator.seed({
    multiTaskEnabled: true,
    workers: Object.fromEntries(workers),
    taskQueues: { Everyone: {} },
    workflows: {
      Default: {
        defaultQueue: 'Everyone',
        taskReservationTimeout: 20,
        assignmentCallbackUrl: `${url}/taskrouter/assignment`,
        fallbackAssignmentCallbackUrl: `${url}/taskrouter/assignment/fallback`,
      },
    },
  });
  const { accountSid, url: baseUrl } = emulator;
  const client = createTaskRouterClient({ accountSid, authToken: TOKEN, workspaceSid, baseUrl });
  const failures: string[] = [];
  const deliveries: Delivery[] = [];
  const tasks = new Map<string, string | undefined>();
  const accepted = new Map<string, number>();
  const completed = new Map<string, number>();
  const add = (counts: Map<string, number>, sid: string) => counts.set(sid, (counts.get(sid) ?? 0) + 1);
  emulator.watch((news) => {
    if (news.kind === 'delivery') deliveries.push(news);
    if (news.kind !== 'event') return;
    const { TaskSid = '', ReservationSid = '' } = news.data;
    if (news.type === 'reservation.accepted') {
      add(accepted, ReservationSid);
      client.tasks.complete(TaskSid).catch((error: unknown) => failures.push(String(error)));
    }
    if (news.type === 'task.completed') add(completed, TaskSid);
    if (news.type === 'task.completed' || news.type === 'task.canceled') tasks.set(TaskSid, news.type);
  });
  return {
    deliveries,
    tasks,
    accepted,
    completed,
    create(attributes: object) {
      tasks.set(emulator.createTask({ attributes }).sid, undefined);
    },
    failures,
    isOver: () => [...tasks.values()].every((ended) => ended !== undefined),
  };
}

interface Parts {
  readonly fleet: Fleet;
  readonly proxy: FaultyProxy;
  readonly admin: Redis;
  readonly redis: PrivateRedis;
}

/** Lets one fault happen, and resolves when it is over. */
async function strike(
  { kind, process = 0, ms }: PlannedFault,
  { fleet, proxy, admin }: Parts,
): Promise<void> {
  switch (kind) {
    case 'kill':
      await fleet.kill(process);
      await sleep(ms);
      return fleet.start(process);
    case 'stop':
      fleet.signal(process, 'SIGSTOP');
      await sleep(ms);
      return fleet.signal(process, 'SIGCONT');
    case 'clock':
      return fleet.jump(process, (ms % 2 === 0 ? 1 : -1) * 3_600_000);
    case 'log':
      return fleet.blockLog(process, ms);
    case 'descriptors':
      return fleet.useUpDescriptors(process, ms);
    case 'reset':
      return proxy.reset();
    case 'refuse':
      proxy.refuse(true);
      await sleep(ms);
      return proxy.refuse(false);
    case 'swallow':
      proxy.swallow(true);
      await sleep(ms);
      return proxy.swallow(false);
    case 'slow':
      proxy.slow(20 + (ms % 230));
      await sleep(ms);
      return proxy.slow(0);
    case 'midReply':
      return proxy.cutNextReply();
    case 'emptied':
      return empty(admin);
    case 'scripts':
      return void (await admin.script('FLUSH'));
    case 'memory':
      await admin.config('SET', 'maxmemory', '1');
      await sleep(ms);
      return void (await admin.config('SET', 'maxmemory', '256mb'));
    case 'readOnly':
      await admin.replicaof('127.0.0.1', '1');
      await sleep(ms);
      return void (await admin.replicaof('NO', 'ONE'));
  }
}

/** Duplicates of every callback, and from time to time one that is late, lost, out of order or hung up on. */
function troubleDeliveries(emulator: Emulator, seed: number): { stop(): void } {
  const random = randomOf(seed, 'deliveries');
  emulator.trouble({ duplicate: { callbacks: 'assignment' } });
  const timer = setInterval(() => {
    const times = random.int(1, 3);
    const callbacks = 'assignment' as const;
    switch (random.pick(['delay', 'drop', 'reorder', 'hangUp'])) {
      case 'delay':
        return emulator.trouble({ delay: { times, callbacks, ms: random.int(50, 3_000) } });
      case 'drop':
        return emulator.trouble({ drop: { times, callbacks } });
      case 'reorder':
        return emulator.trouble({ reorder: { times, callbacks } });
      default:
        return emulator.trouble({ hangUp: { times, callbacks } });
    }
  }, 400);
  return {
    stop() {
      clearInterval(timer);
      emulator.trouble({ duplicate: false, delay: false, drop: false, reorder: false, hangUp: false });
    },
  };
}

/** The answers that Redis holds, by reservation. */
async function storedAnswers(admin: Redis): Promise<Map<string, string>> {
  const stored = new Map<string, string>();
  for (const key of await admin.keys('taskrouter:*assignment:*')) {
    const [status, answer] = await admin.hmget(key, 's', 'a');
    const sid = /WR[0-9a-f]{32}/.exec(key)?.[0];
    if (sid !== undefined && status === 'finished') stored.set(sid, String(answer));
  }
  return stored;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

/** While another fault has made Redis read-only, it cannot be emptied: then as soon as it can. */
async function empty(admin: Redis): Promise<void> {
  for (;;) {
    try {
      await admin.flushall();
      return;
    } catch (error) {
      if (!String(error).includes('READONLY')) throw error;
    }
    await sleep(50);
  }
}
