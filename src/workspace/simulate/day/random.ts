/** A stream of random numbers, each above 0 and below 1. */
export type Random = () => number;

/**
 * A stream that depends on its seed and name alone: what other streams draw, or whether there are any, does not change
 * it. That is what pairs two runs. (sfc32, seeded by a hash of the name.)
 *
 * @example const arrivals = randomStream(7, 'day 1', 'Spanish', 'arrivals');
 */
export function randomStream(seed: number, ...name: readonly string[]): Random {
  let [a, b, c, counter] = [hash(seed, name, 1), hash(seed, name, 2), hash(seed, name, 3), 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round += 1) next();
  return () => (next() + 0.5) / 4_294_967_296;
}

/** FNV-1a with a final mix (murmur3's), over a string that no two names share. */
function hash(seed: number, name: readonly string[], salt: number): number {
  let h = 0x811c9dc5 ^ seed ^ Math.imul(salt, 0x9e3779b1);
  for (const letter of JSON.stringify(name)) h = Math.imul(h ^ letter.codePointAt(0)!, 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Exponential with mean 1. */
export const exponential = (random: Random): number => -Math.log(random());

/** Standard normal, by Box and Muller. */
export function normal(random: Random): number {
  const radius = Math.sqrt(2 * exponential(random));
  return radius * Math.cos(2 * Math.PI * random());
}

/** Gamma with mean `shape`, by Marsaglia and Tsang (2000). */
export function gamma(random: Random, shape: number): number {
  // A shape below 1 is that of one more, times a power.
  if (shape < 1) return gamma(random, shape + 1) * random() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
