import type { Clock, Timer } from '../clock.js';
import type { Logger } from '../log.js';
import { isPromise } from '../maybe-promise.js';
import type { Asking, Known, ResilientStore, Stored } from './store/resilient-store.js';
import type { ClaimedRun, CompleteRequest, DeferRequest, Outcome, Winner } from './store/store.js';
import { type Deferral, NotRecordedError, type OwnedRun, RunLostError, type RunRequest } from './types.js';

/** How long an aborted run that does not end keeps its lease. */
const ABANDONED_MS = 60_000;

/** How soon a mark that the store did not accept is written again, in milliseconds. */
const RETRY_MS = 50;

/** What all runs of one engine share. */
export interface RunParts {
  readonly store: ResilientStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leaseMs: number;
  readonly renewMs: number;
  readonly deferredLeaseMs: number;
  readonly ttlMs: number;
  /** Past the limit of a shutdown: nothing more is waited for. */
  readonly closed: boolean;
  /** The deferred runs of this process, by key. */
  readonly deferred: Map<string, Run>;
  /** A deferred run has ended. */
  onEnded(): void;
}

/** Whose run it is. */
export interface Holder {
  readonly key: string;
  readonly fingerprint: string;
  readonly owner: string;
  readonly attempt: number;
}

/** The requests that wait for a run, as the run sees them. A run that was taken over has none. */
export interface RunWaiters {
  /** The latest deadline of all, 0 when nobody waits. */
  readonly latestDeadline: number;
  /** A deadline passed while the outcome was being stored: the outcome is wanted now. */
  readonly overdue: boolean;
  /** How long they have waited for the store so far. */
  waitedMs: number;
  /** `deferred`: the run goes on. */
  answered(answer: string, known: Known, run: Run): void;
  failed(error: unknown): void;
  /** Another process has the run. */
  lost(winner: Winner): void;
}

/**
 * One call of `execute` in this process, and the lease that goes with it. It has two phases, before its answer and
 * after it:
 *
 *     running ──> storing ──> ended                             its answer, or failure, is stored
 *        └──> deferring ──> deferred ──> finishing ──> ended    its answer is stored with a journal, and it goes on
 */
export class Run implements OwnedRun, Asking {
  /** Another process has it. */
  lost = false;
  phase: 'running' | 'storing' | 'deferring' | 'deferred' | 'finishing' | 'ended' = 'running';
  #holder: Holder;
  readonly #parts: RunParts;
  readonly #waiters: RunWaiters | undefined;
  /** `execute` has ended, one way or the other. */
  #done = false;
  /** Its result, for a run that was lost meanwhile. */
  #outcome: Outcome | undefined;
  #error: unknown;
  #controller: AbortController | undefined;
  #aborted = false;
  #renewal: Timer;
  #renewing = false;
  /** The limit of the deferred phase, then the time when an aborted run counts as ended. */
  #limit: Timer;
  /** End of the deferred phase. */
  #until = 0;
  /** How long the deferred phase may take. A clock that was set back does not make it longer. */
  #limitMs = Number.POSITIVE_INFINITY;
  #answer = '';
  #journal = '';
  /** Whether the store holds the journal. */
  #journalKnown: Known = 'local';
  /** Until then no other process can have it; infinite if the store knows nothing of it. */
  #safeUntil: number;
  /** Settles when the run is deferred, or will not be. */
  #deferring: Promise<void> | undefined;
  /** The last write of the journal. There is one at a time, so that the newest one stays. */
  #writing: Promise<unknown> | undefined;
  /** Settles when the end of the deferred phase is on record. */
  #finishing: Promise<void> | undefined;
  /** Its end waits for the store to be back. */
  #awaitsStore = false;
  /** A shutdown has not waited for that. */
  #cut = false;

  /** @param safeUntil - the end of its lease; infinity for a run that the store certainly knows nothing of. */
  constructor(holder: Holder, safeUntil: number, parts: RunParts, waiters?: RunWaiters) {
    this.#holder = holder;
    this.#safeUntil = safeUntil;
    this.#parts = parts;
    this.#waiters = waiters;
  }

  get key(): string {
    return this.#holder.key;
  }

  get fingerprint(): string {
    return this.#holder.fingerprint;
  }

  get attempt(): number {
    return this.#holder.attempt;
  }

  get deferred(): boolean {
    return this.#until !== 0;
  }

  /** The answer of the first phase, once there is one. */
  get answer(): string {
    return this.#answer;
  }

  get journal(): string {
    return this.#journal;
  }

  get journalKnown(): Known {
    return this.#journalKnown;
  }

  // Most handlers never look at it, and a controller costs more than the rest of a run.
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** While its outcome is being stored, a hiccup of the store is waited out for as long as somebody can wait. */
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
    const until = this.deferred ? this.#until : (this.#waiters?.latestDeadline ?? 0);
    return Math.min(this.#limitMs, Math.max(0, until - this.#parts.clock.now()));
  }

  /** The result of `execute`. */
  get outcome(): Outcome | undefined {
    return this.#outcome;
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
    this.#holder = { ...this.#holder, attempt };
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
  deferNow(answer: string, { journal, limitMs }: Deferral): void {
    if (this.phase !== 'running' || this.lost) return;
    this.phase = 'deferring';
    this.#answer = answer;
    this.#journal = journal;
    this.#limitMs = limitMs;
    this.#until = this.#parts.clock.now() + limitMs;
    const stored = this.#parts.store.defer(this.#record(), this);
    if (!isPromise(stored)) {
      this.#deferring = Promise.resolve();
      this.#nowDeferred(stored);
    } else {
      this.#writing = stored;
      this.#deferring = stored.then((result) => this.#nowDeferred(result));
    }
  }

  /** Begins as a deferred run that another process has left. */
  takeOver({ answer, journal, limitLeftMs }: ClaimedRun, handle: () => Promise<void>): void {
    this.#answer = answer;
    this.#journal = journal;
    this.#limitMs = Math.max(0, limitLeftMs);
    this.#until = this.#parts.clock.now() + this.#limitMs;
    this.#deferring = Promise.resolve();
    this.#enterDeferred('held');
    this.begin({ execute: () => handle().then(() => answer) }, 0);
  }

  /**
   * This process has claimed the run from itself: its renewals came too late, and it goes on under the new lease. `false`:
   * what was claimed is another process' run of the same callback, which this one, begun without the store, never was.
   */
  adopt({ attempt, formerOwner }: ClaimedRun, owner: string): boolean {
    if (formerOwner !== this.#holder.owner) return false;
    this.#parts.store.forget(this.#holder);
    this.#holder = { ...this.#holder, owner, attempt };
    return true;
  }

  /** Ends this deferred run because another of the same callback counts. */
  yieldTo(): void {
    this.lose();
    this.#leave();
  }

  async rewriteJournal(journal: string): Promise<void> {
    await this.#deferring;
    this.#journal = journal;
    const { clock, store } = this.#parts;
    for (;;) {
      // A write that was under way when the journal changed shows whether the store may hold an older journal.
      while (this.#writing) await this.#writing;
      if (this.lost || this.phase !== 'deferred') throw new RunLostError();
      // Nobody can take over, and nobody can run it anew while the lease lasts. A run that the store knows nothing of
      // goes on as long as it cannot be asked: another process may have one of the same key.
      const alone = this.#safeUntil === Number.POSITIVE_INFINITY;
      if (
        this.#journalKnown === 'local' &&
        (alone ? store.state === 'degraded' : clock.now() < this.#safeUntil)
      )
        return;
      if (this.remainingMs() === 0) throw new NotRecordedError();
      const written = await this.#writeJournal();
      if (written === 'held') return;
      if (written === 'failed') await store.recovery(Math.min(this.remainingMs(), RETRY_MS));
    }
  }

  async finish(): Promise<void> {
    await this.#deferring;
    await this.#finish();
    if (this.lost) throw new RunLostError();
  }

  /** Tells `execute` to stop, unless it has ended: work that it left behind is not disturbed. */
  abort(): void {
    if (this.#done) return;
    this.#aborted = true;
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
    return this.#parts.store.release(this.#holder);
  }

  /** The limit of a shutdown: gives up a deferred run. `false`: it is ending. */
  cut(): Promise<void> | false {
    if (this.phase === 'finishing' && this.#awaitsStore && !this.#cut) {
      this.#cut = true;
      // The store is asked once more, at the end of all.
      return Promise.resolve();
    }
    if (this.phase !== 'deferred') return false;
    this.lose();
    this.#leave();
    if (this.#journalKnown === 'held') return this.#parts.store.release(this.#holder);
    // Without a journal nobody can take over, but duplicates must get the answer that was given.
    this.#parts.store.keep(this.#completion({ state: 'finished', answer: this.#answer }));
    return Promise.resolve();
  }

  keepLease(ageMs: number): void {
    const { clock, renewMs } = this.#parts;
    this.#dropLease();
    // A clock that was set back makes no lease younger.
    this.#renewal = clock.setTimeout(() => this.#tick(), Math.max(0, renewMs - Math.max(0, ageMs)));
  }

  #dropLease(): void {
    if (this.#renewal !== undefined) this.#parts.clock.clearTimeout(this.#renewal);
    this.#renewal = undefined;
  }

  get #holds(): boolean {
    return this.phase !== 'ended' && !this.lost;
  }

  /** The store has it as deferred. */
  get #isDeferred(): boolean {
    return this.phase === 'deferred' || this.phase === 'finishing';
  }

  #tick(): void {
    this.keepLease(0);
    if (this.#renewing) return;
    if (this.phase === 'deferred' && this.#journalKnown !== 'held') void this.#insistOnJournal();
    else void this.#renew();
  }

  /** Stores the journal that the store did not accept when the run was deferred. */
  async #insistOnJournal(): Promise<void> {
    this.#renewing = true;
    while (this.phase === 'deferred' && !this.lost && this.#journalKnown !== 'held') {
      while (this.#writing) await this.#writing;
      if ((await this.#writeJournal()) === 'failed') {
        await this.#parts.store.recovery(Number.POSITIVE_INFINITY);
      }
    }
    this.#renewing = false;
  }

  async #renew(): Promise<void> {
    this.#renewing = true;
    const holder = this.#holder;
    const { leaseMs, deferredLeaseMs, ttlMs, store } = this.#parts;
    const deferred = this.#isDeferred;
    const request = { ...holder, leaseMs: deferred ? deferredLeaseMs : leaseMs, ttlMs, deferred };
    const asked = this.#parts.clock.now();
    const wanted = () => this.#holds && holder === this.#holder && deferred === this.#isDeferred;
    const result = await store.renew(request, wanted);
    this.#renewing = false;
    if (!result || !wanted()) return;
    if (result.status === 'held') this.#safeUntil = asked + request.leaseMs;
    if (result.status === 'absent' && this.phase === 'deferred') void this.#writeJournal();
    // While an outcome is being stored, the store's answer to that says it as well.
    if (result.status === 'lost' && (this.phase === 'running' || this.phase === 'deferred')) {
      this.#lostTo(result.winner);
    }
  }

  #ended(outcome: Outcome, error: unknown): void {
    this.#done = true;
    this.#outcome = outcome;
    this.#error = error;
    if (this.phase === 'deferred') {
      if (outcome.state === 'failed') this.#logDropped(error);
      void this.#finish();
    } else if (this.phase === 'running' && !this.lost) {
      this.#complete(outcome, error);
    } else if (this.phase !== 'deferring' && !this.#finishing) {
      this.#logDropped(error);
    }
  }

  #logDropped(error: unknown): void {
    const level = this.deferred && !this.lost && error !== undefined ? 'error' : 'debug';
    this.#parts.log[level]({ key: this.key, err: error }, 'A handler ended too late: its result is dropped');
  }

  #complete(outcome: Outcome, error?: unknown): void {
    this.phase = 'storing';
    const stored = this.#parts.store.complete(this.#completion(outcome), this);
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
    this.phase = 'ended';
    this.#dropLease();
    if (outcome.state === 'failed') {
      this.#waiters?.failed(error);
    } else {
      this.#answer = outcome.answer;
      this.#waiters?.answered(outcome.answer, stored.known ?? 'held', this);
      this.abort();
    }
  }

  #nowDeferred(stored: Stored): void {
    this.#writing = undefined;
    if (stored.status === 'lost') {
      this.#until = 0;
      this.#limitMs = Number.POSITIVE_INFINITY;
      this.#deferring = undefined;
      this.#lostTo(stored.winner);
      return;
    }
    this.#enterDeferred(stored.known ?? 'held');
    this.#waiters?.answered(this.#answer, this.#journalKnown, this);
    if (this.#done) {
      if (this.#outcome?.state === 'failed') this.#logDropped(this.#error);
      void this.#finish();
    }
  }

  #enterDeferred(known: Known): void {
    const { clock, deferred } = this.#parts;
    this.phase = 'deferred';
    this.#journalKnown = known;
    deferred.set(this.key, this);
    this.keepLease(0);
    const left = this.remainingMs();
    if (left > 0) this.#limit = clock.setTimeout(() => this.#overLimit(), left);
    else this.#overLimit();
  }

  #overLimit(): void {
    const { clock, log } = this.#parts;
    this.abort();
    this.#limit = clock.setTimeout(() => {
      log.warn(
        { key: this.key },
        'An aborted deferred run has not ended within a minute: treating it as ended',
      );
      void this.#finish();
    }, ABANDONED_MS);
  }

  /** Writes the present answer and journal. `again`: they have changed meanwhile, or the run has. */
  #writeJournal(): Promise<'held' | 'failed' | 'again'> {
    const holder = this.#holder;
    const journal = this.#journal;
    const write = async () => {
      const stored = await this.#parts.store.defer(this.#record(), { wanted: () => false, repeated: true });
      // Another token of this process may hold it meanwhile.
      if (this.phase !== 'deferred' || this.lost || holder !== this.#holder) return 'again';
      if (stored.status === 'lost') {
        this.#lostTo(stored.winner);
        return 'again';
      }
      const { known = 'held' } = stored;
      // A later write that certainly did nothing does not undo what an earlier one may have left there.
      if (known === 'held' || (known === 'unknown' && this.#journalKnown === 'local'))
        this.#journalKnown = known;
      if (known !== 'held') return 'failed';
      return journal === this.#journal ? 'held' : 'again';
    };
    const writing = write().finally(() => {
      if (this.#writing === writing) this.#writing = undefined;
    });
    this.#writing = writing;
    return writing;
  }

  #finish(): Promise<void> {
    if (this.phase === 'deferred') this.#finishing = this.#recordEnd();
    return this.#finishing ?? Promise.resolve();
  }

  async #recordEnd(): Promise<void> {
    this.phase = 'finishing';
    const holder = this.#holder;
    const finished = this.#completion({ state: 'finished', answer: this.#answer });
    const { written, ...stored } = await this.#parts.store.complete(finished, { wanted: () => false });
    let { status }: { status: Stored['status'] | 'given up' } = stored;
    // Nobody can take over a run whose journal the store has never had.
    if (written && this.#journalKnown !== 'local') {
      this.#awaitsStore = true;
      status = await written;
      this.#awaitsStore = false;
    }
    if (this.phase !== 'finishing') return;
    // This process has claimed it from itself meanwhile.
    if (status === 'lost' && holder !== this.#holder) return this.#recordEnd();
    // Whoever takes it over tells how it ended.
    if (status === 'given up' && this.#cut) this.lose();
    if (status === 'lost') {
      this.#parts.log.warn({ key: this.key }, 'A deferred run ended after another process had taken it over');
      if (this.#journalKnown !== 'local') this.lose();
    }
    this.#leave();
  }

  #leave(): void {
    const { clock, deferred, store, onEnded } = this.#parts;
    this.phase = 'ended';
    this.#dropLease();
    clock.clearTimeout(this.#limit);
    // If it began without the store, this process still lists it as running. An answer that is kept stays.
    store.forget(this.#holder);
    if (deferred.get(this.key) === this) deferred.delete(this.key);
    onEnded.call(this.#parts);
  }

  #lostTo(winner: Winner): void {
    const { log } = this.#parts;
    const wasDeferred = this.phase === 'deferred';
    log.warn(
      { key: this.key, attempt: this.attempt },
      'A run lost its lease: another process has taken it over',
    );
    this.lose();
    if (wasDeferred) {
      this.#leave();
    } else {
      this.phase = 'ended';
      this.#parts.store.forget(this.#holder);
      this.#waiters?.lost(winner);
    }
  }

  #record(): DeferRequest {
    const { deferredLeaseMs: leaseMs, ttlMs } = this.#parts;
    return {
      ...this.#holder,
      leaseMs,
      ttlMs,
      answer: this.#answer,
      journal: this.#journal,
      limitMs: this.remainingMs(),
    };
  }

  #completion(outcome: Outcome): CompleteRequest {
    const { key, fingerprint, owner, attempt } = this.#holder;
    return { key, fingerprint, owner, attempt, ttlMs: this.#parts.ttlMs, outcome };
  }
}
