import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * Data put away until someone looks at it: JSON in a buffer, compressed where that pays, whose size is known. Objects
 * would take several times that much, and nobody could say how much.
 */
export class Packed<T> {
  readonly #buffer: Buffer;
  readonly #compressed: boolean;

  constructor(value: T) {
    const text = Buffer.from(JSON.stringify(value));
    this.#compressed = text.length > 512;
    this.#buffer = this.#compressed ? alone(deflateRawSync(text, { level: 1 })) : text;
  }

  /** In bytes; a buffer alone takes about 1,000, as measured. */
  get size(): number {
    return this.#buffer.length + 1_000;
  }

  read(): T {
    const text = this.#compressed ? inflateRawSync(this.#buffer) : this.#buffer;
    return JSON.parse(text.toString()) as T;
  }
}

/** What zlib returns is a piece of 16 KiB, all of which it would keep. */
function alone(piece: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(piece.length);
  piece.copy(copy);
  return copy;
}
