import type { Distribution } from '../plan/distribution.js';
import { exponential, gamma, normal, type Random } from './random.js';

/** Draws from a distribution. */
export function sample(distribution: Distribution, random: Random): number {
  switch (distribution.kind) {
    case 'deterministic':
      return distribution.value;
    case 'exponential':
      return distribution.mean * exponential(random);
    case 'gamma':
      return (distribution.mean / distribution.shape) * gamma(random, distribution.shape);
    case 'lognormal': {
      const { mean, sd } = distribution;
      const variance = Math.log1p((sd / mean) ** 2);
      return Math.exp(Math.log(mean) - variance / 2 + Math.sqrt(variance) * normal(random));
    }
    case 'empirical':
      return distribution.values[Math.floor(random() * distribution.values.length)]!;
    case 'file':
      throw new Error('the values are still in their file');
  }
}
