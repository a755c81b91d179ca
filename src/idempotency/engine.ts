import { randomUUID } from 'node:crypto';
import { systemClock } from '../clock.js';
import { silentLogger } from '../log.js';
import { Flight } from './flight.js';
import { StoreGuard } from './guard.js';
import type { LateFlight } from './late-flight.js';
import { LateWrites } from './late-writes.js';
import { memoryStore } from './memory-store.js';
import { TakeOver } from './take-over.js';
import type { Tower } from './tower.js';
import type { Idempotency, IdempotencyOptions } from './types.js';

/** How many answers a process remembers itself, should the store be away when their duplicates come: about 5 MB. */
const RECENT_ANSWERS = 10_000;

/** The least time between two log lines about callbacks that run without the store. */
const DEGRADED_LOG_MS = 10_000;

/**
 * Makes the engine of one process. It does no I/O but through `store`, and no waiting but on `clock`.
 *
 * @example
 * const idempotency = createIdempotency({ store: memoryStore() });
 * const result = await idempotency.run({
 *   key: `assignment:${form.WorkspaceSid}:${form.ReservationSid}`,
 *   fingerprint: [form.WorkflowSid, form.TaskQueueSid, form.TaskSid, form.WorkerSid].join(),
 *   path: 'primary',
 *   deadline: arrivedAt + 4_000,
 *   onDeadline: 'fail',
 *   execute: async ({ signal }) => JSON.stringify(await decide(form, signal)),
 * });
 */
export function createIdempotency(options: IdempotencyOptions): Idempotency {
  const { store, observer, clock = systemClock, log = silentLogger, storeTimeoutMs = 250 } = options;
  const guard = new StoreGuard({ store, clock, log, storeTimeoutMs, observer });
  const kept = memoryStore({ clock });
  const recent = memoryStore({ clock, maxRecords: RECENT_ANSWERS });
  const lateWrites = new LateWrites(guard, kept, clock, log);
  const flights = new Map<string, Flight>();
  const lateFlights = new Map<string, LateFlight>();
  let takeOver: TakeOver | undefined;
  let closing = false;
  let onIdle: (() => void) | undefined;
  let degradedRuns = 0;
  let degradedLogged = Number.NEGATIVE_INFINITY;

  const tower: Tower & { closed: boolean } = {
    clock,
    log,
    guard,
    kept,
    recent,
    remember(request) {
      if (guard.remote && request.outcome.state === 'finished') recent.complete(request);
    },
    lateWrites,
    random: options.random ?? Math.random,
    newOwner: options.newOwner ?? ownersOf(randomUUID()),
    leaseMs: options.leaseMs ?? 1_500,
    renewMs: options.renewMs ?? 500,
    lateLeaseMs: options.lateLeaseMs ?? options.leaseMs ?? 1_500,
    lateRenewMs: options.lateRenewMs ?? options.renewMs ?? 500,
    ttlMs: options.ttlMs ?? 86_400_000,
    pollMs: options.pollMs ?? [25, 100],
    onStoreError: options.onStoreError ?? 'continue',
    closed: false,
    onDegraded(key) {
      degradedRuns += 1;
      const now = clock.now();
      if (now - degradedLogged < DEGRADED_LOG_MS) return;
      log.warn({ key, runs: degradedRuns }, 'the store cannot be asked: only this process tells duplicates');
      degradedLogged = now;
      degradedRuns = 0;
    },
    onResult: (result) => observer?.result?.(result),
    onLanded(flight) {
      if (flights.get(flight.id) === flight) flights.delete(flight.id);
      if (isIdle()) onIdle?.();
    },
    lateFlight: (key) => lateFlights.get(key),
    onLate: (flight) => void lateFlights.set(flight.key, flight),
    onLateLanded(flight) {
      if (lateFlights.get(flight.key) === flight) lateFlights.delete(flight.key);
      if (isIdle()) onIdle?.();
    },
    release(request) {
      kept.release(request);
      return new Promise((resolve) => {
        guard.call(
          'release',
          (store) => store.release(request),
          resolve,
          () => resolve(),
        );
      });
    },
  };

  const isIdle = () => flights.size === 0 && lateFlights.size === 0;

  /** Resolves when nothing is in flight, or after `timeoutMs`. */
  function idle(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (isIdle()) return resolve();
      const timer = clock.setTimeout(resolve, timeoutMs);
      onIdle = () => {
        clock.clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Gives up whatever is in flight, and names it. */
  async function cut(): Promise<string[]> {
    const open: string[] = [];
    const releases: Promise<void>[] = [];
    for (const flight of [...flights.values(), ...lateFlights.values()]) {
      const released = flight.cut();
      if (released === false) continue;
      open.push(flight.key);
      releases.push(released);
    }
    // What is being stored now, and the releases, end within the store's timeout.
    await Promise.all([...releases, idle(storeTimeoutMs)]);
    return open;
  }

  return {
    run(request) {
      if (lateFlights.size > 0) {
        const late = lateFlights.get(request.key);
        if (late?.fingerprint === request.fingerprint) return late.join();
      }
      let id = request.key;
      let present = flights.get(id);
      if (present !== undefined && present.fingerprint !== request.fingerprint) {
        // Two fingerprints under one key are two flights: it is for the store to say which one is right.
        id = `${id} ${request.fingerprint}`;
        present = flights.get(id);
      }
      if (present !== undefined) return present.join(request);
      if (closing) {
        tower.onResult({ status: 'closed' });
        return Promise.resolve({ status: 'closed' });
      }
      const flight = new Flight(id, request, tower);
      flights.set(id, flight);
      return flight.start(request);
    },

    takeOver(handler) {
      if (store.claim !== undefined && !closing) takeOver = new TakeOver(tower, handler);
    },

    active: {
      *[Symbol.iterator]() {
        for (const { key } of flights.values()) yield key;
        yield* lateFlights.keys();
      },
    },

    get storeState() {
      return guard.state;
    },

    probe: () => guard.probe(),

    async close({ timeoutMs }) {
      closing = true;
      takeOver?.stop();
      await idle(timeoutMs);
      tower.closed = true;
      // The second time for runs that were just going late.
      const open = [...(await cut()), ...(await cut())];
      await lateWrites.flush();
      lateWrites.stop();
      guard.stop();
      return { open };
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
