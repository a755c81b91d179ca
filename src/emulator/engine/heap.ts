/**
 * A binary heap that knows where each of its items is, so that any item can leave or move in O(log n). The place is
 * kept on the item itself, in the property `slot` (-1: not in the heap), so an item can be in two heaps under two names
 * and a heap costs one array slot for each item.
 */
export class Heap<Slot extends string, Item extends Record<Slot, number>> {
  readonly #items: Item[] = [];
  readonly #slot: Slot;
  readonly #before: (a: Item, b: Item) => boolean;

  /** `before` is a strict order; two different items never tie. */
  constructor(slot: Slot, before: (a: Item, b: Item) => boolean) {
    this.#slot = slot;
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The first item in order. */
  peek(): Item | undefined {
    return this.#items[0];
  }

  /** All items, in no order. */
  items(): readonly Item[] {
    return this.#items;
  }

  /** Adds an item, or moves one that is in the heap already to where its order now puts it. */
  put(item: Item): void {
    if (item[this.#slot] < 0) {
      this.#place(item, this.#items.length);
    }
    this.#settle(item);
  }

  /** Takes an item out; one that is not in the heap is ignored. */
  remove(item: Item): void {
    const at = item[this.#slot];
    if (at < 0) return;
    const last = this.#items.pop()!;
    (item as Record<Slot, number>)[this.#slot] = -1;
    if (last === item) return;
    this.#place(last, at);
    this.#settle(last);
  }

  /** Takes every item out. */
  clear(): void {
    for (const item of this.#items.splice(0)) (item as Record<Slot, number>)[this.#slot] = -1;
  }

  #settle(item: Item): void {
    if (!this.#rise(item)) this.#sink(item);
  }

  #rise(item: Item): boolean {
    let at = item[this.#slot] as number;
    const from = at;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#items[parent]!;
      if (!this.#before(item, above)) break;
      this.#place(above, at);
      at = parent;
    }
    this.#place(item, at);
    return at !== from;
  }

  #sink(item: Item): void {
    const size = this.#items.length;
    let at = item[this.#slot] as number;
    for (;;) {
      const left = at * 2 + 1;
      if (left >= size) break;
      const right = left + 1;
      const child = right < size && this.#before(this.#items[right]!, this.#items[left]!) ? right : left;
      const below = this.#items[child]!;
      if (!this.#before(below, item)) break;
      this.#place(below, at);
      at = child;
    }
    this.#place(item, at);
  }

  #place(item: Item, at: number): void {
    this.#items[at] = item;
    (item as Record<Slot, number>)[this.#slot] = at;
  }
}
