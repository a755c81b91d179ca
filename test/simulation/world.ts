import {
  ALL_SCRIPTS,
  type App,
  callbackOf,
  createApp,
  INDEX_KEY,
  placeOf,
  readRecord,
  scriptName,
} from './app.js';
import { Events } from './events.js';
import { STORE_TIMEOUT_MS, storeTimeoutOf } from './exceptions.js';
import { befall, type Hands } from './faults.js';
import { handlerOf } from './handler.js';
import type { Plan, ReservationPlan, Way } from './plan.js';
import { Process } from './process.js';
import { randomOf } from './random.js';
import { RedisLink, RedisServer } from './redis-link.js';
import { type Executed, RedisModel, type Reply } from './redis-model.js';
import type { Entry, Said } from './trace.js';
import { carryOut, type Reservation, restClient, TWILIO_WAITS_MS } from './twilio.js';

const START = Date.UTC(2026, 0, 1);
/** So long nothing must happen before a world counts as quiet: the lease of a dead process, and two looks for it. What the
 * index leads to is looked at until it is finished or forgotten. */
const QUIET_MS = 7_000;
/** A run that nobody waits for ends after 65 s at the latest, whatever its handler does. */
const PATIENCE_MS = 90_000;
const CLOSE_MS = 2_000;

/** What is left when every process has been closed. */
export interface Leftovers {
  readonly timers: readonly string[];
  readonly active: readonly string[];
  readonly listeners: number;
  /** Requests without an answer, though their process lives. */
  readonly unanswered: readonly number[];
  /** close() that did not resolve. */
  readonly closing: readonly string[];
  /** Deferred runs that nobody has finished. */
  readonly open: readonly string[];
  /** What still leads to deferred runs. */
  readonly index: readonly string[];
}

export interface Played {
  readonly plan: Plan;
  readonly start: number;
  readonly end: number;
  readonly trace: readonly Entry[];
  readonly contacts: ReadonlyMap<string, readonly number[]>;
  readonly leftovers: Leftovers;
  readonly executed: readonly Executed[];
  readonly events: number;
}

export interface Life {
  readonly process: Process;
  readonly app: App;
  readonly link: RedisLink;
  readonly open: Map<number, { readonly failed: () => void }>;
  closed: boolean;
}

/** Plays one plan from its beginning until all is quiet, and closes every process. */
export async function play(plan: Plan, options: { readonly log?: boolean } = {}): Promise<Played> {
  const events = new Events(START);
  const trace: Entry[] = [];
  const say = (said: Said) => void trace.push({ at: events.now, ...said } as Entry);
  const model = new RedisModel(() => events.now);
  if (options.log) model.log = [];
  const server = new RedisServer(model);
  const answers = new Map<string, string>();
  const slots: (Life | undefined)[] = [];
  const lives: Life[] = [];
  let requests = 0;
  let listeners = 0;
  const timers: string[] = [];

  const reservations: Reservation[] = plan.reservations.map((each) => ({
    plan: each,
    place: Number(each.name.slice(1)) + 1,
    status: 'pending',
    runs: 0,
  }));
  const hands: Hands = { events, server, say, slots, lives, die, close, emptyStore };
  const reservationAt = (place: number) => reservations.find((each) => each.place === place) as Reservation;
  const nameOf = (key: string) => {
    const sid = /WR[0-9a-f]{32}/.exec(key)?.[0];
    return sid === undefined ? key : reservationAt(placeOf(sid)).plan.name;
  };

  server.onScript = (process, lua, key, reply) => {
    say({
      kind: 'script',
      life: process.name,
      script: scriptName(lua),
      key: nameOf(key),
      reply: brief(reply),
    });
    const hash = model.hashes.get(key);
    if (hash === undefined) return;
    const { answer } = readRecord(hash);
    const before = answers.get(key);
    if (before !== undefined && answer !== undefined && answer !== before)
      say({ kind: 'overwritten', key: nameOf(key), from: before, to: answer });
    if (answer !== undefined) answers.set(key, answer);
  };

  const unhandled = (error: unknown) =>
    say({ kind: 'error', life: '', message: `unhandled: ${String(error)}` });
  globalThis.process.on('unhandledRejection', unhandled);
  try {
    return await run();
  } finally {
    globalThis.process.off('unhandledRejection', unhandled);
  }

  function begin(slot: number): void {
    const name = `p${slot}.${lives.filter(({ process }) => process.slot === slot).length + 1}`;
    const process = new Process(name, slot, events, (error) =>
      say({ kind: 'error', life: name, message: `a timer threw: ${String(error)}` }),
    );
    const random = (use: string) => randomOf(plan.seed, `${name} ${use}`);
    const link = new RedisLink(events, server, process, random('redis'), plan.redisMs, storeTimeoutOf(plan));
    if (!server.up) link.reset(50);
    const app = createApp({
      process,
      plan,
      redis: link,
      random: random('jitter'),
      client: restClient(
        events,
        process,
        random('rest'),
        (sid) => reservationAt(placeOf(sid)),
        ({ plan: { name: reservation } }, { instruction }) =>
          say({ kind: 'sent', life: name, reservation, instruction }),
      ),
      handle: handlerOf(process, reservationAt, say),
      onDeferred: (sid, outcome) =>
        say({ kind: 'deferred', life: name, reservation: reservationAt(placeOf(sid)).plan.name, outcome }),
      log: (level, message) => say({ kind: 'log', life: name, level, message }),
    });
    const life: Life = { process, app, link, open: new Map(), closed: false };
    say({ kind: 'born', life: name });
    slots[slot] = life;
    lives.push(life);
  }

  function die(life: Life, restartMs: number): void {
    if (life.process.dead) return;
    life.process.dead = true;
    say({ kind: 'died', life: life.process.name });
    if (plan.store === 'memory') say({ kind: 'emptied' });
    life.link.die();
    for (const { failed } of life.open.values()) events.in(1, undefined, 'input', failed);
    slots[life.process.slot] = undefined;
    events.in(restartMs, undefined, 'input', () => {
      if (slots[life.process.slot] === undefined) begin(life.process.slot);
    });
  }

  /** One request on its way to a process and back. `ended`: what Twilio sees of it, once. */
  function send(
    { plan: { name: reservation }, place }: Reservation,
    path: 'primary' | 'fallback',
    slot: number,
    way: Way,
    ended: (status: number, body: string) => void,
  ): void {
    requests += 1;
    const request = requests;
    const random = randomOf(plan.seed, `${reservation} ${path} ${slot} ${Math.round(events.now - START)}`);
    let waiting = true;
    const end = (status: number, body = '') => {
      if (!waiting) return;
      waiting = false;
      ended(status, body);
    };
    events.in(TWILIO_WAITS_MS, undefined, 'timer', () => end(0));
    if (way === 'request lost') return;
    events.in(random.int(1, 20), undefined, 'input', () => {
      const life = slots[slot];
      if (life === undefined) return end(0);
      const { process, open, app } = life;
      const failed = () => {
        open.delete(request);
        end(0);
      };
      open.set(request, { failed });
      events.in(0, process, 'input', () => {
        say({ kind: 'request', life: process.name, reservation, request, path });
        const incoming = app.request(callbackOf(place, path), (status, body) => {
          if (process.dead) return;
          open.delete(request);
          say({ kind: 'answer', life: process.name, reservation, request, status, body });
          events.in(0, undefined, 'after', () => {
            listeners += incoming.eventNames().length;
          });
          if (way === 'ok') events.in(random.int(1, 20), undefined, 'input', () => end(status, body));
        });
      });
    });
  }

  function assign(reservation: Reservation): void {
    const { plan: each } = reservation;
    const answered = (body: string) => {
      const instruction = /"instruction":"(\w+)"/.exec(body)?.[1];
      if (instruction !== undefined) carryOut(events, reservation, instruction);
    };
    send(reservation, 'primary', each.slots[0], each.way[0], (status, body) => {
      if (status === 200) return answered(body);
      send(reservation, 'fallback', each.slots[1], each.way[1], (second, text) => {
        if (second === 200) answered(text);
        else if (reservation.status === 'pending') reservation.status = 'canceled';
      });
    });
    for (const { afterMs, slot, path } of each.duplicates) {
      events.in(afterMs, undefined, 'input', () => send(reservation, path, slot, 'ok', () => {}));
    }
  }

  function emptyStore(): void {
    model.empty();
    answers.clear();
    say({ kind: 'emptied' });
  }

  async function close(life: Life, timeoutMs: number, restartMs?: number): Promise<void> {
    if (life.closed) return;
    life.closed = true;
    const { name } = life.process;
    say({ kind: 'closing', life: name, timeoutMs });
    await life.app.close({ timeoutMs });
    if (life.process.dead) return;
    say({ kind: 'closed', life: name });
    // A look for deferred runs may be on its way: it ends with its timeout.
    events.in(STORE_TIMEOUT_MS + 50, life.process, 'input', () => {
      if (life.process.timers > 0) timers.push(`${name}: ${life.process.timers}`);
    });
    // What it has just answered still leaves; then it ends.
    if (restartMs !== undefined) events.in(5, undefined, 'input', () => die(life, restartMs));
  }

  async function run(): Promise<Played> {
    for (let slot = 0; slot < plan.processes; slot += 1) begin(slot);
    if (plan.warm) for (const lua of ALL_SCRIPTS) model.learn(lua);
    let last = 0;
    const later = (atMs: number, what: () => void) => {
      last = Math.max(last, atMs);
      events.in(atMs, undefined, 'input', what);
    };
    for (const each of reservations) later(each.plan.atMs, () => assign(each));
    for (const { atMs, afterMs } of duplicatesOf(plan.reservations)) last = Math.max(last, atMs + afterMs);
    for (const fault of plan.faults) {
      later(fault.atMs, () => befall(fault, hands));
      last = Math.max(last, fault.atMs + ('forMs' in fault ? fault.forMs : 0));
    }
    await events.run(START + last + 1);
    for (const [slot, life] of slots.entries()) if (life === undefined) begin(slot);

    let quietSince = events.now;
    const end = events.now + PATIENCE_MS;
    while (events.now < end && events.now - quietSince < QUIET_MS) {
      await events.run(events.now + 500);
      const busy = living().some(
        ({ app, open, process }) => open.size > 0 || process.paused || isAny(app.active),
      );
      if (busy || openRecords().length > 0 || model.sets.has(INDEX_KEY)) quietSince = events.now;
    }

    const still = living();
    const index = [...(model.sets.get(INDEX_KEY)?.keys() ?? [])].map(nameOf);
    const open = openRecords();
    const active = still.flatMap(({ process, app }) =>
      [...app.active].map((key) => `${process.name} ${nameOf(key)}`),
    );
    const closing = new Set(still.filter(({ closed }) => !closed).map(({ process }) => process.name));
    for (const life of still) {
      void close(life, CLOSE_MS).then(() => closing.delete(life.process.name));
    }
    await events.run(events.now + CLOSE_MS + 3_000);
    return {
      plan,
      start: START,
      end: events.now,
      trace,
      contacts: new Map(lives.map(({ process }) => [process.name, process.contacts])),
      leftovers: {
        timers,
        active: [...active, ...still.flatMap(({ app }) => [...app.active])],
        listeners,
        unanswered: still.flatMap((life) => [...life.open.keys()]),
        closing: [...closing],
        open,
        index,
      },
      executed: model.log ?? [],
      events: events.happened,
    };
  }

  function living(): Life[] {
    return lives.filter(({ process }) => !process.dead);
  }

  function openRecords(): string[] {
    return [...model.hashes].flatMap(([key, hash]) => (readRecord(hash).open ? [nameOf(key)] : []));
  }
}

const isAny = (iterable: Iterable<unknown>) => !iterable[Symbol.iterator]().next().done;

const duplicatesOf = (reservations: readonly ReservationPlan[]) =>
  reservations.flatMap(({ atMs, duplicates }) => duplicates.map(({ afterMs }) => ({ atMs, afterMs })));

function brief(reply: Reply): string {
  // Owner tokens are random, and only ever compared.
  if (!Array.isArray(reply)) return String(reply).replace(OWNER, 'an owner');
  return reply
    .map((one) => (typeof one === 'string' && one.length > 90 ? `${one.slice(0, 60)}…` : brief(one)))
    .join(' ');
}

const OWNER = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}:\d+/g;
