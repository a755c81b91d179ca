/** The bounds of a store in number and in memory, what it weighs now, and how much it has let go. */
export class Bounds {
  readonly #most: number;
  readonly #mostBytes: number;
  bytes = 0;
  dropped = 0;

  constructor(most: number, mostBytes: number) {
    this.#most = most;
    this.#mostBytes = mostBytes;
  }

  /** Must one of `size` go? The last one may stay, whatever it weighs. */
  exceededBy(size: number): boolean {
    return size > this.#most || (this.bytes > this.#mostBytes && size > 1);
  }
}
