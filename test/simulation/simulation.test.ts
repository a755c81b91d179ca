import { beforeAll, describe, expect, it } from 'vitest';
import { loadSimulation } from './bundle.js';
import type * as Run from './run.js';

/** More in `npm run simulate`. Half of the seeds are the same every time, the others are new. */
const SEEDS = 4_000;
const LONGEST_MS = 25_000;

let simulation: typeof Run;
beforeAll(async () => {
  simulation = await loadSimulation();
});

describe('the callback path, simulated', () => {
  it('keeps its promises whatever happens to processes, network and Redis', {
    timeout: 120_000,
  }, async () => {
    const end = performance.now() + LONGEST_MS;
    const fresh = Math.floor(Math.random() * 1_000_000_000) + SEEDS;
    let seeds = 0;
    for (let first = 0; first < SEEDS && performance.now() < end; first += 200) {
      const batch = [...simulation.range(1 + first / 2, 100), ...simulation.range(fresh + first / 2, 100)];
      const tally = await simulation.runSeeds(batch);
      seeds += tally.seeds;
      const [found] = tally.found;
      if (found !== undefined) expect.fail(await simulation.explain(found.seed, found.kind));
    }
    expect(seeds).toBeGreaterThan(0);
  });

  it('plays the same seed the same way', async () => {
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
