import type { Timer } from '../clock.js';
import { isPromise, type MaybePromise } from '../maybe-promise.js';
import type { RunParts } from './deferred-phase.js';
import { Run, type RunWaiters } from './run.js';
import type { Acquired, Asking, Known } from './store/engine-store.js';
import type { Winner } from './store/store.js';
import type { RunRequest, RunResult } from './types.js';

/** How long a run that no request waits for goes on before its signal aborts: the fallback may be on its way. */
const DESERTED_MS = 5_000;
/** How long an aborted run that does not end keeps its lease. */
const ABANDONED_MS = 60_000;

/** What all flights of one engine share. */
export interface FlightParts extends RunParts {
  readonly pollMs: readonly [number, number];
  readonly random: () => number;
  newOwner(): string;
  onResult(result: RunResult): void;
  /** The flight takes no more requests. */
  onLanded(flight: Flight): void;
}

/** One request that waits. */
interface Waiter {
  readonly request: RunRequest;
  result: RunResult | undefined;
  resolve: ((result: RunResult) => void) | undefined;
  timer: Timer;
  /** The deadline passed while a result was being stored. */
  overdue: boolean;
}

/**
 * What the requests of one key in this process wait for: an answer of the store, a run elsewhere, or a run here.
 *
 *     asking ──> running ──> landed           asking <──> watching a run elsewhere
 *        ^──────────┘ lost: watch the winner and keep the own result in hand; failed: the fallback asks again
 */
export class Flight implements RunWaiters, Asking {
  readonly id: string;
  readonly key: string;
  readonly fingerprint: string;
  overdue = false;
  leaseSeenUntil = 0;
  waitedMs = 0;
  readonly #parts: FlightParts;
  // Mostly there is one, and for one an array is much cheaper than a Set.
  #waiting: Waiter[] = [];
  #phase: 'asking' | 'watching' | 'running' | 'landed' = 'asking';
  // One token for all runs of a flight, because an acquire whose reply was lost may have happened under it.
  readonly #owner: string;
  /** The attempt waited for; 0 while none is known. */
  #attempt = 0;
  /** When the store was asked last: a lease it gives began no earlier. */
  #askedAt = 0;
  /** Whether the store answered when it was asked last. */
  #storeAnswers = true;
  #run: Run | undefined;
  /** The request whose `execute` was called. */
  #runner: Waiter | undefined;
  /** The next look at a run elsewhere, or the time to abort a run that nobody waits for. */
  #timer: Timer;

  constructor(id: string, { key, fingerprint }: RunRequest, parts: FlightParts) {
    this.id = id;
    this.key = key;
    this.fingerprint = fingerprint;
    this.#parts = parts;
    this.#owner = parts.newOwner();
  }

  /** Begins, with its first request. */
  start(request: RunRequest): MaybePromise<RunResult> {
    const waiter = this.#add(request);
    this.#ask();
    return waiter.result ?? this.#promise(waiter);
  }

  join(request: RunRequest): Promise<RunResult> {
    if (this.#waiting.length === 0) {
      this.#setTimer(undefined);
      this.waitedMs = 0;
    }
    return this.#promise(this.#add(request));
  }

  get landed(): boolean {
    return this.#phase === 'landed';
  }

  /** The limit of a shutdown: ends the requests and releases the lease. `false`: its result is being stored. */
  cut(): Promise<void> | false {
    const run = this.#phase === 'running' ? this.#run : undefined;
    if (run && run.phase !== 'running') return false;
    this.#settle(() => ({ status: 'closed' }));
    this.#land();
    return run ? run.abandon() : Promise.resolve();
  }

  get latestDeadline(): number {
    let latest = 0;
    for (const { request } of this.#waiting) latest = Math.max(latest, request.deadline);
    return latest;
  }

  wanted(): boolean {
    return this.#phase !== 'landed';
  }

  #add(request: RunRequest): Waiter {
    const waiter = { request, result: undefined, resolve: undefined, timer: undefined, overdue: false };
    this.#waiting.push(waiter);
    return waiter;
  }

  #promise(waiter: Waiter): Promise<RunResult> {
    return new Promise((resolve) => {
      waiter.resolve = resolve;
      const { clock } = this.#parts;
      waiter.timer = clock.setTimeout(() => this.#deadline(waiter), waiter.request.deadline - clock.now());
    });
  }

  #deadline(waiter: Waiter): void {
    const { onDeadline } = waiter.request;
    const run = this.#phase === 'running' ? this.#run : undefined;
    if (run && run.phase !== 'running') {
      waiter.overdue = true;
      this.overdue = true;
    } else if (run && onDeadline !== 'fail' && !(run.aborted && onDeadline.deferred)) {
      const { answer, deferred } = onDeadline;
      waiter.overdue = true;
      this.overdue = true;
      if (deferred === undefined) run.endWith(answer);
      else run.deferNow(answer, deferred);
    } else {
      // A call that is still under way says nothing about the store yet.
      const inHand = this.#parts.store.answers ? undefined : this.#inHand();
      const result = inHand ?? { status: 'deadline' as const, verdict: this.#verdict(waiter) };
      this.#settle((each) => (each === waiter ? result : undefined));
      if (this.#waiting.length > 0) return;
      if (run) this.#deserted(run);
      else this.#land();
    }
  }

  /** The result of a run that was lost, if the store cannot say what counts. */
  #inHand(): RunResult | undefined {
    const outcome = this.#phase === 'running' ? undefined : this.#run?.outcome;
    if (outcome?.state !== 'finished' || this.#storeAnswers) return undefined;
    return { status: 'answered', answer: outcome.answer, verdict: 'ran', degraded: true };
  }

  /** Nobody waits any more. The run goes on all the same, because its result serves later requests. */
  #deserted(run: Run): void {
    this.#setTimer(() => {
      // A result that is just being stored serves later requests.
      if (run.phase !== 'running') return;
      run.abort();
      this.#setTimer(() => {
        this.#parts.log.warn(
          { key: this.key },
          'An aborted handler has not ended within a minute: releasing its lease',
        );
        this.#land();
        void run.abandon();
      }, ABANDONED_MS);
    }, DESERTED_MS);
  }

  #ask(): void {
    const { clock, closed, leaseMs, store, ttlMs } = this.#parts;
    if (closed) this.#settle(() => ({ status: 'closed' }));
    if (this.#waiting.length === 0) {
      this.#land();
      return;
    }
    this.#phase = 'asking';
    this.#askedAt = clock.now();
    const { key, fingerprint } = this;
    const waitedFor = this.#attempt === 0 ? undefined : this.#attempt;
    const request = { key, fingerprint, owner: this.#owner, leaseMs, ttlMs, waitedFor };
    const asked = store.acquire(request, this);
    if (isPromise(asked)) {
      this.#storeAnswers = false;
      void asked.then((result) => this.#told(result));
    } else {
      this.#told(asked);
    }
  }

  #told(result: Acquired): void {
    this.#storeAnswers = result.known === undefined;
    if (this.#phase === 'landed') {
      if (result.status === 'acquired') void this.#release();
      return;
    }
    switch (result.status) {
      case 'acquired':
        // This process stood still, so another may have run it. The same token gets the run again if nobody took it.
        if (this.#parts.clock.now() - this.#askedAt >= this.#parts.leaseMs && !result.known) this.#ask();
        else this.#acquired(result.attempt, result.known);
        break;
      case 'running':
        this.#watch(result);
        break;
      case 'finished':
        this.#answer(result.answer, result.known ?? 'held', this.#attempt === 0 ? 'replayed' : 'joined');
        break;
      case 'failed':
        this.failed(undefined);
        break;
      case 'unavailable':
        this.#settle(() => this.#inHand() ?? { status: 'unavailable' });
        this.#land();
        break;
      case 'mismatch':
        this.#parts.log.warn(
          { key: this.key },
          'Refused a callback whose key is known with another fingerprint',
        );
        this.#settle(() => ({ status: 'mismatch' }));
        this.#land();
    }
  }

  #watch({ attempt, leaseLeftMs }: { readonly attempt: number; readonly leaseLeftMs: number }): void {
    const { clock, random, pollMs } = this.#parts;
    this.#attempt = attempt;
    this.leaseSeenUntil = clock.now() + leaseLeftMs;
    this.#phase = 'watching';
    this.#setTimer(() => this.#ask(), pollMs[0] + random() * (pollMs[1] - pollMs[0]));
  }

  #acquired(attempt: number, known: Known | undefined): void {
    this.#phase = 'running';
    this.#attempt = attempt;
    // The result of the lost run, present or to come, counts after all: nothing runs twice here.
    if (this.#run && (this.#run.outcome === undefined || this.#run.outcome.state === 'finished')) {
      this.#run.retake(attempt);
      return;
    }
    const runner = this.#waiting[0]!;
    const { key, fingerprint } = this;
    // Without an answer of the store another may have it already, unless the store has certainly never heard of it.
    let safeUntil = this.#askedAt + this.#parts.leaseMs;
    if (known !== undefined && known !== 'held') safeUntil = known === 'local' ? Number.POSITIVE_INFINITY : 0;
    const run = new Run({ key, fingerprint, owner: this.#owner, attempt }, safeUntil, this.#parts, this);
    this.#run = run;
    this.#runner = runner;
    run.begin(runner.request, this.#parts.clock.now() - this.#askedAt);
  }

  answered(answer: string, known: Known): void {
    this.#answer(answer, known, undefined);
  }

  lost(winner: Winner): void {
    this.#phase = 'asking';
    this.#storeAnswers = true;
    if (winner.status === 'finished') {
      this.#answer(winner.answer, 'held', 'joined');
      return;
    }
    this.#settle(({ overdue }) => (overdue ? { status: 'deadline', verdict: 'joined' } : undefined));
    this.overdue = false;
    if (this.#waiting.length === 0) this.#land();
    else if (winner.status === 'running') this.#watch(winner);
    else this.failed(undefined);
  }

  /** An attempt has failed, here or elsewhere. Primary requests end with it; fallback requests run it again. */
  failed(error: unknown): void {
    if (this.#phase !== 'running' && this.#run?.outcome?.state === 'finished') {
      // Another process' attempt failed, so the result of the own run counts after all.
      this.#attempt = 0;
      this.leaseSeenUntil = 0;
      this.#ask();
      return;
    }
    const runner = this.#run && this.#phase === 'running' ? this.#runner : undefined;
    if (runner && !this.#waiting.includes(runner)) {
      this.#parts.log.warn({ key: this.key, err: error }, "A handler failed after its callback's deadline");
    }
    this.#settle((waiter) => {
      if (waiter === runner) return { status: 'failed', verdict: 'ran', error };
      if (waiter.request.path === 'primary') return { status: 'failed', verdict: 'joined' };
      return waiter.overdue ? { status: 'deadline', verdict: 'joined' } : undefined;
    });
    this.#run = undefined;
    this.#runner = undefined;
    this.#attempt = 0;
    this.leaseSeenUntil = 0;
    this.overdue = false;
    this.#setTimer(undefined);
    this.#ask();
  }

  #answer(answer: string, known: Known, verdict: 'joined' | 'replayed' | undefined): void {
    this.#settle((waiter) => {
      const result = { status: 'answered', answer, verdict: verdict ?? this.#verdict(waiter) } as const;
      return known === 'held' ? result : { ...result, degraded: true };
    });
    this.#land();
  }

  /** Gives each request the result that `decide` returns for it; with `undefined` it goes on waiting. */
  #settle(decide: (waiter: Waiter) => RunResult | undefined): void {
    const before = this.#waiting;
    this.#waiting = [];
    for (const waiter of before) {
      const result = decide(waiter);
      if (result === undefined) {
        this.#waiting.push(waiter);
        continue;
      }
      waiter.result = result;
      if (waiter.timer !== undefined) this.#parts.clock.clearTimeout(waiter.timer);
      waiter.resolve?.(result);
      this.#parts.onResult(result);
    }
  }

  #release(): Promise<void> {
    return this.#parts.store.release({ key: this.key, owner: this.#owner });
  }

  #verdict(waiter: Waiter): 'ran' | 'joined' {
    return waiter === this.#runner ? 'ran' : 'joined';
  }

  #setTimer(run: (() => void) | undefined, ms = 0): void {
    const { clock } = this.#parts;
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
    this.#timer = run === undefined ? undefined : clock.setTimeout(run, ms);
  }

  #land(): void {
    this.#setTimer(undefined);
    this.#phase = 'landed';
    this.#parts.onLanded(this);
  }
}
