import type { Timer } from '../clock.js';
import { isPromise } from '../maybe-promise.js';
import { DeferredPhase, type DeferringRun, type Holder, type RunParts } from './deferred-phase.js';
import type { Asking, Known, Stored } from './store/engine-store.js';
import type { ClaimedRun, Outcome, Winner } from './store/store.js';
import { type Deferral, type OwnedRun, RunLostError, type RunRequest } from './types.js';

/** The requests that wait for a run, as the run sees them. A run that was taken over has none. */
export interface RunWaiters {
  /** The latest deadline of all, 0 when nobody waits. */
  readonly latestDeadline: number;
  /** A deadline passed while the outcome was being stored: the outcome is wanted now. */
  readonly overdue: boolean;
  /** How long they have waited for the store so far. */
  waitedMs: number;
  answered(answer: string, known: Known): void;
  failed(error: unknown): void;
  /** Another process has the run. */
  lost(winner: Winner): void;
}

/**
 * One call of `execute` in this process, and the lease that goes with it. It has two phases, before its answer and
 * after it; the second is a {@link DeferredPhase}:
 *
 *     running ──> storing ──> ended                 its answer, or failure, is stored
 *        └──> deferred ──────> ended                its answer is stored with a journal, and it goes on
 */
export class Run implements OwnedRun, Asking, DeferringRun {
  /** Another process has it. */
  lost = false;
  phase: 'running' | 'storing' | 'deferred' | 'ended' = 'running';
  holder: Holder;
  safeUntil: number;
  readonly #parts: RunParts;
  readonly #waiters: RunWaiters | undefined;
  /** `execute` has ended, one way or the other. */
  #done = false;
  /** Its result, for a run that was lost meanwhile. */
  #outcome: Outcome | undefined;
  #error: unknown;
  #controller: AbortController | undefined;
  /** `execute` was told to stop. It may be retaken all the same, but nothing goes on after an answer then. */
  aborted = false;
  #renewal: Timer;
  #renewing = false;
  #after: DeferredPhase | undefined;
  /** Settles when the run is deferred, or will not be. */
  #deferring: Promise<void> | undefined;

  /** @param safeUntil - the end of its lease; infinity for a run that the store certainly knows nothing of. */
  constructor(holder: Holder, safeUntil: number, parts: RunParts, waiters?: RunWaiters) {
    this.holder = holder;
    this.safeUntil = safeUntil;
    this.#parts = parts;
    this.#waiters = waiters;
  }

  get key(): string {
    return this.holder.key;
  }

  get attempt(): number {
    return this.holder.attempt;
  }

  get deferred(): boolean {
    return this.#after !== undefined;
  }

  get journal(): string {
    return this.#after?.journal ?? '';
  }

  /** The result of `execute`. */
  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  // Most handlers never look at it, and a controller costs more than the rest of a run.
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** While its outcome is being stored, a hiccup of the store is waited out for as long as someone can wait. */
  wanted(): boolean {
    return !this.#parts.closed && this.#waiters?.overdue !== true;
  }

  get waitedMs(): number {
    return this.#waiters?.waitedMs ?? 0;
  }

  set waitedMs(ms: number) {
    if (this.#waiters) this.#waiters.waitedMs = ms;
  }

  remainingMs(): number {
    if (this.#after) return this.#after.remainingMs();
    return Math.max(0, (this.#waiters?.latestDeadline ?? 0) - this.#parts.clock.now());
  }

  /** Calls `execute`; `leaseAgeMs` is how long ago the lease was asked for. */
  begin(request: Pick<RunRequest, 'execute'>, leaseAgeMs: number): void {
    let answer: ReturnType<RunRequest['execute']>;
    try {
      answer = request.execute(this);
    } catch (error) {
      this.#ended({ state: 'failed' }, error);
      return;
    }
    if (!isPromise(answer)) {
      this.#ended({ state: 'finished', answer }, undefined);
      return;
    }
    answer.then(
      (text) => this.#ended({ state: 'finished', answer: text }, undefined),
      (error: unknown) => this.#ended({ state: 'failed' }, error),
    );
    if (this.phase === 'running') this.keepLease(leaseAgeMs);
  }

  /** Ends the run with a fixed answer, at a deadline. */
  endWith(answer: string): void {
    if (this.phase === 'running') this.#complete({ state: 'finished', answer });
  }

  /** Holds the record again that it had lost, as attempt `attempt`: its result counts after all. */
  retake(attempt: number): void {
    this.holder = { ...this.holder, attempt };
    this.phase = 'running';
    this.lost = false;
    if (this.#outcome) this.#complete(this.#outcome, this.#error);
    else this.keepLease(0);
  }

  async defer(answer: string, deferral: Deferral): Promise<void> {
    this.deferNow(answer, deferral);
    await this.#deferring;
    if (this.lost || this.#deferring === undefined) throw new RunLostError();
  }

  /** Answers now, and goes on. Nothing, where it has ended, is lost or goes on already. */
  deferNow(answer: string, deferral: Deferral): void {
    if (this.phase !== 'running' || this.lost) return;
    this.phase = 'deferred';
    const after = new DeferredPhase(this, this.#parts, answer, deferral);
    this.#after = after;
    const stored = after.store(this);
    if (isPromise(stored)) {
      this.#deferring = stored.then((result) => this.#nowDeferred(result, after));
    } else {
      this.#deferring = Promise.resolve();
      this.#nowDeferred(stored, after);
    }
  }

  /** Begins as a deferred run that another process has left. */
  takeOver({ answer, journal, limitLeftMs }: ClaimedRun, handle: () => Promise<void>): void {
    this.phase = 'deferred';
    this.#deferring = Promise.resolve();
    this.#after = new DeferredPhase(this, this.#parts, answer, {
      journal,
      limitMs: Math.max(0, limitLeftMs),
    });
    this.#after.open('held');
    this.begin({ execute: () => handle().then(() => answer) }, 0);
  }

  async rewriteJournal(journal: string): Promise<void> {
    await this.#deferring;
    if (this.#after === undefined) throw new RunLostError();
    await this.#after.rewriteJournal(journal);
  }

  async finish(): Promise<void> {
    await this.#deferring;
    await this.#after?.finish();
    if (this.lost) throw new RunLostError();
  }

  /** Tells `execute` to stop, unless it has ended: work that it left behind is not disturbed. */
  abort(): void {
    if (this.#done) return;
    this.aborted = true;
    this.#controller?.abort();
  }

  /** Leaves the rest to another process. */
  lose(): void {
    this.lost = true;
    this.#dropLease();
    this.abort();
  }

  /** Ends a run that nobody waits for and that does not end by itself, and releases its lease. */
  abandon(): Promise<void> {
    this.phase = 'ended';
    this.lose();
    return this.#parts.store.release(this.holder);
  }

  /** The second phase is over. */
  leave(): void {
    this.phase = 'ended';
    this.#dropLease();
  }

  keepLease(ageMs: number): void {
    const { clock, renewMs } = this.#parts;
    this.#dropLease();
    // A clock that was set back makes no lease younger.
    this.#renewal = clock.setTimeout(() => void this.#tick(), Math.max(0, renewMs - Math.max(0, ageMs)));
  }

  #dropLease(): void {
    if (this.#renewal !== undefined) this.#parts.clock.clearTimeout(this.#renewal);
    this.#renewal = undefined;
  }

  async #tick(): Promise<void> {
    this.keepLease(0);
    if (this.#renewing) return;
    this.#renewing = true;
    if (!this.#after?.lacksJournal) await this.#renew();
    // A journal that is written renews the lease. A renewal that waits for the store ends as the store comes back, and the
    // run may have been deferred meanwhile: its journal is written at once, because its limit may be near.
    if (this.#after?.lacksJournal) await this.#after.insistOnJournal();
    this.#renewing = false;
  }

  async #renew(): Promise<void> {
    const { clock, leaseMs, deferredLeaseMs, ttlMs, store } = this.#parts;
    const { holder } = this;
    const after = this.#after?.isStored ? this.#after : undefined;
    const request = {
      ...holder,
      leaseMs: after ? deferredLeaseMs : leaseMs,
      ttlMs,
      deferred: after !== undefined,
    };
    const asked = clock.now();
    const wanted = () =>
      this.phase !== 'ended' &&
      !this.lost &&
      holder === this.holder &&
      (after !== undefined) === (this.#after?.isStored ?? false);
    const result = await store.renew(request, wanted);
    if (!result || !wanted()) return;
    if (result.status === 'held') this.safeUntil = asked + request.leaseMs;
    else if (after?.state === 'open') {
      if (result.status === 'lost') after.loseTo();
      else void after.writeJournal();
    } else if (result.status === 'lost' && this.phase === 'running') {
      // While an outcome is being stored, the store's answer to that says it as well.
      this.#lostTo(result.winner);
    }
  }

  #ended(outcome: Outcome, error: unknown): void {
    this.#done = true;
    this.#outcome = outcome;
    this.#error = error;
    const after = this.#after;
    if (after?.state === 'open') this.#endedLate(after);
    else if (!after && this.phase === 'running' && !this.lost) this.#complete(outcome, error);
    else if (after?.state !== 'storing' && !after?.isFinishing) this.#logDropped(error);
  }

  /** `execute` has ended, after its answer. */
  #endedLate(after: DeferredPhase): void {
    if (this.#outcome?.state === 'failed') this.#logDropped(this.#error);
    void after.finish();
  }

  #logDropped(error: unknown): void {
    const level = this.deferred && !this.lost && error !== undefined ? 'error' : 'debug';
    this.#parts.log[level]({ key: this.key, err: error }, 'A handler ended too late: its result is dropped');
  }

  #complete(outcome: Outcome, error?: unknown): void {
    this.phase = 'storing';
    const { key, fingerprint, owner, attempt } = this.holder;
    const { store, ttlMs } = this.#parts;
    const stored = store.complete({ key, fingerprint, owner, attempt, ttlMs, outcome }, this);
    if (isPromise(stored)) void stored.then((result) => this.#stored(result, outcome, error));
    else this.#stored(stored, outcome, error);
  }

  #stored(stored: Stored, outcome: Outcome, error: unknown): void {
    if (stored.status === 'lost') {
      this.#outcome = outcome;
      this.#error = error;
      this.#lostTo(stored.winner);
      return;
    }
    this.leave();
    if (outcome.state === 'failed') {
      this.#waiters?.failed(error);
    } else {
      this.#waiters?.answered(outcome.answer, stored.known ?? 'held');
      this.abort();
    }
  }

  #nowDeferred(stored: Stored, after: DeferredPhase): void {
    if (stored.status === 'lost') {
      this.#after = undefined;
      this.#deferring = undefined;
      this.#lostTo(stored.winner);
      return;
    }
    after.open(stored.known ?? 'held');
    this.#waiters?.answered(after.answer, after.journalKnown);
    if (this.#done) this.#endedLate(after);
  }

  /** Another process has it, before its answer. */
  #lostTo(winner: Winner): void {
    const { log, store } = this.#parts;
    const { key, attempt } = this.holder;
    log.warn({ key, attempt }, 'A run lost its lease: another process has taken it over');
    this.lose();
    this.phase = 'ended';
    store.forget(this.holder);
    this.#waiters?.lost(winner);
  }
}
