import { sleep } from '../clock.js';
import type { Calls } from './calls.js';
import { OPERATIONS } from './spec/index.js';
import type { Task } from './types.js';

/** So many keys fit into a URL with room to spare. */
const MOST_KEYS = 50;

/** How long the first one waits for others to come along. */
const GATHER_MS = 20;

interface Waiting {
  readonly resolve: (task: Task | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Looks tasks up by the key in their attributes. Twilio takes three such requests a second, so there is one at a time,
 * and keys that come while it is under way share the next.
 */
export class KeyLookups {
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #calls: Calls;
  readonly #attribute: string;
  #busy = false;

  constructor(calls: Calls, attribute: string) {
    this.#calls = calls;
    this.#attribute = attribute;
  }

  /** The task with this key, or undefined; the oldest, should there be several. */
  find(key: string): Promise<Task | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), { resolve, reject }]);
      if (!this.#busy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.size > 0) {
      await sleep(this.#calls.requester.clock, GATHER_MS);
      const batch = [...this.#waiting].slice(0, MOST_KEYS);
      for (const [key] of batch) this.#waiting.delete(key);
      try {
        const found = await this.#ask(batch.map(([key]) => key));
        for (const [key, waiting] of batch) for (const { resolve } of waiting) resolve(found.get(key));
      } catch (error) {
        for (const [, waiting] of batch) for (const { reject } of waiting) reject(error);
      }
    }
    this.#busy = false;
  }

  async #ask(keys: readonly string[]): Promise<ReadonlyMap<string, Task>> {
    const texts = keys.map((key) => `"${key}"`);
    const evaluateTaskAttributes =
      texts.length === 1
        ? `${this.#attribute} == ${texts[0]}`
        : `${this.#attribute} IN [${texts.join(', ')}]`;
    const found = new Map<string, Task>();
    for (const task of await this.#calls.list(OPERATIONS.tasks.list, [], { evaluateTaskAttributes }).all()) {
      const key = task.attributes[this.#attribute];
      if (typeof key !== 'string') continue;
      const other = found.get(key);
      if (other === undefined || task.dateCreated < other.dateCreated) found.set(key, task);
    }
    return found;
  }
}
