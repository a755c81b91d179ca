/** Items by what some of them have in common, in the order they came; null: this one has nothing of it. */
export class Grouped<K, T> {
  readonly #groups = new Map<K, Set<T>>();

  add(key: K, item: T): void {
    if (key === null) return;
    const group = this.#groups.get(key);
    if (group) group.add(item);
    else this.#groups.set(key, new Set([item]));
  }

  remove(key: K, item: T): void {
    const group = this.#groups.get(key);
    group?.delete(item);
    if (group?.size === 0) this.#groups.delete(key);
  }

  of(key: K): Iterable<T> {
    return this.#groups.get(key) ?? [];
  }
}
