import type { Arrival } from '../simulate/day/demand.js';
import { randomStream } from '../simulate/day/random.js';
import type { TaskKind } from '../simulate/plan/plan.js';
import type { PastDay, PastTask } from './past-day.js';
import { type Observation, Survival } from './survival.js';

/** The tasks of a past day, as they arrive in its replay. */
export interface PastArrivals {
  readonly kinds: readonly TaskKind[];
  /** In the order of time. */
  readonly arrivals: readonly Arrival[];
  /** Tasks whose handling nobody saw, because they were not answered or not finished. */
  readonly handlingDrawn: number;
}

export interface ArrivalParts {
  readonly day: PastDay;
  readonly seed: number;
  /** The workflow that stands for one of the day. */
  readonly workflowOf: (task: PastTask) => string | undefined;
  /** Milliseconds since midnight. */
  readonly timeOf: (at: number) => number;
}

/**
 * Makes arrivals of the tasks of a past day. What the day does not show of a task is drawn from what it shows of others
 * of the same workflow and channel: how long who was answered would have waited, and how long who left would have talked.
 */
export function arrivalsOf({ day, seed, workflowOf, timeOf }: ArrivalParts): PastArrivals {
  const patience = learn(day.tasks, patienceOf(day.to));
  const handling = learn(day.tasks, handlingOf(day.to));
  const anyHandling = new Survival(day.tasks.flatMap((task) => handlingOf(day.to)(task) ?? []));
  const patienceDraws = randomStream(seed, 'replay', 'patience');
  const handlingDraws = randomStream(seed, 'replay', 'handling');
  const kinds = new Map<string, { readonly kind: TaskKind; readonly index: number }>();
  let handlingDrawn = 0;
  const arrivals = day.tasks.map((task): Arrival => {
    const seen = patienceOf(day.to)(task);
    // Both are drawn for every task, so that one more or less does not change what the others get.
    const longer = patience(task).draw(patienceDraws, seen.time);
    const work = handlingOf(day.to)(task);
    const beyond = work?.time ?? -1;
    const learned = handling(task);
    const drawn = (learned.isEmpty ? anyHandling : learned).draw(handlingDraws, beyond);
    if (!work?.ended) handlingDrawn += 1;
    return {
      at: timeOf(task.createdAt),
      kind: kindOf(kinds, task, workflowOf(task)),
      handling: work?.ended ? work.time : (drawn ?? Math.max(0, beyond)),
      patience: seen.ended ? seen.time : (longer ?? Number.POSITIVE_INFINITY),
      ringing: task.answeredAt === undefined ? 0 : task.answeredAt - task.offeredAt!,
      ...(isCounted(task) ? {} : { uncounted: true }),
    };
  });
  return { kinds: [...kinds.values()].map(({ kind }) => kind), arrivals, handlingDrawn };
}

/** It came and was answered, or left, within the events. */
export const isCounted = ({ whole, answeredAt, leftAt }: PastTask): boolean =>
  whole && (answeredAt !== undefined || leftAt !== undefined);

const patienceOf =
  (to: number) =>
  ({ createdAt, answeredAt, leftAt, leftByRouter }: PastTask): Observation => ({
    time: (answeredAt ?? leftAt ?? to) - createdAt,
    ended: answeredAt === undefined && leftAt !== undefined && !leftByRouter,
  });

const handlingOf =
  (to: number) =>
  ({ answeredAt, endedAt }: PastTask): Observation | undefined =>
    answeredAt === undefined
      ? undefined
      : { time: (endedAt ?? to) - answeredAt, ended: endedAt !== undefined };

/** One distribution for each workflow and channel. */
function learn(
  tasks: readonly PastTask[],
  of: (task: PastTask) => Observation | undefined,
): (task: PastTask) => Survival {
  const groupOf = ({ workflow, channel }: PastTask) => JSON.stringify([workflow, channel]);
  const groups = new Map<string, Observation[]>();
  for (const task of tasks) {
    const group = groupOf(task);
    if (!groups.has(group)) groups.set(group, []);
    const observed = of(task);
    if (observed) groups.get(group)!.push(observed);
  }
  const learned = new Map([...groups].map(([group, observed]) => [group, new Survival(observed)]));
  return (task) => learned.get(groupOf(task))!;
}

function kindOf(
  kinds: Map<string, { readonly kind: TaskKind; readonly index: number }>,
  { attributes, channel, priority }: PastTask,
  workflow: string | undefined,
): number {
  const key = JSON.stringify([workflow, channel, priority, attributes]);
  const known = kinds.get(key);
  if (known) return known.index;
  const index = kinds.size;
  const kind: TaskKind = {
    name: `task ${index + 1}`,
    workflow,
    taskChannel: channel,
    attributes,
    priority,
    timeout: undefined,
    arrivals: [],
    handling: [],
    patience: undefined,
  };
  kinds.set(key, { kind, index });
  return index;
}
