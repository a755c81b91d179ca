import { expect, test } from 'vitest';
import { chaos } from './run.js';

/**
 * A minute of it, after all other tests (vitest.config.ts): beside them its processes starve, and what they then miss proves
 * nothing. `npm run chaos` takes longer, and plants bugs.
 */
const SECONDS = Number(process.env.CHAOS_SECONDS ?? 60);
/** Another one each time; a violation prints it. */
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);

test(`${SECONDS} s of faults over three processes, seed ${SEED}: every callback is answered as promised`, {
  timeout: SECONDS * 1_000 + 120_000,
}, async () => {
  const { violations, figures, faults, excused, logs } = await chaos({ seed: SEED, seconds: SECONDS });
  if (violations.length > 0) console.log({ seed: SEED, figures, faults, excused });
  expect({ violations, logs }).toEqual({ violations: [], logs: undefined });
  expect(figures.deliveries).toBeGreaterThan(SECONDS * 20);
});
