/** Work that has begun and not ended. */
export class Unfinished {
  readonly #running = new Set<Promise<void>>();

  /** Follows one piece of work. What it throws is its own business: it must not. */
  add(work: Promise<void>): void {
    const followed = work.finally(() => this.#running.delete(followed));
    this.#running.add(followed);
  }

  /** Resolves when nothing is under way, what began in the meantime included. */
  async quiet(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}

/** Lets at most `most` pieces of work run at a time; the others wait in order. */
export class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
