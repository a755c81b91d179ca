import { randomOf } from '../simulation/random.js';
import { framed, genuine, grammatical, mutated, strange, written } from './requests.js';
import { bytes } from './texts.js';

/** What is sent over one connection. */
export interface Volley {
  readonly kind: keyof typeof WEIGHTS;
  /** Written one after the other. */
  readonly pieces: readonly Buffer[];
  /** How many requests it holds, as its sender meant them. */
  readonly requests: number;
  /** Nothing in it is signed, so no handler may run for it. */
  readonly unsigned: boolean;
  /** How many answers must come, each of them a decision or, for an event, its 204; undefined: who knows. */
  readonly genuine?: number;
  /** The client resets the connection instead of ending it. */
  readonly reset: boolean;
}

const WEIGHTS = {
  genuine: 3,
  strange: 8,
  mutated: 8,
  grammatical: 12,
  pipelined: 10,
  bomb: 1,
  bytes: 3,
  cut: 4,
};

/** The volley with this number: the same one for the same seed, apart from timestamps. */
export function volleyOf(seed: number, number: number): Volley {
  const random = randomOf(seed, `volley ${number}`);
  const kind = random.weighted(WEIGHTS);
  const one = (text: string, more: Partial<Volley> = {}): Volley => {
    const sent = Buffer.from(text, 'latin1');
    // Cut at any place into two or three packets.
    const cuts = Array.from({ length: random.int(0, 2) }, () => random.int(0, sent.length)).sort(
      (a, b) => a - b,
    );
    const pieces = [0, ...cuts].map((from, index) => sent.subarray(from, cuts[index] ?? sent.length));
    return { kind, pieces, requests: 1, unsigned: false, reset: false, ...more };
  };
  const several = (count: number, make: () => string, more: Partial<Volley> = {}) =>
    one(Array.from({ length: count }, make).join(''), { requests: count, ...more });
  switch (kind) {
    case 'genuine': {
      const count = random.int(1, 12);
      return several(count, () => written(genuine(random)), { genuine: count });
    }
    case 'strange':
      return several(random.int(1, 8), () => written(strange(random)));
    case 'mutated':
      return one(mutated(random));
    case 'grammatical':
      return one(grammatical(random), { unsigned: true });
    case 'pipelined':
      return several(random.int(2, 16), () => (random.chance(0.95) ? framed : grammatical)(random), {
        unsigned: true,
      });
    case 'bomb':
      return one(grammatical(random, true), { unsigned: true });
    case 'bytes':
      return one(bytes(random, 3_000), { unsigned: true });
    case 'cut': {
      const whole = written(strange(random));
      return one(whole.slice(0, random.int(0, whole.length)), { reset: random.chance(0.5) });
    }
  }
}
