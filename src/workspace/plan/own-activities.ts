import { ConfigurationError } from '../../errors.js';
import { type CheckedDefinition, OWN_ACTIVITIES } from '../definition/index.js';
import type { LiveWorkspace } from '../live/read-live.js';

/**
 * Every workspace begins with three activities, so that a definition may name them without having them. One that someone
 * has renamed or deleted has no SID to send.
 *
 * @throws {ConfigurationError} `unknown-activity` with what to do.
 */
export function checkOwnActivities(definition: CheckedDefinition, live: LiveWorkspace): void {
  const queues = Object.values(definition.taskQueues ?? {});
  const named = new Set([
    definition.defaultActivity,
    definition.timeoutActivity,
    ...queues.flatMap(({ reservationActivity, assignmentActivity }) => [
      reservationActivity,
      assignmentActivity,
    ]),
    ...Object.values(definition.workers ?? {}).map(({ activity }) => activity),
  ]);
  for (const name of OWN_ACTIVITIES) {
    const there = live.activities.some(({ friendlyName }) => friendlyName === name);
    if (there || !named.has(name) || Object.hasOwn(definition.activities ?? {}, name)) continue;
    throw new ConfigurationError(
      'unknown-activity',
      `The workspace has no activity ${JSON.stringify(name)} any more: someone has renamed or deleted it. Write it under activities to have it created, or name another one.`,
    );
  }
}
