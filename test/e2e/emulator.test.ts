import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { createEmulator, type Delivery, type Emulator } from 'taskrouter-kit/emulator';
import { createTaskRouterClient } from 'taskrouter-kit/rest';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import {
  type EndpointProcess,
  type LogLine,
  startProcess,
  TOKEN,
  until,
} from '../server/endpoint-process.js';
import { Ledger } from './ledger.js';

/** `TASKS=10000 npx vitest run test/e2e/emulator.test.ts` is the full size. */
const TASKS = Number(process.env.TASKS ?? 1_000);
/** Half a minute for a busy machine to get started, and for each task ten times what it takes on an idle one. */
const LIMIT_MS = 30_000 + TASKS * 60;
const HANDLERS = fileURLToPath(new URL('fixtures/counted', import.meta.url));
const RUNS_KEY = `runs:${randomUUID()}`;
/** Few, so that tasks wait and every worker is at its capacity most of the time. */
const WORKERS = 8;
const CHANNELS = ['default', 'chat'] as const;
/** How many tasks a worker may hold of each channel. */
const capacities = (worker: number) => ({ default: 1 + (worker % 3), chat: 1 + (worker % 2) });

/** One line of the fixture's handler. */
interface Run {
  readonly run: string;
  readonly via: string;
  readonly at: number;
  readonly reservationSid: string;
  readonly callSid: string;
}

/** What the fixture's handler answers in this run. */
const answerOf = ({ run, callSid }: Run) =>
  JSON.stringify({
    instruction: 'redirect',
    call_sid: callSid,
    url: `https://example.com/${run}`,
    accept: true,
  });

/** In the debugger: a callback got no answer. */
const NO_ANSWER = 11205;

const isAnswered = ({ outcome }: Delivery) => outcome === 'answered';

let redis: Redis;
let primary: EndpointProcess;
let fallback: EndpointProcess;
let emulator: Emulator;

beforeAll(async () => {
  // A database of its own: whoever has a client takes over every late run it finds.
  const url = new URL('/6', inject('redisUrl')).href;
  redis = new Redis(url);
  const env = { REDIS_URL: url, RUNS_REDIS_URL: url, RUNS_KEY, HANDLERS_DIR: HANDLERS };
  [primary, fallback, emulator] = await Promise.all([
    startProcess(env),
    startProcess(env),
    createEmulator({ authToken: TOKEN, choices: { purgeAfterMs: 3_600_000 } }),
  ]);
});
afterAll(async () => {
  await emulator?.close();
  for (const endpoint of [primary, fallback]) endpoint?.kill('SIGKILL');
  await redis.del(RUNS_KEY);
  redis.disconnect();
});

/** A contact centre whose reservations the first endpoint is asked about, and after a failure the second. */
function furnish() {
  const workers = Array.from({ length: WORKERS }, (_, index) => {
    const channels = Object.entries(capacities(index)).map(([name, capacity]) => [name, { capacity }]);
    return [`Worker ${index}`, { activity: 'Available', channels: Object.fromEntries(channels) }] as const;
  });
  const { workspaceSid } = emulator.seed({
    multiTaskEnabled: true,
    workers: Object.fromEntries(workers),
    taskQueues: { Everyone: {} },
    workflows: {
      Default: {
        defaultQueue: 'Everyone',
        assignmentCallbackUrl: `${primary.url}/taskrouter/assignment`,
        fallbackAssignmentCallbackUrl: `${fallback.url}/taskrouter/assignment/fallback`,
      },
    },
  });
  const all = workers.flatMap(([name], index) =>
    Object.entries(capacities(index)).map(([channel, capacity]) => [`${name} ${channel}`, capacity] as const),
  );
  return { workspaceSid, ledger: new Ledger(emulator, new Map(all)) };
}

/**
 * Every callback is sent twice; every now and then the next one to four requests get lost or are hung up on: the first
 * alone, so that its duplicate and the fallback meet at two endpoints, both, and so on until all four have gone and
 * nobody was asked.
 */
function makeTrouble(): void {
  emulator.trouble({ duplicate: { callbacks: 'assignment' } });
  let reservations = 0;
  emulator.watch((news) => {
    if (news.kind !== 'event' || news.type !== 'reservation.created') return;
    reservations += 1;
    const times = 1 + (Math.floor(reservations / 20) % 4);
    if (reservations % 20 === 0) emulator.trouble({ drop: { times, callbacks: 'assignment' } });
    if (reservations % 20 === 10) emulator.trouble({ hangUp: { times, callbacks: 'assignment' } });
  });
}

/** Creates all tasks, a few at a time, and completes each as soon as its worker has it. */
async function work(workspaceSid: string): Promise<string[]> {
  const { accountSid, url: baseUrl } = emulator;
  const client = createTaskRouterClient({ accountSid, authToken: TOKEN, workspaceSid, baseUrl });
  const failed: unknown[] = [];
  emulator.watch((news) => {
    if (news.kind !== 'event' || news.type !== 'reservation.accepted') return;
    client.tasks.complete(news.data.TaskSid!).catch((error: unknown) => failed.push(error));
  });
  const created: string[] = [];
  let begun = 0;
  const create = async () => {
    while (begun < TASKS) {
      begun += 1;
      const taskChannel = CHANNELS[begun % CHANNELS.length]!;
      // Some runs last past the moment their caller hangs up.
      const attributes = { ms: begun % 10 === 0 ? 80 : 0, call_sid: `CA${randomBytes(16).toString('hex')}` };
      created.push((await client.tasks.create({ taskChannel, attributes })).sid);
    }
  };
  await Promise.all(Array.from({ length: 16 }, create));
  const { tasks } = emulator.workspaces.get(workspaceSid)!;
  const isOver = () =>
    failed.length > 0 || created.every((sid) => tasks.get(sid)?.assignmentStatus === 'completed');
  await until(isOver, LIMIT_MS);
  expect(failed).toEqual([]);
  await emulator.quiet();
  return created;
}

/** Calls of the store that failed, by the endpoint's own count. */
async function storeErrors({ url }: EndpointProcess): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const counts = metrics.matchAll(/^taskrouter_store_errors_total\{.*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** What an endpoint says besides how callbacks ended: that it runs without the store, for instance. */
const isRemark = ({ level, msg }: LogLine) => level !== 'info' || msg === 'the store is back';

/** All there is to know of one reservation, for whoever has to find out what went wrong with it. */
function story(what: string, reservationSid: string, runs: readonly Run[], deliveries: readonly Delivery[]) {
  const requests = (endpoint: EndpointProcess) =>
    endpoint.log.filter((line) => line.msg === 'callback' && line.reservationSid === reservationSid);
  const sent = deliveries.map(({ via, outcome, at, ms, answer }) => ({ via, outcome, at, ms, answer }));
  const told = { what, runs, sent, primary: requests(primary), fallback: requests(fallback) };
  return JSON.stringify(told, undefined, 1);
}

test(
  `${TASKS} tasks through duplicates, drops and hang-ups: each assigned once, none lost, nobody over capacity`,
  async () => {
    const { workspaceSid, ledger } = furnish();
    makeTrouble();
    const began = performance.now();
    const created = await work(workspaceSid);
    const seconds = (performance.now() - began) / 1_000;
    // What an endpoint logs is written a few lines at a time.
    await sleep(300);

    // Of the tasks: each is accepted once and completed once, and there are no others.
    expect(new Set(created).size).toBe(TASKS);
    expect(ledger.tasks.size).toBe(TASKS);
    const notOnce = created.filter((sid) => {
      const { accepted, ended } = ledger.tasks.get(sid)!;
      return accepted.length !== 1 || ended.join() !== 'completed';
    });
    expect(notOnce).toEqual([]);
    expect(ledger.overCapacity).toEqual([]);
    expect(ledger.mostFull).toBe(WORKERS * CHANNELS.length);

    // Of the reservations: one that was accepted had one run, any other at most one; whoever was answered got its answer.
    const runs = (await redis.lrange(RUNS_KEY, 0, -1)).map((line) => JSON.parse(line) as Run);
    const runsOf = new Map<string, Run[]>();
    for (const run of runs) runsOf.set(run.reservationSid, [...(runsOf.get(run.reservationSid) ?? []), run]);
    const wrong: string[] = [];
    let reservations = 0;
    for (const { reservations: all, accepted } of ledger.tasks.values()) {
      for (const sid of all) {
        reservations += 1;
        const ran = runsOf.get(sid) ?? [];
        const sent = ledger.deliveries.get(sid) ?? [];
        const tell = (what: string) => wrong.push(story(what, sid, ran, sent));
        if (accepted.includes(sid) ? ran.length !== 1 : ran.length > 1) tell(`${ran.length} runs`);
        const isRight = ({ status, answer = '' }: Delivery) => status === 200 && answer === answerOf(ran[0]!);
        if (!sent.filter(isAnswered).every(isRight)) tell('another answer');
        runsOf.delete(sid);
      }
    }
    if (wrong.length > 0)
      wrong.push(JSON.stringify([primary, fallback].map(({ log }) => log.filter(isRemark))));
    expect(wrong).toEqual([]);
    expect([...runsOf.keys()]).toEqual([]);

    // Of the trouble: there was some of each kind, and the debugger tells of nothing else.
    const figures = {
      tasks: TASKS,
      seconds: Math.round(seconds * 10) / 10,
      reservations,
      runs: runs.length,
      ...ledger.figures(),
      degraded: [primary, fallback].flatMap(({ log }) => log.filter(({ degraded }) => degraded)).length,
      storeErrors: (await Promise.all([primary, fallback].map(storeErrors))).join('+'),
    };
    if (process.env.TASKS) console.log(figures);
    expect(ledger.debugger.filter(({ code }) => code !== NO_ANSWER)).toEqual([]);
    for (const kind of ['dropped', 'hungUp', 'toFallback', 'answeredByBoth', 'canceled'] as const) {
      expect(figures[kind], kind).toBeGreaterThan(TASKS / 100);
    }
    expect(figures.sentTwice).toBe(figures.callbacks);
  },
  LIMIT_MS + 30_000,
);
