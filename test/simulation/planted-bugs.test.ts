import { beforeAll, describe, expect, test } from 'vitest';
import { loadSimulation } from './bundle.js';
import { PLANTED_BUGS } from './planted-bugs.js';
import type * as Run from './run.js';

/** So many seeds a bug may hide in. */
const SEEDS = 2_000;

let sound: typeof Run;
beforeAll(async () => {
  sound = await loadSimulation();
});

describe('the simulation finds', () => {
  test.each(PLANTED_BUGS)('$name', { timeout: 120_000 }, async (bug) => {
    const broken = await loadSimulation(bug.also ? [bug, bug.also] : [bug]);
    for (const seed of [...(bug.seeds ?? []), ...broken.range(1, SEEDS)]) {
      const { found } = await broken.runSeeds([seed]);
      if (found.length === 0) continue;
      // What the sources themselves do not show on this seed is the bug's.
      const before = new Set((await sound.runSeeds([seed])).found.map(({ kind }) => kind));
      if (found.some(({ kind }) => !before.has(kind))) return;
    }
    expect.fail(`no seed from 1 to ${SEEDS} shows it`);
  });
});
