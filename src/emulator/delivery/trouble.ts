import { setTimeout as wait } from 'node:timers/promises';
import type { CallbackKind, Troubles } from '../trouble.js';

const holdMs = 500;
const defaultDelayMs = 1_000;
/** What was held back follows once the one that overtook it has had time to be sent. */
const overtakenMs = 20;

/** What is done to callbacks before they are sent: the switches `delay` and `reorder`. */
export class Tampering {
  readonly #troubles: Troubles;
  /** The one held back, by kind, until the next of its kind goes past. */
  readonly #held = new Map<CallbackKind, AbortController>();

  constructor(troubles: Troubles) {
    this.#troubles = troubles;
  }

  /** Waits as the switches say, on the real clock: it stands for the network. `signal` ends every wait. */
  async hold(kind: CallbackKind, signal: AbortSignal): Promise<void> {
    const delay = this.#troubles.take('delay', kind);
    if (delay) await pause(delay.ms ?? defaultDelayMs, signal);
    const overtaken = this.#held.get(kind);
    if (overtaken) {
      this.#held.delete(kind);
      overtaken.abort();
    } else if (this.#troubles.take('reorder', kind)) {
      const passed = new AbortController();
      this.#held.set(kind, passed);
      await pause(holdMs, AbortSignal.any([signal, passed.signal]));
      if (this.#held.get(kind) === passed) this.#held.delete(kind);
      await pause(overtakenMs, signal);
    }
  }
}

/** Resolves after `ms`, or as soon as `signal` is aborted. */
const pause = (ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }).catch(() => {});
