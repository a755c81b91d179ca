import { judge } from '../../../expressions/index.js';
import type { Reason } from '../explain/explain-types.js';
import type { QueueState, Step } from '../state.js';

/** `workers.available`, `workers.unavailable` and `workers.<ActivitySid>`: the queue's workers by activity alone. */
export function shouldSkip({ skipIf, queue }: Step): boolean {
  return skipIf?.test({ workers: (name) => countWorkers(queue, name) }) ?? false;
}

/** The comparisons of a step's `skip_if` that decide as it is now. */
export function skipReasons({ skipIf, queue }: Step): readonly Reason[] {
  return skipIf ? judge(skipIf, { workers: (name) => countWorkers(queue, name) }, true).reasons : [];
}

/** How many workers of a queue are in an activity, or in any that is available or not. */
export function countWorkers({ ws, activityCounts }: QueueState, name: string): number {
  if (name !== 'available' && name !== 'unavailable') return activityCounts.get(name) ?? 0;
  let total = 0;
  for (const [activitySid, workers] of activityCounts) {
    if (ws.activities.get(activitySid)!.available === (name === 'available')) total += workers;
  }
  return total;
}
