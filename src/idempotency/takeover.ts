import type { Timer } from '../clock.js';
import type { RunParts } from './deferred-phase.js';
import { Run } from './run.js';
import type { ClaimedRun } from './store/store.js';
import type { TakenRun } from './types.js';

/** How often a process looks for deferred runs whose owner died, plus or minus a quarter. */
const LOOK_EVERY_MS = 2_000;
/** How many it takes at a time, so that the other processes share a dead process' runs. */
const TAKE_AT_ONCE = 20;
/** How soon it looks again if it got as many as it asked for. */
const LOOK_AGAIN_MS = 100;

export interface TakeoverParts extends RunParts {
  readonly random: () => number;
  newOwner(): string;
}

/** Takes over deferred runs of processes that died. */
export class Takeover {
  readonly #parts: TakeoverParts;
  readonly #handler: (run: TakenRun) => Promise<void>;
  #timer: Timer;
  #stopped = false;

  constructor(parts: TakeoverParts, handler: (run: TakenRun) => Promise<void>) {
    this.#parts = parts;
    this.#handler = handler;
    this.#schedule(parts.random() * LOOK_EVERY_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#parts.clock.clearTimeout(this.#timer);
  }

  #schedule(ms = (0.75 + this.#parts.random() / 2) * LOOK_EVERY_MS): void {
    if (!this.#stopped) this.#timer = this.#parts.clock.setTimeout(() => void this.#look(), ms);
  }

  async #look(): Promise<void> {
    const { clock, store, deferredLeaseMs: leaseMs, newOwner } = this.#parts;
    // If the store was away for all, the owners that live get the time to renew, or to end, what they have.
    if (store.backMs < leaseMs) {
      this.#schedule();
      return;
    }
    const owner = newOwner();
    const asked = clock.now();
    const taken = await store.claim({ owner, leaseMs, max: TAKE_AT_ONCE }, (claimed) => {
      // This process stood still, so another may have them. The next look, anywhere, gets those that nobody has.
      const passed = clock.now() - asked >= leaseMs;
      for (const each of claimed) this.#take(each, owner, passed);
    });
    this.#schedule(taken < TAKE_AT_ONCE ? undefined : LOOK_AGAIN_MS);
  }

  #take(claimed: ClaimedRun, owner: string, passed: boolean): void {
    const { deferred, log, store } = this.#parts;
    const { key, fingerprint, attempt } = claimed;
    const here = deferred.get(key);
    if (here?.adopt(claimed, owner)) return;
    here?.yieldTo();
    if (this.#stopped || passed) {
      void store.release({ key, owner });
    } else {
      log.info({ key, attempt }, 'Took over a deferred run whose process had died');
      const run = new Run({ key, fingerprint, owner, attempt }, 0, this.#parts);
      run.takeOver(claimed, () => this.#handle(run));
    }
  }

  async #handle(run: Run): Promise<void> {
    try {
      await this.#handler(run);
    } catch (error) {
      if (!run.lost) this.#parts.log.error({ err: error }, 'A deferred run that was taken over has failed');
    }
  }
}
