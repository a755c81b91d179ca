import type { Explanation } from '../engine/index.js';
import { Packed } from './packed.js';

interface Kept {
  readonly taskSid: string;
  readonly at: number;
  readonly packed: Packed<Explanation>;
}

/** So many a second at most, after a burst: a simulation of thousands of tasks must not pay for what nobody reads. */
const perSecond = 100;
const burst = 200;
/** Of each task the newest. */
const mostPerTask = 20;

/** Explanations as they were while steps were taken, within a budget of time and of memory. */
export class KeptExplanations {
  readonly #byTask = new Map<string, Kept[]>();
  readonly #queue = new Set<Kept>();
  readonly #mostBytes: number;
  /** Real time, in milliseconds. */
  readonly #now: () => number;
  #left = burst;
  #filledAt: number;
  #bytes = 0;

  constructor(mostBytes: number, now: () => number) {
    this.#mostBytes = mostBytes;
    this.#now = now;
    this.#filledAt = now();
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** May another be made? */
  afford(): boolean {
    const now = this.#now();
    this.#left = Math.min(burst, this.#left + ((now - this.#filledAt) * perSecond) / 1_000);
    this.#filledAt = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  keep(at: number, explanation: Explanation): void {
    const { taskSid } = explanation;
    const kept: Kept = { taskSid, at, packed: new Packed(explanation) };
    const row = this.#byTask.get(taskSid) ?? [];
    // What happened in the same millisecond is one moment: the last word counts.
    if (row.at(-1)?.at === at) this.#forget(row.at(-1)!);
    if (row.length >= mostPerTask) this.#forget(row[0]!);
    row.push(kept);
    this.#byTask.set(taskSid, row);
    this.#queue.add(kept);
    this.#bytes += kept.packed.size;
    for (const oldest of this.#queue) {
      if (this.#bytes <= this.#mostBytes) break;
      this.#forget(oldest);
    }
  }

  /** The last one made at or before `at`. */
  find(taskSid: string, at: number): { readonly at: number; readonly explanation: Explanation } | undefined {
    const found = this.#byTask.get(taskSid)?.findLast((one) => one.at <= at);
    return found && { at: found.at, explanation: found.packed.read() };
  }

  forgetTask(taskSid: string): void {
    for (const kept of [...(this.#byTask.get(taskSid) ?? [])]) this.#forget(kept);
  }

  #forget(kept: Kept): void {
    this.#queue.delete(kept);
    this.#bytes -= kept.packed.size;
    const row = this.#byTask.get(kept.taskSid);
    const at = row?.indexOf(kept) ?? -1;
    if (at >= 0) row!.splice(at, 1);
    if (row?.length === 0) this.#byTask.delete(kept.taskSid);
  }
}
