import type { Timer } from '../clock.js';
import type { LocalRun } from './local-run.js';
import type { ClaimedRun, EarlyRequest } from './store.js';
import type { Tower } from './tower.js';
import type { RunResult } from './types.js';

/** How long a late run may go on after its signal has aborted. */
const ABANDONED_MS = 60_000;

/**
 * The part of a run that goes on after its callback has been answered: keeps its lease, minds its limit, answers the
 * duplicates that reach this process, and ends its record when `execute` has ended.
 */
export class LateFlight {
  readonly key: string;
  readonly fingerprint: string;
  readonly #tower: Tower;
  readonly #run: LocalRun;
  /** What the store holds, or is to hold. */
  #early: EarlyRequest;
  /** Whether the store is known to hold it. While it is not, each renewal stores it anew. */
  #held: boolean;
  #phase: 'open' | 'settling' | 'landed' = 'open';
  /** The late limit, then the end of patience. */
  #timer: Timer;

  constructor(early: EarlyRequest, run: LocalRun, held: boolean, tower: Tower) {
    this.key = early.key;
    this.fingerprint = early.fingerprint;
    this.#tower = tower;
    this.#run = run;
    this.#early = early;
    this.#held = held;
  }

  start(): void {
    this.#tower.onLate(this);
    if (!this.#held && !this.#run.degraded) this.#tower.onDegraded(this.key);
    this.#run.keepLease(this.#tower.lateRenewMs, () => this.#renew());
    const left = this.#run.remainingMs();
    if (left > 0) this.#timer = this.#tower.clock.setTimeout(() => this.#overdue(), left);
    else this.#overdue();
    this.#run.wentLate((journal) => this.#rewrite(journal));
    this.#run.onLateEnd(() => this.#settle());
  }

  join(): Promise<RunResult> {
    const result: RunResult = {
      status: 'answered',
      answer: this.#early.answer,
      verdict: 'replayed',
      ...(!this.#held && { degraded: true }),
    };
    this.#tower.onResult(result);
    return Promise.resolve(result);
  }

  /** This process has claimed the run from itself: its renewals came too late. It goes on under the new lease. */
  adopt({ attempt }: ClaimedRun, owner: string): void {
    this.#tower.kept.release(this.#early);
    this.#early = { ...this.#early, owner, attempt };
  }

  /** The limit of a shutdown: gives the run up, for another process to take over. `false`: it has just ended. */
  cut(): Promise<void> | false {
    if (this.#phase !== 'open') return false;
    this.#run.lose();
    this.#land();
    if (this.#held) return this.#tower.release(this.#early);
    // No journal, or not the last one, so nobody is to take over; but duplicates must get the answer that was given.
    this.#tower.lateWrites.add(this.#finished());
    return Promise.resolve();
  }

  #overdue(): void {
    this.#run.abort();
    this.#timer = this.#tower.clock.setTimeout(() => {
      this.#tower.log.warn(
        { key: this.key },
        'an aborted late run has not ended in a minute: taken for ended',
      );
      this.#settle();
    }, ABANDONED_MS);
  }

  #renew(): void {
    const early = this.#early;
    if (!this.#held) {
      this.#enter();
      return;
    }
    this.#tower.guard.call(
      'renew',
      (store) => store.renew({ ...early, late: true }),
      (result) => {
        if (this.#phase !== 'open' || early !== this.#early) return;
        if (result === 'lost') this.#lost();
        else if (result === 'absent') this.#enter();
      },
      () => this.#run.renewAgain(this.#tower.guard.again),
    );
  }

  #rewrite(journal: string): Promise<void> {
    this.#early = { ...this.#early, journal };
    return new Promise((resolve) => this.#enter(resolve));
  }

  /** Stores what the store did not take, has lost, or holds otherwise. */
  #enter(then = () => {}): void {
    const early = this.#early;
    this.#tower.guard.call(
      'answerEarly',
      (store) => store.answerEarly({ ...early, limitMs: this.#run.remainingMs() }),
      (result) => {
        if (this.#phase === 'open') {
          // Another token of this process holds it meanwhile, or there is another journal.
          if (early !== this.#early) return this.#enter(then);
          if (result === 'lost') this.#lost();
          else this.#held = true;
        }
        then();
      },
      () => {
        this.#held = false;
        this.#run.renewAgain(this.#tower.guard.again);
        then();
      },
    );
  }

  #settle(): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'settling';
    this.#complete();
  }

  #complete(): void {
    const { guard, lateWrites, log, remember } = this.#tower;
    const finished = this.#finished();
    guard.call(
      'complete',
      (store) => store.complete(finished),
      (result) => {
        if (result === 'lost') {
          // Lost only to another token of this process.
          if (finished.owner !== this.#early.owner) return this.#complete();
          log.warn({ key: this.key }, 'a late run ended after another process had taken it over');
        } else {
          remember(finished);
        }
        this.#land();
      },
      () => {
        lateWrites.add(finished);
        this.#land();
      },
    );
  }

  #lost(): void {
    this.#tower.log.warn({ key: this.key }, 'a late run lost its lease: another process has taken it over');
    this.#run.lose();
    this.#land();
  }

  #finished() {
    const { key, fingerprint, owner, attempt, ttlMs, answer } = this.#early;
    return { key, fingerprint, owner, attempt, ttlMs, outcome: { state: 'finished', answer } as const };
  }

  #land(): void {
    this.#phase = 'landed';
    this.#tower.clock.clearTimeout(this.#timer);
    this.#run.dropLease();
    // Begun without the store, it is still known to this process as running; an answer that is kept stays.
    this.#tower.kept.release(this.#early);
    this.#tower.onLateLanded(this);
  }
}
