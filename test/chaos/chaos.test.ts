import { describe, expect, test } from 'vitest';
import { PLANTED } from './planted.js';
import { chaos } from './run.js';

/** `CHAOS_SECONDS=60 npx vitest run test/chaos` is a minute of it. */
const SECONDS = Number(process.env.CHAOS_SECONDS ?? 25);
/** A new one for each run; a violation prints it. */
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);

test(`${SECONDS} s of faults over three processes, seed ${SEED}: every callback is answered as promised`, {
  timeout: SECONDS * 1_000 + 120_000,
}, async () => {
  const { violations, figures, faults, excused, logs } = await chaos({ seed: SEED, seconds: SECONDS });
  console.log({ seed: SEED, figures, faults, excused });
  expect({ violations, logs }).toEqual({ violations: [], logs: undefined });
  expect(figures.deliveries).toBeGreaterThan(SECONDS * 20);
});

describe('a bug put in on purpose is found', () => {
  test.each(PLANTED)('$name', { timeout: 120_000 }, async ({ name: _name, ...patch }) => {
    const { violations } = await chaos({ seed: 11, seconds: 6, patches: [patch] });
    expect(violations.length).toBeGreaterThan(0);
  });
});
