import { formatMs } from '../../checked-file/duration.js';
import type { RoutingTest } from '../file-schema.js';
import { fulfils, type Moment, missing, momentWords, wordsOf } from '../moments.js';
import type { TestFailure } from '../run-test.js';

/**
 * Judges what happened in real time. Requests take their time, and TaskRouter's timers may be late, so `at` is fulfilled by
 * any moment that near, `by` by any until that much later, and `never` looks until that much before the end.
 *
 * @param tolerance - in milliseconds.
 */
export function judgeMoments(
  test: RoutingTest,
  index: number,
  momentsOf: (task: string) => readonly Moment[],
  { tolerance, end }: { readonly tolerance: number; readonly end: number },
): readonly TestFailure[] {
  const failures: TestFailure[] = [];
  test.expect.forEach(({ task, at, by, never, ...conditions }, expectation) => {
    const moments = momentsOf(task);
    const fail = (message: string) =>
      failures.push({
        path: ['tests', index, 'expect', expectation],
        message,
        explanation: storyOf(task, moments),
      });
    if (never !== undefined) {
      const met = moments.find((moment) => moment.at <= end - tolerance && fulfils(moment, never));
      if (met)
        fail(`${task} never: ${wordsOf(never)}\nIt was, from ${formatMs(met.at)}: ${momentWords(met)}.`);
      return;
    }
    const instant = (at ?? by)!;
    const words = `${task} ${at === undefined ? 'by' : 'at'} ${formatMs(instant)}: ${wordsOf(conditions)}`;
    const earliest = at === undefined ? 0 : instant - tolerance;
    const near = moments.filter(
      (moment, number) =>
        moment.at <= instant + tolerance && (moments[number + 1]?.at ?? Number.POSITIVE_INFINITY) >= earliest,
    );
    if (near.some((moment) => fulfils(moment, conditions))) return;
    const now = moments.findLast((moment) => moment.at <= instant);
    if (!now) {
      fail(`${words}\nThe task does not exist yet.`);
      return;
    }
    fail(
      at === undefined
        ? `${words}\nIt never was. At ${formatMs(instant)} it is ${momentWords(now)}.`
        : `${words}\nIt is ${momentWords(now)}.\nNot so: ${missing(now, conditions).join(', ')}.`,
    );
  });
  return failures;
}

/** What the account's events said of a task. */
export const storyOf = (task: string, moments: readonly Moment[]): string =>
  moments.length === 0
    ? ''
    : [`Task ${task}`, ...moments.map((one) => `  ${formatMs(one.at)} ${momentWords(one)}`)].join('\n');
