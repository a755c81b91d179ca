import type { DefinitionPath } from '../definition/index.js';
import type { LintContext } from './types.js';

/** Activities that are meant for workers who should get no tasks, and give them tasks. */
export function checkActivities({ definition, options, report }: LintContext): void {
  const isAvailable = (name: string | undefined) =>
    name === 'Available' || (name !== undefined && definition.activities?.[name]?.available === true);
  const check = (name: string | undefined, path: DefinitionPath, why: string) => {
    if (isAvailable(name))
      report('available-activity', path, `${JSON.stringify(name)} is an available activity: ${why}`);
  };
  check(
    definition.timeoutActivity,
    ['timeoutActivity'],
    'a worker who let a reservation time out gets the next task at once. Use one that is not available.',
  );
  for (const [name, queue] of Object.entries(definition.taskQueues ?? {})) {
    for (const key of ['reservationActivity', 'assignmentActivity'] as const) {
      check(
        queue[key],
        ['taskQueues', name, key],
        'a worker who is busy gets more tasks. Use one that is not available.',
      );
    }
  }
  for (const name of options.handlerActivities ?? []) {
    check(
      name,
      ['activities', name],
      'handlers use it in reject or as postWorkActivity, and the worker gets the next task at once. Use one that is not available.',
    );
  }
}
