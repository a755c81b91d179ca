import { expect, test } from 'vitest';
import { randomOf } from '../simulation/random.js';
import { rises, slopeOf } from './slope.js';

const noisy = (perX: number) => {
  const random = randomOf(1);
  return Array.from({ length: 100 }, (_, x) => [x, 500 + perX * x + 20 * (random.next() - 0.5)] as const);
};

test('a leak is seen through the noise', () => {
  const slope = slopeOf(noisy(2));
  expect(slope.perX).toBeCloseTo(2, 0);
  expect(rises(slope, 1)).toBe(true);
});

test('noise alone is no leak, and neither is what falls', () => {
  expect(rises(slopeOf(noisy(0)), 0.5)).toBe(false);
  expect(rises(slopeOf(noisy(-2)), 0)).toBe(false);
});
