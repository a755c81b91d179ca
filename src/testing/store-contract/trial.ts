import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AcquireRequest,
  ClaimedRun,
  CompleteRequest,
  DeferRequest,
  IdempotencyStore,
  RenewRequest,
} from '../../idempotency/store/store.js';

/** Short enough to wait for, long enough for a slow machine to do a few operations within. */
const LEASE_MS = 300;
export const TTL_MS = 60_000;
/** How long after the end of a lease a claim may still miss a run. */
export const CLAIM_DELAY_MS = 1_100;
/** How often a case that really waits looks whether what it waits for has come. */
const LOOK_MS = 20;
export const JOURNAL = '{"form":"To=%2B15550100\u00fc\u4f60\u{1f4de}\n"}';
export const ANSWER = '{"instruction":"call","from":"+15550100","note":"\u00fc \u4f60 \u{1f4de} \\" \\n"}';

/** A fresh store for one case, and what the case needs around it. */
export interface StoreUnderTest {
  readonly store: IdempotencyStore;
  /**
   * How long the leases of the case last, in milliseconds: the store must be able to do ten operations meanwhile.
   * Default 300.
   */
  readonly leaseMs?: number;
  /** Advances the store's own clock. Absent: the case really waits. */
  advance?(ms: number): void | Promise<void>;
  /** Called when the case has ended, however it ended. */
  close?(): void | Promise<void>;
}

/** Checks one rule; rejects with an AssertionError when the store breaks it. */
export type Rule = (trial: Trial) => Promise<void>;

/** One store, one key, and short ways to say what is done to it. */
export class Trial {
  readonly store: IdempotencyStore;
  readonly leaseMs: number;
  readonly key = `contract:${globalThis.crypto.randomUUID()}`;
  readonly #made: StoreUnderTest;

  constructor(made: StoreUnderTest) {
    this.#made = made;
    this.store = made.store;
    this.leaseMs = made.leaseMs ?? LEASE_MS;
  }

  async pass(ms: number): Promise<void> {
    await (this.#made.advance === undefined ? sleep(ms) : this.#made.advance(ms));
  }

  /** Lets the lease pass that was given last. */
  passLease(): Promise<void> {
    return this.pass(this.leaseMs + 20);
  }

  acquire(owner: string, over: Partial<AcquireRequest> = {}) {
    return this.store.acquire({ ...this.#request(owner), ...over });
  }

  async renew(owner: string, over: Partial<RenewRequest> = {}) {
    return (await this.store.renew({ ...this.#request(owner), attempt: 1, ...over })).status;
  }

  async finish(owner: string, answer = ANSWER, over: Partial<CompleteRequest> = {}) {
    return (await this.complete(owner, answer, over)).status;
  }

  /** What `finish` does, with the whole result. */
  complete(owner: string, answer = ANSWER, over: Partial<CompleteRequest> = {}) {
    const outcome = { state: 'finished', answer } as const;
    return this.store.complete({ ...this.#request(owner), attempt: 1, outcome, ...over });
  }

  async fail(owner: string, attempt = 1) {
    const outcome = { state: 'failed' } as const;
    return (await this.store.complete({ ...this.#request(owner), attempt, outcome })).status;
  }

  async defer(owner: string, over: Partial<DeferRequest> = {}) {
    const deferral = { answer: ANSWER, journal: JOURNAL, limitMs: 60_000 };
    return (await this.store.defer({ ...this.#request(owner), attempt: 1, ...deferral, ...over })).status;
  }

  async claim(owner: string, max = 10): Promise<readonly ClaimedRun[]> {
    return (await this.store.claim?.({ owner, leaseMs: this.leaseMs, max })) ?? [];
  }

  /** Claims until there is something to claim, for as long as a claim may miss it. */
  async claimSoon(owner: string): Promise<readonly ClaimedRun[]> {
    const step = this.#made.advance === undefined ? LOOK_MS : CLAIM_DELAY_MS;
    for (let leftMs = this.leaseMs + CLAIM_DELAY_MS; leftMs > 0; leftMs -= step) {
      const claimed = await this.claim(owner);
      if (claimed.length > 0) return claimed;
      await this.pass(step);
    }
    return this.claim(owner);
  }

  /** Acquires, is deferred, and lets its lease pass. */
  async die(owner: string, over: Partial<DeferRequest> = {}) {
    await this.acquire(owner);
    await this.defer(owner, over);
    await this.passLease();
  }

  release(owner: string) {
    return this.store.release({ key: this.key, owner });
  }

  #request(owner: string): AcquireRequest {
    return { key: this.key, fingerprint: 'sids', owner, leaseMs: this.leaseMs, ttlMs: TTL_MS };
  }
}

export const running = async (trial: Trial, owner: string, attempt = 1) => {
  const result = await trial.acquire(owner);
  assert.equal(result.status, 'running');
  assert.equal(result.status === 'running' && result.attempt, attempt);
};
