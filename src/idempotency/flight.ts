import type { Timer } from '../clock.js';
import { LateFlight } from './late-flight.js';
import { LocalRun, type RunHost } from './local-run.js';
import type { AcquireRequest, AcquireResult, Outcome } from './store.js';
import type { Tower } from './tower.js';
import type { LateRequest, RunRequest, RunResult } from './types.js';
import { type Waiter, Waiters } from './waiters.js';

/** How long a run without a waiting request goes on before its signal aborts: the fallback may be on its way. */
const DESERTED_MS = 5_000;
/** How long an aborted run that does not end keeps its lease. */
const ABANDONED_MS = 60_000;

/**
 * Everything this process does about one key at one time: asking the store, watching a run elsewhere, running,
 * storing the result. All requests of the key wait for the one flight.
 *
 *     asking ──> running ──> storing ──> landed       asking <──> watching a run elsewhere
 *        ^──────────┴───────────┘ lease lost: ask again; failed: the fallback asks again
 *
 * When a run answers early, what is stored is that answer; the flight lands, and a {@link LateFlight} has the rest.
 */
export class Flight implements RunHost {
  readonly id: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly #tower: Tower;
  readonly #waiters: Waiters;
  #phase: 'asking' | 'watching' | 'running' | 'storing' | 'landed' = 'asking';
  // One token for all runs of a flight: an acquire whose answer is not known may have happened under it.
  readonly #owner: string;
  /** The attempt waited for; 0 while none is known. */
  #attempt = 0;
  #leaseUntil = 0;
  /** When the store was asked last: a lease it gives began no earlier. */
  #askedAt = 0;
  #run: LocalRun | undefined;
  /** The request whose `execute` is running. */
  #runner: Waiter | undefined;
  /** The next look at a run elsewhere, or the end of patience with a run nobody waits for. */
  #timer: Timer;

  constructor(id: string, { key, fingerprint }: RunRequest, tower: Tower) {
    this.id = id;
    this.key = key;
    this.fingerprint = fingerprint;
    this.#tower = tower;
    this.#owner = tower.newOwner();
    this.#waiters = new Waiters(tower.clock, (waiter) => this.#deadline(waiter), tower.onResult);
  }

  /** Begins, with its first request. */
  start(request: RunRequest): Promise<RunResult> {
    return this.#waiters.add(request, () => this.#ask());
  }

  join(request: RunRequest): Promise<RunResult> {
    if (this.#waiters.size === 0) this.#setTimer(undefined);
    return this.#waiters.add(request);
  }

  /** The limit of a shutdown: ends the requests and gives the lease back. `false`: its result is being stored. */
  cut(): Promise<void> | false {
    if (this.#phase === 'storing') return false;
    this.#waiters.settle(() => ({ status: 'closed' }));
    this.#land();
    if (this.#run === undefined) return Promise.resolve();
    this.#run.lose();
    return this.#release();
  }

  get latestDeadline(): number {
    return this.#waiters.latestDeadline;
  }

  answerEarly(run: LocalRun, answer: string, { journal, limitMs }: LateRequest): void {
    if (this.#run !== run || this.#phase !== 'running') return;
    const early = { ...this.#holder(), leaseMs: this.#tower.lateLeaseMs, answer, journal, limitMs };
    run.dropLease();
    this.#setTimer(undefined);
    this.#phase = 'storing';
    run.goLate(limitMs);
    const answered = (held: boolean) => {
      this.#run = undefined;
      new LateFlight(early, run, held, this.#tower).start();
      this.#answered(answer, !held);
    };
    this.#tower.guard.call(
      'answerEarly',
      (store) => store.answerEarly(early),
      (result) => (result === 'lost' ? this.#lost(run) : answered(true)),
      () => answered(false),
    );
  }

  #deadline(waiter: Waiter): void {
    const { onDeadline } = waiter.request;
    if (this.#phase === 'storing') {
      waiter.overdue = true;
    } else if (this.#run !== undefined && onDeadline !== 'fail') {
      const { answer, goOn } = onDeadline;
      waiter.overdue = true;
      if (goOn === undefined) this.end(this.#run, { state: 'finished', answer });
      else this.answerEarly(this.#run, answer, goOn);
    } else {
      const result = { status: 'deadline', verdict: this.#verdict(waiter) } as const;
      this.#waiters.settle((each) => (each === waiter ? result : undefined));
      if (this.#waiters.size > 0) return;
      if (this.#run === undefined) this.#land();
      else this.#deserted(this.#run);
    }
  }

  /** Nobody waits any more. The run goes on all the same: its result serves whoever comes later. */
  #deserted(run: LocalRun): void {
    this.#setTimer(() => {
      run.abort();
      this.#setTimer(() => {
        this.#tower.log.warn(
          { key: this.key },
          'an aborted handler has not ended in a minute: its lease is given back',
        );
        run.dropLease();
        this.#tower.onLanded(this);
        void this.#release();
      }, ABANDONED_MS);
    }, DESERTED_MS);
  }

  #ask(): void {
    const { clock, guard, kept, leaseMs, ttlMs, closed } = this.#tower;
    if (closed) this.#waiters.settle(() => ({ status: 'closed' }));
    if (this.#waiters.size === 0) {
      this.#land();
      return;
    }
    this.#phase = 'asking';
    this.#askedAt = clock.now();
    const { key } = this;
    const waitedFor = this.#attempt === 0 ? undefined : this.#attempt;
    const asked = { key, fingerprint: this.fingerprint, owner: this.#owner, leaseMs, ttlMs, waitedFor };
    // What only this process knows goes before what the store knows.
    if (kept.size > 0 && kept.has(key)) {
      this.#told(kept.acquire(asked), true);
      return;
    }
    guard.call(
      'acquire',
      (store) => store.acquire(asked),
      (result) => this.#told(result, false),
      () => this.#untold({ ...asked, waitedFor: undefined }),
      (result) => {
        // It happened after all. While the flight goes on, it holds this token; afterwards nobody does.
        if (result.status === 'acquired' && this.#phase === 'landed') void this.#release();
      },
    );
  }

  #told(result: AcquireResult, degraded: boolean): void {
    if (this.#phase === 'landed') {
      if (result.status === 'acquired') void this.#release();
      return;
    }
    switch (result.status) {
      case 'acquired':
        // This process stood still meanwhile, and another may have run it. The same token gets what nobody took.
        if (this.#tower.clock.now() - this.#askedAt >= this.#tower.leaseMs) this.#ask();
        else this.#execute(result.attempt, degraded);
        break;
      case 'running':
        this.#attempt = result.attempt;
        this.#leaseUntil = this.#tower.clock.now() + result.leaseLeftMs;
        this.#watch();
        break;
      case 'finished':
        if (!degraded) {
          const outcome = { state: 'finished', answer: result.answer } as const;
          this.#tower.remember({ ...this.#holder(), outcome });
        }
        this.#answered(result.answer, degraded);
        break;
      case 'failed':
        this.#failed(undefined);
        break;
      case 'mismatch':
        this.#tower.log.warn({ key: this.key }, 'a known key came with another fingerprint: refused');
        this.#waiters.settle(() => ({ status: 'mismatch' }));
        this.#land();
    }
  }

  /** The store could not be asked. */
  #untold(request: AcquireRequest): void {
    if (this.#phase === 'landed') return;
    const { clock, kept, recent, onStoreError, onDegraded } = this.#tower;
    if (recent.has(this.key)) {
      this.#told(recent.acquire(request), true);
    } else if (clock.now() < this.#leaseUntil) {
      this.#watch();
    } else if (onStoreError === 'fail') {
      this.#waiters.settle(() => ({ status: 'unavailable' }));
      this.#land();
    } else {
      onDegraded(this.key);
      this.#told(kept.acquire(request), true);
    }
  }

  #watch(): void {
    const { random, pollMs } = this.#tower;
    this.#phase = 'watching';
    this.#setTimer(() => this.#ask(), pollMs[0] + random() * (pollMs[1] - pollMs[0]));
  }

  #execute(attempt: number, degraded: boolean): void {
    const runner = this.#waiters.first as Waiter;
    const run = new LocalRun(attempt, degraded, this.#tower.clock, this);
    this.#phase = 'running';
    this.#attempt = attempt;
    this.#run = run;
    this.#runner = runner;
    run.begin(runner.request);
    if (run.ended || run.late) return;
    const { clock, renewMs } = this.#tower;
    run.keepLease(renewMs, () => this.#renew(run), Math.max(0, this.#askedAt + renewMs - clock.now()));
  }

  #renew(run: LocalRun): void {
    const request = this.#holder();
    this.#tower.guard.call(
      'renew',
      (store) => store.renew(request),
      (result) => {
        if (result === 'lost' && this.#run === run && this.#phase === 'running') this.#lost(run);
      },
      () => run.renewAgain(this.#tower.guard.again),
    );
  }

  #holder() {
    const { key, fingerprint } = this;
    const { leaseMs, ttlMs } = this.#tower;
    return { key, fingerprint, owner: this.#owner, attempt: this.#attempt, leaseMs, ttlMs };
  }

  /** Ends a run with what comes first: its result, or a fixed answer at a deadline. What comes second is dropped. */
  end(run: LocalRun, outcome: Outcome, error?: unknown): void {
    const { guard, kept, lateWrites, log, remember } = this.#tower;
    if (this.#run !== run || this.#phase !== 'running') {
      const level = run.late && !run.lost && outcome.state === 'failed' ? 'error' : 'debug';
      log[level]({ key: this.key, err: error }, 'a handler ended after its callback: its result is dropped');
      return;
    }
    if (outcome.state === 'failed' && !this.#waiters.has(this.#runner)) {
      log.warn({ key: this.key, err: error }, 'a handler failed after the deadline of its callback');
    }
    run.dropLease();
    this.#setTimer(undefined);
    this.#phase = 'storing';
    const request = { ...this.#holder(), outcome };
    guard.call(
      'complete',
      (store) => store.complete(request),
      (result) => {
        if (run.degraded) kept.release(request);
        if (result === 'lost') return this.#lost(run);
        remember(request);
        this.#ended(run, outcome, error, true);
      },
      () => {
        if (outcome.state === 'finished') lateWrites.add(request);
        else if (run.degraded) kept.release(request);
        this.#ended(run, outcome, error, false);
      },
    );
  }

  #ended(run: LocalRun, outcome: Outcome, error: unknown, stored: boolean): void {
    this.#run = undefined;
    if (outcome.state === 'failed') {
      this.#failed(error);
    } else {
      this.#answered(outcome.answer, !stored);
      run.abort();
    }
  }

  /** Another owner has taken the run over: its result counts, ours is dropped. */
  #lost(run: LocalRun): void {
    this.#tower.log.warn(
      { key: this.key, attempt: run.attempt },
      'a run lost its lease: its result is dropped',
    );
    run.dropLease();
    run.lose();
    this.#tower.kept.release({ key: this.key, owner: this.#owner });
    this.#run = undefined;
    this.#runner = undefined;
    this.#askAgain();
  }

  #answered(answer: string, degraded: boolean): void {
    this.#waiters.settle((waiter) => {
      const verdict = this.#attempt === 0 ? 'replayed' : this.#verdict(waiter);
      const result: RunResult = { status: 'answered', answer, verdict };
      return degraded ? { ...result, degraded } : result;
    });
    this.#land();
  }

  /** An attempt has failed, here or elsewhere: for the primary path that is the end, the fallback runs it again. */
  #failed(error: unknown): void {
    this.#waiters.settle((waiter) => {
      if (waiter === this.#runner) return { status: 'failed', verdict: 'ran', error };
      return waiter.request.path === 'primary' ? { status: 'failed', verdict: 'joined' } : undefined;
    });
    this.#runner = undefined;
    this.#attempt = 0;
    this.#leaseUntil = 0;
    this.#askAgain();
  }

  #askAgain(): void {
    this.#waiters.settle(({ overdue }) => (overdue ? { status: 'deadline', verdict: 'joined' } : undefined));
    this.#ask();
  }

  #release(): Promise<void> {
    return this.#tower.release({ key: this.key, owner: this.#owner });
  }

  #verdict(waiter: Waiter): 'ran' | 'joined' {
    return waiter === this.#runner ? 'ran' : 'joined';
  }

  #setTimer(run: (() => void) | undefined, ms = 0): void {
    const { clock } = this.#tower;
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
    this.#timer = run === undefined ? undefined : clock.setTimeout(run, ms);
  }

  #land(): void {
    this.#setTimer(undefined);
    this.#run?.dropLease();
    this.#phase = 'landed';
    this.#tower.onLanded(this);
  }
}
