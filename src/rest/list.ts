/** A list that Twilio hands out in pages. Nothing is asked for until the first item is wanted. */
export interface List<T> extends AsyncIterable<T> {
  /**
   * The first item, or undefined if there is none. Asks for a page of one.
   *
   * @example const oldest = await client.tasks.list({ assignmentStatus: ['pending'] }).first();
   */
  first(): Promise<T | undefined>;
  /**
   * All items, or the first `limit`.
   *
   * @example const workers = await client.workers.list().all({ limit: 200 });
   */
  all(options?: { readonly limit?: number }): Promise<T[]>;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Path and query of the page after this one. */
  readonly next: string | undefined;
}

/** Reads a page: the one at `next`, or the first one, of so many items unless the user has said how many. */
export type ReadPage<T> = (next: string | undefined, pageSize: number | undefined) => Promise<Page<T>>;

const LARGEST_PAGE = 1_000;

/** A list over pages. */
export function listOf<T>(readPage: ReadPage<T>): List<T> {
  async function* items(pageSize?: number): AsyncGenerator<T, void, undefined> {
    let next: string | undefined;
    do {
      const page = await readPage(next, pageSize);
      yield* page.items;
      next = page.next;
    } while (next !== undefined);
  }
  return {
    [Symbol.asyncIterator]: () => items(),
    async first() {
      for await (const item of items(1)) return item;
      return undefined;
    },
    async all({ limit = Number.POSITIVE_INFINITY } = {}) {
      const all: T[] = [];
      if (limit <= 0) return all;
      for await (const item of items(Math.min(limit, LARGEST_PAGE))) {
        all.push(item);
        if (all.length >= limit) break;
      }
      return all;
    },
  };
}
