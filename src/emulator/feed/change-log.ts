/** Something whose last change has a number; 0: it has none yet. */
export interface Changing {
  seq: number;
}

/** What changed, in the order of the last change of each. An item that changes again is found at its new place alone. */
export class ChangeLog<T extends Changing> {
  /** By `seq`. An item stands at its last place alone: an older one, or one of an item that was removed, is empty. */
  #entries: { readonly seq: number; item: T | undefined }[] = [];
  #live = 0;

  /** Gives the item a new number, and with it the last place. */
  touch(item: T, seq: number): void {
    if (item.seq === 0) this.#live += 1;
    else this.#empty(item);
    item.seq = seq;
    this.#entries.push({ seq, item });
    // Rewritten only when it has doubled: each entry is then moved once at most.
    if (this.#entries.length > 2 * this.#live + 64) {
      this.#entries = this.#entries.filter((entry) => entry.item !== undefined);
    }
  }

  remove(item: T): void {
    this.#empty(item);
    this.#live -= 1;
  }

  /** Newest change first, of those whose last change came before `before`. */
  *newest(before = Number.POSITIVE_INFINITY): Generator<T> {
    for (let at = this.#place(before) - 1; at >= 0; at -= 1) {
      const { item } = this.#entries[at]!;
      if (item !== undefined) yield item;
    }
  }

  /** The newest `most` of what changed after `after`, oldest change first, and how many more did. */
  since(after: number, most: number): { readonly items: readonly T[]; readonly more: number } {
    const items: T[] = [];
    let more = 0;
    for (const item of this.newest()) {
      if (item.seq <= after) break;
      if (items.length < most) items.push(item);
      else more += 1;
    }
    return { items: items.reverse(), more };
  }

  /** Lets the item go: what is removed must not stay in memory until the entries are rewritten. */
  #empty(item: T): void {
    const entry = this.#entries[this.#place(item.seq)];
    if (entry?.item === item) entry.item = undefined;
  }

  /** How many entries have a number below `seq`. */
  #place(seq: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle]!.seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
