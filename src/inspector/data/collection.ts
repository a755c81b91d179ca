import { signal } from '@preact/signals';

/** How a collection tells its items apart and puts them in order. */
export interface CollectionRules<T> {
  /** What stays the same when an item changes. */
  readonly key: (item: T) => string | number;
  /** Grows with time, and never changes for an item. */
  readonly order: (item: T) => number;
  /** Which of two states of an item is the later one. */
  readonly seq: (item: T) => number;
  /** So many are kept, the newest. */
  readonly most: number;
}

/** The newest items of one kind, oldest first: at most so many, each as it is now. */
export class Collection<T> {
  readonly #rules: CollectionRules<T>;
  readonly #byKey = new Map<string | number, T>();
  #list: T[] = [];
  /** Counts changes: reading it makes a component follow them. */
  readonly version = signal(0);

  constructor(rules: CollectionRules<T>) {
    this.#rules = rules;
  }

  /** Oldest first. Follows changes. */
  get list(): readonly T[] {
    void this.version.value;
    return this.#list;
  }

  get size(): number {
    void this.version.value;
    return this.#list.length;
  }

  /** Follows changes. */
  get(key: string | number): T | undefined {
    void this.version.value;
    return this.#byKey.get(key);
  }

  clear(): void {
    this.#byKey.clear();
    this.#list = [];
    this.version.value += 1;
  }

  /** Adds what is new and replaces what has changed; an older state of an item is ignored. */
  put(items: readonly T[]): void {
    if (items.length === 0) return;
    const { key, seq, most } = this.#rules;
    const added = new Map<string | number, T>();
    const replaced: T[] = [];
    for (const item of items) {
      const before = this.#byKey.get(key(item));
      if (before !== undefined && seq(before) >= seq(item)) continue;
      // What is new may come twice in one go.
      if (before === undefined || added.has(key(item))) added.set(key(item), item);
      else replaced.push(item);
      this.#byKey.set(key(item), item);
    }
    for (const item of replaced) this.#replace(item);
    this.#add([...added.values()]);
    if (this.#list.length > most) {
      for (const item of this.#list.splice(0, this.#list.length - most)) this.#byKey.delete(key(item));
    }
    if (added.size + replaced.length > 0) this.version.value += 1;
  }

  /** An item keeps its place, which its order says. */
  #replace(item: T): void {
    const { key, order } = this.#rules;
    for (let at = this.#placeOf(order(item)); at < this.#list.length; at += 1) {
      if (key(this.#list[at]!) !== key(item)) continue;
      this.#list[at] = item;
      return;
    }
  }

  #add(items: T[]): void {
    if (items.length === 0) return;
    const { order } = this.#rules;
    items.sort((a, b) => order(a) - order(b));
    const last = this.#list.at(-1);
    const inOrder = last === undefined || order(items[0]!) >= order(last);
    this.#list.push(...items);
    if (!inOrder) this.#list.sort((a, b) => order(a) - order(b));
  }

  /** How many items come before that order. */
  #placeOf(order: number): number {
    let low = 0;
    let high = this.#list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rules.order(this.#list[middle]!) < order) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
