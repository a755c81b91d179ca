/*
 * The only place where the simulation touches the package: when a public name changes, it changes here. Whatever bundles
 * this file with other sources (see planted-bugs.ts) simulates those.
 */
import { EventEmitter } from 'node:events';
import { DEFERRED_INDEX_SCRIPTS } from '../../src/idempotency/store/redis/deferred-index.js';
import { type RedisClient, redisStore } from '../../src/idempotency/store/redis/redis-store.js';
import * as RECORD_SCRIPTS from '../../src/idempotency/store/redis/scripts.js';
import {
  accept,
  call,
  conference,
  createTaskRouter,
  defer,
  dequeue,
  type Instruction,
  redirect,
  reject,
  type TaskRouter,
  type TaskRouterOptions,
} from '../../src/index.js';
import { assignmentRequest } from '../../src/testing/requests.js';
import type { InstructionKind, Plan, ReservationPlan } from './plan.js';
import type { Process } from './process.js';
import type { Random } from './random.js';

const AUTH_TOKEN = 'a'.repeat(32);
const ORIGIN = 'https://hooks.example.com';

/** One process' router, by what the simulation uses of it. */
export interface App {
  /** Takes a signed request; `answered` is called when the answer is written. */
  request(
    request: {
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    },
    answered: (status: number, body: string) => void,
  ): EventEmitter;
  readonly active: Iterable<string>;
  close(options: { timeoutMs: number }): Promise<unknown>;
}

/** What a handler is given, by what the simulation uses of it. */
export interface HandlerContext {
  readonly signal: AbortSignal;
  readonly reservationSid: string;
}

export interface AppParts {
  readonly process: Process;
  readonly plan: Plan;
  readonly redis: RedisClient;
  readonly random: Random;
  /** The REST client. */
  readonly client: object;
  readonly handle: (context: HandlerContext) => unknown;
  readonly onDeferred: (reservationSid: string, outcome: string) => void;
  readonly log: (level: string, message: string) => void;
}

export function createApp(parts: AppParts): App {
  const { process, plan, log } = parts;
  const router: TaskRouter = createTaskRouter({
    authToken: AUTH_TOKEN,
    publicUrl: ORIGIN,
    ...(plan.store === 'redis' ? { store: redisStore(parts.redis) } : {}),
    onStoreError: plan.onStoreError,
    clock: process.clock,
    random: () => parts.random.next(),
    client: parts.client as NonNullable<TaskRouterOptions['client']>,
    deadlineMs: plan.deadlineMs,
    onDeadline: plan.onDeadline === 'fixed' ? reject({ activity: `WA${'f'.repeat(32)}` }) : plan.onDeadline,
    deferLimitMs: plan.limitMs,
    maxAgeMs: false,
    explainMismatch: false,
    log: {
      debug: () => {},
      info: (_fields, message) => log('info', message),
      warn: (_fields, message) => log('warn', message),
      error: (_fields, message) => log('error', message),
    },
  });
  router.otherwise(((context: { signal: AbortSignal; reservation: { sid: string } }) =>
    parts.handle({
      get signal() {
        return context.signal;
      },
      reservationSid: context.reservation.sid,
    })) as never);
  router.onDeferred(({ reservationSid, outcome }) => parts.onDeferred(reservationSid, outcome));
  const listener = router.node();

  return {
    request({ path, headers, body }, answered) {
      const request = Object.assign(new EventEmitter(), {
        method: 'POST',
        url: path,
        headers,
        socket: {},
        rawBody: body,
        readableDidRead: true,
        readableEnded: true,
        destroyed: false,
      });
      let status = 0;
      const response = Object.assign(new EventEmitter(), {
        headersSent: false,
        destroyed: false,
        writableEnded: false,
        statusCode: 200,
        setHeader() {},
        writeHead(code: number) {
          status = code;
          response.headersSent = true;
          return response;
        },
        end(text: string | Buffer = '') {
          response.writableEnded = true;
          answered(status || response.statusCode, String(text));
        },
      });
      listener(request as never, response as never);
      return request;
    },
    active: router.active,
    close: (options) => router.close(options),
  };
}

/** The name of a script, by its text: for traces. */
const NAMES = new Map<string, string>(
  [
    ...Object.entries(RECORD_SCRIPTS),
    ...DEFERRED_INDEX_SCRIPTS.map((script, i) => [`INDEX_${i}`, script] as const),
  ].flatMap(([name, script]) =>
    typeof script === 'object' && 'lua' in script ? [[script.lua, name] as const] : [],
  ),
);

export const ALL_SCRIPTS: readonly string[] = [...NAMES.keys()];

export const scriptName = (lua: string): string => NAMES.get(lua) ?? 'unknown script';

/** Whether this script, with this reply, has put a process' journal into the store, or given it another's. */
export const holdsJournal = (script: string, reply: string): boolean =>
  (script === 'DEFER' && reply.startsWith('stored')) || (script === 'CLAIM' && reply.startsWith('claimed'));

/** Whether this script, with this reply, has put the end of a deferred run on record. */
export const endsDeferred = (script: string, reply: string): boolean =>
  script === 'COMPLETE' && reply.startsWith('settled');

/** What a record of the store says, by its fields in Redis. */
export function readRecord(hash: ReadonlyMap<string, string>) {
  return {
    answer: hash.get('a') || undefined,
    /** It waits for somebody to finish it. */
    open: hash.get('s') === 'deferred' || hash.has('j'),
  };
}

/** The set that leads to deferred runs. */
export const INDEX_KEY = 'taskrouter:deferred';

/** SIDs of a reservation, its name in them: `WR…`, `WT…` and the others. */
export function sidsOf(place: number) {
  const sid = (prefix: string, number = place) => prefix + number.toString(16).padStart(32, '0');
  return {
    AccountSid: sid('AC', 1),
    WorkspaceSid: sid('WS', 1),
    WorkflowSid: sid('WW', 1),
    TaskQueueSid: sid('WQ', 1),
    WorkerSid: sid('WK'),
    TaskSid: sid('WT'),
    ReservationSid: sid('WR'),
  };
}

const signed = new Map<string, { path: string; headers: Readonly<Record<string, string>>; body: string }>();

/** The callback of a reservation, signed: the same in every world. */
export function callbackOf(place: number, path: 'primary' | 'fallback') {
  const key = `${place} ${path}`;
  const known = signed.get(key);
  if (known !== undefined) return known;
  const where = `/taskrouter/assignment${path === 'fallback' ? '/fallback' : ''}`;
  const { headers, body } = assignmentRequest({
    url: ORIGIN + where,
    authToken: AUTH_TOKEN,
    task: { call_sid: `CA${'0'.repeat(32)}`, from: '+15005550006' },
    fields: { ...sidsOf(place), Timestamp: '1767225600' },
  });
  const made = { path: where, headers, body };
  signed.set(key, made);
  return made;
}

/** An instruction that no other run gives: two runs never look the same. */
export function instructionOf(kind: InstructionKind, run: number, via?: 'rest'): Instruction {
  const url = `https://twiml.example.com/run/${run}`;
  const from = `+1500555${String(run).padStart(4, '0')}`;
  const how = via === undefined ? {} : { via };
  switch (kind) {
    case 'accept':
      return accept(how);
    case 'reject':
      return reject({ activity: `WA${String(run).padStart(32, '0')}`, ...how });
    case 'conference':
      return conference({ from, ...how });
    case 'call':
      return call({ from, url, ...how });
    case 'dequeue':
      return dequeue({ from, ...how });
    case 'redirect':
      return redirect({ callSid: `CA${'0'.repeat(32)}`, url, ...how });
  }
}

/** A handler's answer that is decided later. */
export function deferredBy(
  decide: (context: HandlerContext) => Promise<Instruction>,
  { withinMs, onFailure }: { withinMs: number | undefined; onFailure: Instruction | undefined },
): unknown {
  const run = (context: { signal: AbortSignal; reservation: { sid: string } }) =>
    decide({ signal: context.signal, reservationSid: context.reservation.sid });
  return defer(run as never, { withinMs, onFailure });
}

export const placeOf = (reservationSid: string): number => Number.parseInt(reservationSid.slice(2), 16);

export type { Instruction, ReservationPlan };
