import { type Clock, systemClock } from '../clock.js';
import type {
  AcquireRequest,
  AcquireResult,
  CompleteRequest,
  IdempotencyStore,
  ReleaseRequest,
  RenewRequest,
} from './store.js';

export interface MemoryStoreOptions {
  /** How many records to keep. The oldest that have ended go first; running ones are never dropped. Default 100,000. */
  readonly maxRecords?: number;
  readonly clock?: Clock;
}

/** A store that answers directly, never with a promise, and fails never. */
export interface MemoryStore extends IdempotencyStore {
  acquire(request: AcquireRequest): AcquireResult;
  renew(request: RenewRequest): 'held' | 'lost';
  complete(request: CompleteRequest): 'stored' | 'lost';
  release(request: ReleaseRequest): void;
  ping(): void;
  /** How many records there are. */
  readonly size: number;
  /** Whether there is a record that has not expired. */
  has(key: string): boolean;
  /** Drops a record, whatever its state. */
  forget(key: string): void;
}

interface Entry {
  readonly key: string;
  readonly fingerprint: string;
  readonly owner: string;
  readonly attempt: number;
  state: 'running' | 'finished' | 'failed';
  answer: string;
  /** End of the lease while running, of the whole record afterwards. */
  until: number;
  /** The entry that ended next after this one. */
  next: Entry | undefined;
}

type Holder = Pick<AcquireRequest, 'key' | 'fingerprint' | 'owner'>;

/**
 * Keeps the records of one process: for development, tests, and an endpoint that runs as a single process and may
 * forget at a restart. Every operation takes constant time and there is no timer.
 *
 * @example
 * const store = memoryStore({ maxRecords: 20_000 });
 */
export function memoryStore({
  maxRecords = 100_000,
  clock = systemClock,
}: MemoryStoreOptions = {}): MemoryStore {
  const entries = new Map<string, Entry>();
  // Entries that have ended form a queue in the order they did. (A Map's own order would do for that, but taking
  // its first key again and again is slow in V8: each time it steps over every hole left by a deletion.)
  let oldest: Entry | undefined;
  let newest: Entry | undefined;
  let queued = 0;

  function sweep(now: number): void {
    while (
      oldest !== undefined &&
      (oldest.until <= now || entries.size > maxRecords || queued > maxRecords)
    ) {
      // A key that ran again has a new entry; what it left in the queue is only a shell.
      if (entries.get(oldest.key) === oldest) entries.delete(oldest.key);
      oldest = oldest.next;
      queued -= 1;
    }
  }

  function start(request: Holder, attempt: number, until: number): Entry {
    const { key, fingerprint, owner } = request;
    const entry: Entry = {
      key,
      fingerprint,
      owner,
      attempt,
      state: 'running',
      answer: '',
      until,
      next: undefined,
    };
    entries.set(key, entry);
    return entry;
  }

  /** An entry that has ended and expired is as good as none. */
  function find(key: string, now: number): Entry | undefined {
    const entry = entries.get(key);
    return entry !== undefined && entry.state !== 'running' && entry.until <= now ? undefined : entry;
  }

  return {
    get size() {
      return entries.size;
    },

    has: (key) => find(key, clock.now()) !== undefined,

    forget(key) {
      entries.delete(key);
    },

    acquire(request) {
      const now = clock.now();
      const entry = find(request.key, now);
      let attempt = 1;
      if (entry !== undefined) {
        if (entry.fingerprint !== request.fingerprint) return { status: 'mismatch' };
        if (entry.state === 'finished') return { status: 'finished', answer: entry.answer };
        if (entry.state === 'failed') {
          if (request.waitedFor !== undefined && entry.attempt >= request.waitedFor) {
            return { status: 'failed', attempt: entry.attempt };
          }
        } else if (entry.owner === request.owner) {
          entry.until = now + request.leaseMs;
          return { status: 'acquired', attempt: entry.attempt };
        } else if (entry.until > now) {
          return { status: 'running', attempt: entry.attempt, leaseLeftMs: entry.until - now };
        }
        attempt = entry.attempt + 1;
      }
      start(request, attempt, now + request.leaseMs);
      sweep(now);
      return { status: 'acquired', attempt };
    },

    renew(request) {
      const now = clock.now();
      const entry = find(request.key, now);
      if (entry === undefined) {
        start(request, request.attempt, now + request.leaseMs);
      } else {
        if (entry.state !== 'running' || entry.owner !== request.owner) return 'lost';
        entry.until = now + request.leaseMs;
      }
      return 'held';
    },

    complete(request) {
      const { key, owner, outcome } = request;
      const answer = outcome.state === 'finished' ? outcome.answer : '';
      const now = clock.now();
      let entry = find(key, now);
      if (entry === undefined) {
        entry = start(request, request.attempt, 0);
      } else if (entry.owner !== owner) {
        return 'lost';
      } else if (entry.state !== 'running') {
        return entry.state === outcome.state && entry.answer === answer ? 'stored' : 'lost';
      }
      entry.state = outcome.state;
      entry.answer = answer;
      entry.until = now + request.ttlMs;
      if (newest === undefined || oldest === undefined) oldest = entry;
      else newest.next = entry;
      newest = entry;
      queued += 1;
      sweep(now);
      return 'stored';
    },

    release({ key, owner }) {
      const entry = entries.get(key);
      if (entry?.state === 'running' && entry.owner === owner) entries.delete(key);
    },

    ping() {},
  };
}
