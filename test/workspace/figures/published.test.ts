import { describe, expect, test } from 'vitest';
import { agrees, PUBLISHED } from './published.js';

/**
 * A tenth of the days of `npm run figures`, or fewer where a day costs most (T2: 7 of 100 and 6 of 80, T4: 20 of 1,000). Each figure
 * must lie within its 95 % interval, joined with the published one's. Seeds are fixed, so a test fails for a change of
 * the code and not by chance. A wrong rule shows: an agent more or less in T1 moves P(wait) by 0.07, three intervals.
 */
describe('published queueing results are reproduced', () => {
  test.each(PUBLISHED)('$id: $model', { timeout: 180_000 }, ({ run, days, inTests = days / 10, figures }) => {
    const result = run(inTests);
    const found = figures.map((figure) => {
      const measured = figure.measure(result);
      return {
        figure: figure.name,
        ...measured,
        published: figure.published,
        agrees: agrees(figure, measured),
      };
    });
    expect(found.filter((one) => !one.agrees)).toEqual([]);
  });
});
