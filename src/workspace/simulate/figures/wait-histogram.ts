/** Waits below this are counted to the millisecond. */
const EXACT_MS = 1_024;
/** Above it, each doubling has so many bins: 0.2 % of the wait. */
const BINS = 512;
const FIRST_DOUBLING = Math.log2(EXACT_MS);

/** How many waits were how long: enough for percentiles of millions of them, within 0.2 %. */
export class WaitHistogram {
  #counts = new Float64Array(EXACT_MS);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(ms: number): void {
    const bin = binOf(ms);
    if (bin >= this.#counts.length) {
      const longer = new Float64Array(Math.max(bin + 1, this.#counts.length * 2));
      longer.set(this.#counts);
      this.#counts = longer;
    }
    this.#counts[bin]! += 1;
    this.#total += 1;
  }

  /** The least wait that so large a share of the waits does not exceed, in milliseconds; undefined without any. */
  percentile(share: number): number | undefined {
    if (this.#total === 0) return undefined;
    const wanted = share * this.#total;
    let below = 0;
    for (let bin = 0; bin < this.#counts.length; bin += 1) {
      const count = this.#counts[bin]!;
      if (count > 0 && below + count >= wanted) {
        const [low, high] = edgesOf(bin);
        return low + (high - low) * Math.min(1, Math.max(0, (wanted - below) / count));
      }
      below += count;
    }
    return undefined;
  }

  /** How many waits lie from one time to another, in milliseconds: the first included, the last not. */
  between(from: number, to: number): number {
    let sum = 0;
    for (let bin = 0; bin < this.#counts.length; bin += 1) {
      const count = this.#counts[bin]!;
      if (count === 0) continue;
      const [low, high] = edgesOf(bin);
      const middle = (low + high) / 2;
      if (middle >= from && middle < to) sum += count;
    }
    return sum;
  }
}

function binOf(ms: number): number {
  if (ms < EXACT_MS) return Math.floor(ms);
  const doubling = Math.floor(Math.log2(ms));
  const within = Math.floor((ms / 2 ** doubling - 1) * BINS);
  return EXACT_MS + (doubling - FIRST_DOUBLING) * BINS + within;
}

/** The waits of a bin: from, to. */
function edgesOf(bin: number): readonly [number, number] {
  if (bin < EXACT_MS) return [bin, bin];
  const doubling = FIRST_DOUBLING + Math.floor((bin - EXACT_MS) / BINS);
  const within = (bin - EXACT_MS) % BINS;
  const low = 2 ** doubling * (1 + within / BINS);
  return [low, low + 2 ** doubling / BINS];
}
