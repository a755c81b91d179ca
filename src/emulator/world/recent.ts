/** The newest items of an endless row: older ones are forgotten. */
export class Recent<T> {
  #items: T[] = [];
  readonly #most: number;

  constructor(most: number, items: readonly T[] = []) {
    this.#most = most;
    this.#items = items.slice(-most);
  }

  push(item: T): void {
    this.#items.push(item);
    // Cut only when it has doubled: each item is then moved once at most.
    if (this.#items.length >= 2 * this.#most) this.#items = this.#items.slice(-this.#most);
  }

  /** Keeps these in place of what was kept. */
  replace(items: readonly T[]): void {
    this.#items = items.slice(-this.#most);
  }

  /** Oldest first. */
  list(): readonly T[] {
    return this.#items.slice(-this.#most);
  }
}
