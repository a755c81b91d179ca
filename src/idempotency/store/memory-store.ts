import { type Clock, systemClock } from '../../clock.js';
import { ConfigurationError } from '../../errors.js';
import { refuseUnknownKeys } from '../../near-miss.js';
import {
  type AcquireRequest,
  type AcquireResult,
  type CompleteRequest,
  type DeferRequest,
  HELD,
  type IdempotencyStore,
  type Lost,
  type ReleaseRequest,
  type RenewRequest,
  type RenewResult,
  STORED,
  type StoreResult,
} from './store.js';

export interface MemoryStoreOptions {
  /** How many records to keep. The oldest ended ones go first; running and deferred ones are never dropped. Default 100,000. */
  readonly maxRecords?: number;
  readonly clock?: Clock;
}

/** A store that answers directly, never with a promise, and never fails. */
export interface MemoryStore extends IdempotencyStore {
  acquire(request: AcquireRequest): AcquireResult;
  renew(request: RenewRequest): RenewResult;
  defer(request: DeferRequest): StoreResult;
  complete(request: CompleteRequest): StoreResult;
  release(request: ReleaseRequest): void;
  ping(): void;
  /** How many records there are. */
  readonly size: number;
  /** Whether there is a record that has not expired. */
  has(key: string): boolean;
  /** Drops a record in any state. */
  forget(key: string): void;
}

interface Entry {
  readonly key: string;
  readonly fingerprint: string;
  readonly owner: string;
  readonly attempt: number;
  state: 'running' | 'deferred' | 'finished' | 'failed';
  answer: string;
  /** End of the lease while running or deferred, of the whole record afterwards. */
  until: number;
  /** The entry that ended next after this one. */
  next: Entry | undefined;
}

const made = new WeakSet<IdempotencyStore>();

/** Whether this is a memory store itself, and not one that is changed or wrapped: those may fail. */
export const isMemoryStore = (store: IdempotencyStore): store is MemoryStore => made.has(store);

/** Room for the longest key and fingerprint of a callback, three bytes a character. */
const scratch = Buffer.allocUnsafe(2_048);

/** A copy. Text cut out of a request would keep the whole of its body in memory for as long as the record lives. */
function ownText(text: string): string {
  if (3 * text.length > scratch.length) return Buffer.from(text).toString();
  return scratch.toString('utf8', 0, scratch.write(text));
}

/** Has an owner that still works on it. */
const isOpen = ({ state }: Entry): boolean => state === 'running' || state === 'deferred';

/** What an owner learns of a record that it has lost: the record as it is. */
function lost({ state, attempt, answer, until }: Entry, now: number): Lost {
  if (state === 'running') {
    return { status: 'lost', winner: { status: 'running', attempt, leaseLeftMs: Math.max(0, until - now) } };
  }
  const winner = state === 'failed' ? { status: state, attempt } : { status: 'finished' as const, answer };
  return { status: 'lost', winner };
}

type Holder = Pick<AcquireRequest, 'key' | 'fingerprint' | 'owner'>;

/**
 * Keeps the records of one process. Use it for development, for tests, and for an endpoint that runs as a single process
 * and may forget at a restart. Every operation takes constant time, and there is no timer.
 *
 * A deferred run lives and dies with its process. No other process could take it over, so the store keeps no journals
 * and has no `claim`.
 *
 * @throws {ConfigurationError} for an unknown option, or if `maxRecords` is not a positive whole number.
 * @example
 * const store = memoryStore({ maxRecords: 20_000 });
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  refuseUnknownKeys(options, ['maxRecords', 'clock'], 'memoryStore');
  const { maxRecords = 100_000, clock = systemClock } = options;
  if (!Number.isInteger(maxRecords) || maxRecords < 1) {
    throw new ConfigurationError('bad-option', 'memoryStore: maxRecords must be a whole number, 1 or more.');
  }
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
      const { next } = oldest;
      // Otherwise an old dead entry would keep the young ones behind it from being collected early.
      oldest.next = undefined;
      oldest = next;
      queued -= 1;
    }
  }

  function start(request: Holder, attempt: number, until: number): Entry {
    const { owner } = request;
    const key = ownText(request.key);
    const fingerprint = ownText(request.fingerprint);
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
    return entry !== undefined && entry.until <= now && !isOpen(entry) ? undefined : entry;
  }

  const store: MemoryStore = {
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
        if (entry.state === 'finished' || entry.state === 'deferred') {
          return { status: 'finished', answer: entry.answer };
        }
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
        if (request.deferred) return { status: 'absent' };
        start(request, request.attempt, now + request.leaseMs);
      } else {
        if (!isOpen(entry) || entry.owner !== request.owner) return lost(entry, now);
        entry.until = now + request.leaseMs;
      }
      return HELD;
    },

    defer(request) {
      const now = clock.now();
      let entry = find(request.key, now);
      if (entry === undefined) {
        entry = start(request, request.attempt, now);
      } else if (entry.owner !== request.owner) {
        return lost(entry, now);
      } else if (entry.state !== 'running') {
        const same = entry.state !== 'failed' && entry.answer === request.answer;
        if (!same || entry.state === 'finished') return same ? STORED : lost(entry, now);
      }
      entry.state = 'deferred';
      entry.answer = request.answer;
      entry.until = now + request.leaseMs;
      return STORED;
    },

    complete(request) {
      const { key, owner, outcome } = request;
      const answer = outcome.state === 'finished' ? outcome.answer : '';
      const now = clock.now();
      let entry = find(key, now);
      if (entry === undefined) {
        entry = start(request, request.attempt, 0);
      } else if (entry.owner !== owner) {
        return lost(entry, now);
      } else if (entry.state !== 'running') {
        const ends = entry.state === 'deferred' && outcome.state === 'finished';
        if (!(ends || entry.state === outcome.state) || entry.answer !== answer) return lost(entry, now);
        if (!ends) return STORED;
      }
      entry.state = outcome.state;
      entry.answer = answer;
      entry.until = now + request.ttlMs;
      if (newest === undefined || oldest === undefined) oldest = entry;
      else newest.next = entry;
      newest = entry;
      queued += 1;
      sweep(now);
      return STORED;
    },

    release({ key, owner }) {
      const entry = entries.get(key);
      if (entry?.state === 'running' && entry.owner === owner) entries.delete(key);
    },

    ping() {},
  };
  made.add(store);
  return store;
}
