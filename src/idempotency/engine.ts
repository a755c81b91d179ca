import { randomUUID } from 'node:crypto';
import { systemClock } from '../clock.js';
import { silentLogger } from '../log.js';
import type { DeferredPhase } from './deferred-phase.js';
import { Flight, type FlightParts } from './flight.js';
import { directStore } from './store/direct-store.js';
import { isMemoryStore } from './store/memory-store.js';
import { ResilientStore } from './store/resilient-store.js';
import { Takeover } from './takeover.js';
import type { Idempotency, IdempotencyOptions, RunResult } from './types.js';

/**
 * Makes the engine of one process. Its only I/O goes through `store`, and it waits only on `clock`.
 *
 * @example
 * const idempotency = createIdempotency({ store: memoryStore() });
 * const result = await idempotency.run({
 *   key: `assignment:${form.AccountSid}:${form.WorkspaceSid}:${form.ReservationSid}`,
 *   fingerprint: [form.WorkflowSid, form.TaskQueueSid, form.TaskSid, form.WorkerSid].join(),
 *   path: 'primary',
 *   deadline: arrivedAt + 4_000,
 *   onDeadline: 'fail',
 *   execute: async ({ signal }) => JSON.stringify(await decide(form, signal)),
 * });
 */
export function createIdempotency(options: IdempotencyOptions): Idempotency {
  const { observer, clock = systemClock, log = silentLogger, storeTimeoutMs = 250 } = options;
  const store = isMemoryStore(options.store)
    ? directStore(options.store)
    : new ResilientStore({
        store: options.store,
        clock,
        log,
        storeTimeoutMs,
        probeMs: options.probeMs ?? 50,
        hiccupMs: options.hiccupMs ?? 1_000,
        onStoreError: options.onStoreError ?? 'continue',
        observer,
      });
  const leaseMs = options.leaseMs ?? 1_500;
  const flights = new Map<string, Flight>();
  const deferred = new Map<string, DeferredPhase>();
  let takeover: Takeover | undefined;
  let closing = false;
  let ending: Promise<{ open: string[] }> | undefined;
  /** Those who wait until nothing is in flight. */
  const idleWaiters = new Set<() => void>();

  const parts: FlightParts & { closed: boolean } = {
    store,
    clock,
    log,
    leaseMs,
    renewMs: options.renewMs ?? Math.floor(leaseMs / 3),
    deferredLeaseMs: options.deferredLeaseMs ?? 1_500,
    ttlMs: options.ttlMs ?? 86_400_000,
    closed: false,
    deferred,
    pollMs: options.pollMs ?? [25, 100],
    random: options.random ?? Math.random,
    newOwner: options.newOwner ?? ownersOf(randomUUID()),
    onResult: (result) => observer?.result?.(result),
    onLanded(flight) {
      if (flights.get(flight.id) === flight) flights.delete(flight.id);
      if (idleWaiters.size > 0) tellIdle();
    },
    onEnded() {
      if (idleWaiters.size > 0) tellIdle();
    },
  };

  const isIdle = () => flights.size === 0 && deferred.size === 0;

  function tellIdle(): void {
    if (isIdle()) for (const done of [...idleWaiters]) done();
  }

  /** Resolves when nothing is in flight, or after `timeoutMs`. */
  function idle(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (isIdle()) return resolve();
      const done = () => {
        clock.clearTimeout(timer);
        idleWaiters.delete(done);
        resolve();
      };
      const timer = clock.setTimeout(done, timeoutMs);
      idleWaiters.add(done);
    });
  }

  /** Gives up everything in flight, and returns its keys. */
  async function cut(): Promise<string[]> {
    const open: string[] = [];
    const releases: Promise<void>[] = [];
    for (const each of [...flights.values(), ...deferred.values()]) {
      const released = each.cut();
      if (released === false) continue;
      open.push(each.key);
      releases.push(released);
    }
    // What is being stored now, and the releases, end within the store's timeout.
    await Promise.all([...releases, idle(storeTimeoutMs)]);
    return open;
  }

  /** Ends what is left, once. */
  async function end(): Promise<{ open: string[] }> {
    parts.closed = true;
    // Twice, because some runs may have been in the middle of being deferred.
    const open = [...(await cut()), ...(await cut())];
    await store.close();
    for (const done of [...idleWaiters]) done();
    return { open };
  }

  /** A callback that this process has answered and goes on with. */
  function replay(run: DeferredPhase): RunResult {
    const result = { status: 'answered', answer: run.answer, verdict: 'replayed' } as const;
    return run.journalKnown === 'held' ? result : { ...result, degraded: true };
  }

  return {
    run(request) {
      const { key, fingerprint } = request;
      const run = deferred.size > 0 ? deferred.get(key) : undefined;
      if (run?.fingerprint === fingerprint) {
        const result = replay(run);
        parts.onResult(result);
        return result;
      }
      let id = key;
      let present = flights.get(id);
      if (present !== undefined && present.fingerprint !== fingerprint) {
        // Two fingerprints under one key are two flights: the store decides which one is right.
        id = `${id} ${fingerprint}`;
        present = flights.get(id);
      }
      if (present !== undefined) return present.join(request);
      if (closing) {
        const result = { status: 'closed' } as const;
        parts.onResult(result);
        return result;
      }
      const flight = new Flight(id, request, parts);
      const result = flight.start(request);
      if (!flight.landed) flights.set(id, flight);
      return result;
    },

    takeOver(handler) {
      if (store.hasTakeover && !closing) takeover = new Takeover(parts, handler);
    },

    active: {
      *[Symbol.iterator]() {
        for (const { key } of flights.values()) yield key;
        yield* deferred.keys();
      },
    },

    get storeState() {
      return store.state;
    },

    probe: () => store.probe(),

    async close({ timeoutMs }) {
      closing = true;
      takeover?.stop();
      await idle(timeoutMs);
      ending ??= end();
      return ending;
    },
  };
}

/** Tokens of one process: its name, and a number. */
function ownersOf(process: string): () => string {
  let made = 0;
  return () => {
    made += 1;
    return `${process}:${made}`;
  };
}
