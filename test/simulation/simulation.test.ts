import { beforeAll, describe, expect, test } from 'vitest';
import { loadSimulation } from './bundle.js';
import type * as Run from './run.js';

/** The same every time, so that a red run is about the change that made it. `npm run simulate` plays new ones. */
const SEEDS = 4_000;
const LONGEST_MS = 25_000;

/** Each has shown a fault of the engine, or of the checker, that is mended. */
const ONCE_WRONG = [
  20_033_370, 223, 228, 287, 501, 593, 1_062, 1_812, 2_468, 10_480, 15_124, 27_244, 27_430, 903_708, 905_199,
  914_768, 2_010_241, 2_013_509, 6_027_340, 101_641, 105_069, 8_880, 7_020_807, 7_024_202, 8_002_373,
  8_015_060, 8_037_004, 8_050_314, 9_001_764, 10_054_650, 30_062_125, 50_068_299, 60_656_470, 60_661_386,
  70_159_453, 70_408_620, 631_107,
];

let simulation: typeof Run;
beforeAll(async () => {
  simulation = await loadSimulation();
});

async function playAll(seeds: readonly number[]): Promise<number> {
  const tally = await simulation.runSeeds(seeds);
  const [found] = tally.found;
  if (found !== undefined) expect.fail(await simulation.explain(found.seed, found.kind));
  return tally.seeds;
}

describe('the callback path, simulated', () => {
  test('keeps its promises whatever happens to processes, network and Redis', {
    timeout: 120_000,
  }, async () => {
    const end = performance.now() + LONGEST_MS;
    let seeds = 0;
    for (let first = 1; first <= SEEDS && performance.now() < end; first += 200) {
      seeds += await playAll([...simulation.range(first, 200)]);
    }
    expect(seeds).toBeGreaterThan(0);
  });

  test('keeps them on the seeds that were once wrong', async () => {
    expect(await playAll(ONCE_WRONG)).toBe(ONCE_WRONG.length);
  });

  test('plays the same seed the same way', async () => {
    for (const seed of [3, 11, 42, 365, 4_711]) {
      const [one, other] = [
        await simulation.play(simulation.planOf(seed)),
        await simulation.play(simulation.planOf(seed)),
      ];
      expect(one.trace.length).toBeGreaterThan(5);
      expect(other.trace).toEqual(one.trace);
    }
  });
});
