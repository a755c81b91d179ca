import { randomUUID } from 'node:crypto';
import { systemClock } from '../clock.js';
import { silentLogger } from '../log.js';
import { Flight } from './flight.js';
import { StoreGuard } from './guard.js';
import { LateWrites } from './late-writes.js';
import { memoryStore } from './memory-store.js';
import type { Tower } from './tower.js';
import type { Idempotency, IdempotencyOptions } from './types.js';

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
  const lateWrites = new LateWrites(guard, kept, clock, log);
  const flights = new Map<string, Flight>();
  let closing = false;
  let onIdle: (() => void) | undefined;
  let degradedRuns = 0;
  let degradedLogged = Number.NEGATIVE_INFINITY;

  const tower: Tower & { closed: boolean } = {
    clock,
    log,
    guard,
    kept,
    lateWrites,
    random: options.random ?? Math.random,
    newOwner: options.newOwner ?? ownersOf(randomUUID()),
    leaseMs: options.leaseMs ?? 1_500,
    renewMs: options.renewMs ?? 500,
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
      if (flights.size === 0) onIdle?.();
    },
  };

  /** Resolves when nothing is in flight, or after `timeoutMs`. */
  function idle(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (flights.size === 0) return resolve();
      const timer = clock.setTimeout(resolve, timeoutMs);
      onIdle = () => {
        clock.clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    run(request) {
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

    takeOver() {},

    active: {
      *[Symbol.iterator]() {
        for (const { key } of flights.values()) yield key;
      },
    },

    get storeState() {
      return guard.state;
    },

    probe: () => guard.probe(),

    async close({ timeoutMs }) {
      closing = true;
      await idle(timeoutMs);
      tower.closed = true;
      const open: string[] = [];
      const releases: Promise<void>[] = [];
      for (const flight of [...flights.values()]) {
        const released = flight.cut();
        if (released === false) continue;
        open.push(flight.key);
        releases.push(released);
      }
      // What is being stored now, and the releases, end within the store's timeout.
      await Promise.all([...releases, idle(storeTimeoutMs)]);
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
