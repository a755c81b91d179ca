import type { DeliverySummary, TaskSummary } from '../data/types.js';

/** Times in seconds, and a value at each: as uPlot takes them. */
export interface Series {
  readonly times: number[];
  readonly values: readonly (number | null)[][];
}

/** How many tasks waited at each moment, worked out from when each was created and first accepted, or ended. */
export function waitingSeries(
  tasks: readonly TaskSummary[],
  end: number,
  spanMs: number,
  stepMs: number,
): Series {
  const begin = Math.floor((end - spanMs) / stepMs) * stepMs;
  const count = Math.floor((end - begin) / stepMs) + 1;
  const change = new Array<number>(count + 1).fill(0);
  for (const task of tasks) {
    const from = task.createdAt;
    const to = waitedUntil(task);
    if (to < begin || from > end) continue;
    const first = Math.max(0, Math.ceil((from - begin) / stepMs));
    const last = to === Number.POSITIVE_INFINITY ? count : Math.ceil((to - begin) / stepMs);
    if (last <= first) continue;
    change[first]! += 1;
    change[Math.min(count, last)]! -= 1;
  }
  let waiting = 0;
  const times: number[] = [];
  const values: number[] = [];
  for (let at = 0; at < count; at += 1) {
    waiting += change[at]!;
    times.push((begin + at * stepMs) / 1_000);
    values.push(waiting);
  }
  return { times, values: [values] };
}

function waitedUntil({ createdAt, waitedMs, endedAt }: TaskSummary): number {
  if (waitedMs !== null) return createdAt + waitedMs;
  return endedAt ?? Number.POSITIVE_INFINITY;
}

/** The middle and the slowest answer of each moment, in milliseconds; null: none was sent then. */
export function answerSeries(
  deliveries: readonly DeliverySummary[],
  end: number,
  spanMs: number,
  stepMs: number,
): Series {
  const begin = Math.floor((end - spanMs) / stepMs) * stepMs;
  const count = Math.floor((end - begin) / stepMs) + 1;
  const buckets: number[][] = Array.from({ length: count }, () => []);
  for (let at = deliveries.length - 1; at >= 0; at -= 1) {
    const one = deliveries[at]!;
    // Deliveries are in the order of their ends: a slow one may have begun a little earlier.
    if (one.at < begin - 20_000) break;
    buckets[Math.floor((one.at - begin) / stepMs)]?.push(one.ms);
  }
  const times = buckets.map((_, at) => (begin + at * stepMs) / 1_000);
  const sorted = buckets.map((bucket) => bucket.sort((a, b) => a - b));
  return {
    times,
    values: [
      sorted.map((bucket) => bucket[bucket.length >> 1] ?? null),
      sorted.map((bucket) => bucket.at(-1) ?? null),
    ],
  };
}
