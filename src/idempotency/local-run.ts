import type { Clock, Timer } from '../clock.js';
import { RunLostError } from './run-lost.js';
import type { Outcome } from './store.js';
import type { LateRequest, OwnedRun, RunRequest } from './types.js';

/** What a run asks of those who wait for it. */
export interface RunHost {
  /** The latest deadline of all requests that wait, 0 when none does. */
  readonly latestDeadline: number;
  /** Makes `run` late, unless it is no run of this host any more. */
  answerEarly(run: LocalRun, answer: string, late: LateRequest): void;
  /** `execute` of `run` has ended. */
  end(run: LocalRun, outcome: Outcome, error?: unknown): void;
}

/** One call of `execute` in this process, and the lease that goes with it. */
export class LocalRun implements OwnedRun {
  readonly attempt: number;
  /** The store could not be asked whether another process runs the same. */
  readonly degraded: boolean;
  /** `execute` has ended, one way or the other. */
  ended = false;
  lost = false;
  readonly #clock: Clock;
  readonly #host: RunHost;
  #timer: Timer;
  #lease: { readonly everyMs: number; readonly renew: () => void } | undefined;
  #callOff: (() => void) | undefined;
  #controller: AbortController | undefined;
  #aborted = false;
  #late: { readonly until: number; readonly told: Promise<void>; readonly tell: () => void } | undefined;
  #onLateEnd: (() => void) | undefined;
  #writeJournal: ((journal: string) => Promise<void>) | undefined;

  constructor(attempt: number, degraded: boolean, clock: Clock, host: RunHost) {
    this.attempt = attempt;
    this.degraded = degraded;
    this.#clock = clock;
    this.#host = host;
  }

  // Most handlers never look at it, and a controller costs more than the rest of a run.
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  get late(): boolean {
    return this.#late !== undefined;
  }

  remainingMs(): number {
    const until = this.#late?.until ?? this.#host.latestDeadline;
    return Math.max(0, until - this.#clock.now());
  }

  async answerEarly(answer: string, late: LateRequest): Promise<void> {
    if (this.#late === undefined) this.#host.answerEarly(this, answer, late);
    if (this.#late === undefined) throw new RunLostError();
    await this.#late.told;
    if (this.lost) throw new RunLostError();
  }

  /** From now on this run is late; {@link wentLate}, or that it is lost, is still to come. */
  goLate(limitMs: number): void {
    let tell = () => {};
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    this.#late = { until: this.#clock.now() + limitMs, told, tell };
  }

  /** @param writeJournal - puts another journal into the store. */
  wentLate(writeJournal: (journal: string) => Promise<void>): void {
    this.#writeJournal = writeJournal;
    this.#late?.tell();
  }

  async rewriteJournal(journal: string): Promise<void> {
    await this.#late?.told;
    if (!this.lost) await this.#writeJournal?.(journal);
    if (this.lost) throw new RunLostError();
  }

  /** Calls `execute`, and tells the host how it ended: directly when it ends directly. */
  begin(request: Pick<RunRequest, 'execute'>): void {
    const failed = (error: unknown) => this.#end({ state: 'failed' }, error);
    const finished = (answer: string) => this.#end({ state: 'finished', answer });
    let answer: string | Promise<string>;
    try {
      answer = request.execute(this);
    } catch (error) {
      failed(error);
      return;
    }
    if (typeof answer === 'string') finished(answer);
    else answer.then(finished, failed);
  }

  #end(outcome: Outcome, error?: unknown): void {
    this.ended = true;
    this.#host.end(this, outcome, error);
    this.#onLateEnd?.();
  }

  /** Calls `then` when `execute` of a late run has ended: at once, if it has. */
  onLateEnd(then: () => void): void {
    if (this.ended) then();
    else this.#onLateEnd = then;
  }

  /** Tells `execute` to stop. What it left behind when it ended by itself is not disturbed. */
  abort(): void {
    if (this.ended) return;
    this.#aborted = true;
    this.#controller?.abort();
  }

  /** What is left to do is for another process. */
  lose(): void {
    this.lost = true;
    this.abort();
    this.#late?.tell();
  }

  /** Calls `renew` every `everyMs` until told to stop, for the first time after `firstMs`. */
  keepLease(everyMs: number, renew: () => void, firstMs = everyMs): void {
    this.dropLease();
    this.#lease = { everyMs, renew };
    this.#timer = this.#clock.setTimeout(() => {
      this.keepLease(everyMs, renew);
      renew();
    }, firstMs);
  }

  /** A renewal has failed: while the lease is kept, the next comes when `again` calls, before its turn. */
  renewAgain(again: (run: () => void) => () => void): void {
    const lease = this.#lease;
    if (lease === undefined) return;
    this.dropLease();
    this.#lease = lease;
    this.#callOff = again(() => {
      this.keepLease(lease.everyMs, lease.renew);
      lease.renew();
    });
  }

  dropLease(): void {
    this.#lease = undefined;
    this.#callOff?.();
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
  }
}
