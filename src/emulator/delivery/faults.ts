import { setTimeout as wait } from 'node:timers/promises';
import type { CallbackKind, Faults } from '../world/faults.js';

const HOLD_MS = 1_000;
const DEFAULT_DELAY_MS = 1_000;

/** What is done to callbacks before they are sent: the switches `delay` and `reorder`. */
export class CallbackFaults {
  readonly #faults: Faults;
  /** The one held back, by kind, until the next of its kind goes past. */
  readonly #held = new Map<CallbackKind, AbortController>();

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /**
   * Waits as the switches say, on the real clock: it stands for the network. `signal` ends every wait.
   * @returns what is to be called once the callback has been answered: the one it overtook then follows.
   */
  async hold(kind: CallbackKind, signal: AbortSignal): Promise<() => void> {
    const delay = this.#faults.take('delay', kind);
    if (delay) await pause(delay.ms ?? DEFAULT_DELAY_MS, signal);
    const overtaken = this.#held.get(kind);
    if (overtaken) {
      this.#held.delete(kind);
      return () => overtaken.abort();
    }
    if (this.#faults.take('reorder', kind)) {
      const passed = new AbortController();
      this.#held.set(kind, passed);
      await pause(HOLD_MS, AbortSignal.any([signal, passed.signal]));
      if (this.#held.get(kind) === passed) this.#held.delete(kind);
    }
    return () => {};
  }
}

/** Resolves after `ms`, or as soon as `signal` is aborted. */
const pause = (ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }).catch(() => {});
