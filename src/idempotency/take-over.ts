import type { Timer } from '../clock.js';
import { LateFlight } from './late-flight.js';
import { LocalRun, type RunHost } from './local-run.js';
import type { ClaimedRun, Outcome } from './store.js';
import type { Tower } from './tower.js';
import type { TakenRun } from './types.js';

/** How often a process looks for late runs whose owner died, give or take a quarter. */
const LOOK_EVERY_MS = 2_000;
/** How many it takes at a time: of a dead process' many runs the others each get a share. */
const TAKE_AT_ONCE = 20;
/** How soon it looks again when it got as many as it asked for. */
const LOOK_AGAIN_MS = 100;

/** Takes over late runs of processes that died. */
export class TakeOver implements RunHost {
  readonly latestDeadline = 0;
  readonly #tower: Tower;
  readonly #handler: (run: TakenRun) => Promise<void>;
  #timer: Timer;
  #stopped = false;

  constructor(tower: Tower, handler: (run: TakenRun) => Promise<void>) {
    this.#tower = tower;
    this.#handler = handler;
    this.#schedule(tower.random() * LOOK_EVERY_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#tower.clock.clearTimeout(this.#timer);
  }

  /** A run taken over is late from its beginning. */
  answerEarly(): void {}

  end({ lost }: LocalRun, outcome: Outcome, error?: unknown): void {
    if (outcome.state === 'failed' && !lost)
      this.#tower.log.error({ err: error }, 'a late run taken over has failed');
  }

  #schedule(ms = (0.75 + this.#tower.random() / 2) * LOOK_EVERY_MS): void {
    if (!this.#stopped) this.#timer = this.#tower.clock.setTimeout(() => this.#look(), ms);
  }

  #look(): void {
    const { guard, lateLeaseMs, newOwner } = this.#tower;
    if (guard.state === 'degraded') {
      this.#schedule();
      return;
    }
    const owner = newOwner();
    const take = (claimed: readonly ClaimedRun[]) => {
      for (const each of claimed) this.#take(each, owner);
    };
    guard.call(
      'claim',
      (store) => store.claim?.({ owner, leaseMs: lateLeaseMs, max: TAKE_AT_ONCE }) ?? [],
      (claimed) => {
        take(claimed);
        this.#schedule(claimed.length < TAKE_AT_ONCE ? undefined : LOOK_AGAIN_MS);
      },
      () => this.#schedule(),
      take,
    );
  }

  #take(claimed: ClaimedRun, owner: string): void {
    const { clock, lateLeaseMs: leaseMs, log, ttlMs } = this.#tower;
    const { key, fingerprint, attempt, answer, journal, limitLeftMs } = claimed;
    const here = this.#tower.lateFlight(key);
    if (here !== undefined) {
      here.adopt(claimed, owner);
    } else if (this.#stopped) {
      void this.#tower.release({ key, owner });
    } else {
      log.info({ key, attempt }, 'took over a late run whose process had died');
      const run = Object.assign(new LocalRun(attempt, false, clock, this), { key, journal });
      const limitMs = Math.max(0, limitLeftMs);
      const early = { key, fingerprint, owner, attempt, leaseMs, ttlMs, answer, journal, limitMs };
      run.goLate(limitMs);
      new LateFlight(early, run, true, this.#tower).start();
      run.begin({ execute: () => this.#handler(run).then(() => answer) });
    }
  }
}
