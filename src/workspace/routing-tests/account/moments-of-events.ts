import type { CheckedDefinition } from '../../definition/index.js';
import { filtersOf } from '../check-names.js';
import { type Moment, sameMoment } from '../moments.js';

/** An event of an account, as far as tests need it. */
export interface AccountEvent {
  /** Milliseconds since 1970, by Twilio's clock. */
  readonly at: number;
  readonly type: string;
  /** As this package's client reads them: `taskSid`. */
  readonly data: Readonly<Record<string, unknown>>;
}

type Workflow = NonNullable<CheckedDefinition['workflows']>[string];

/**
 * How a task was from one event to the next. REST shows neither filter nor step: the filter is in the event
 * `workflow.target-matched`, or else the only one with the queue; the step is the next one of it with the queue.
 */
export function momentsOfEvents(
  events: readonly AccountEvent[],
  workflow: Workflow,
  origin: number,
): readonly Moment[] {
  const filters = filtersOf(workflow).map(({ name, targets }) => {
    let queue: string | undefined;
    return { name, queues: targets.map((target) => (queue = target.queue ?? queue)) };
  });
  const placing = events.some(({ type }) => type === 'workflow.target-matched')
    ? 'workflow.target-matched'
    : 'task-queue.entered';
  const moments: Moment[] = [];
  const offers = new Map<string, string>();
  let holder: string | undefined;
  let place: Pick<Moment, 'in' | 'filter' | 'step'> = { in: '', filter: '', step: 1 };
  let status = 'pending';
  let priority = 0;
  for (const { at, type, data } of events) {
    const reservation = String(data.reservationSid ?? '');
    const worker = String(data.workerName ?? data.workerSid ?? '');
    if (data.taskPriority !== undefined) priority = Number(data.taskPriority);
    switch (type) {
      case placing:
        place = placeOf(filters, place, String(data.taskQueueName ?? ''), data.workflowFilterName);
        break;
      case 'reservation.created':
        offers.set(reservation, worker);
        status = 'reserved';
        break;
      case 'reservation.accepted':
        offers.delete(reservation);
        holder = worker;
        status = 'assigned';
        break;
      case 'reservation.rejected':
      case 'reservation.timeout':
      case 'reservation.canceled':
      case 'reservation.rescinded':
        offers.delete(reservation);
        if (status === 'reserved' && offers.size === 0) status = 'pending';
        break;
      case 'reservation.wrapup':
      case 'task.wrapup':
        status = 'wrapping';
        break;
      case 'task.completed':
      case 'task.canceled':
        status = type === 'task.completed' ? 'completed' : 'canceled';
        offers.clear();
        break;
      case 'task.updated':
        break;
      default:
        continue;
    }
    if (place.in === '') continue;
    const moment: Moment = {
      at: Math.max(0, at - origin),
      status,
      ...place,
      priority,
      offeredTo: [...offers.values()],
      assignedTo: holder,
    };
    const last = moments.at(-1);
    if (!last || !sameMoment(last, moment)) moments.push(moment);
  }
  return moments;
}

function placeOf(
  filters: readonly { readonly name: string; readonly queues: readonly (string | undefined)[] }[],
  before: Pick<Moment, 'in' | 'filter' | 'step'>,
  queue: string,
  named: unknown,
): Pick<Moment, 'in' | 'filter' | 'step'> {
  const having = filters.filter(({ queues }) => queues.includes(queue));
  const filter =
    filters.find(({ name }) => name === named) ??
    (named === undefined && having.length === 1 ? having[0] : undefined);
  if (!filter) return { in: queue, filter: 'default filter', step: 1 };
  const from = before.filter === filter.name ? before.step : 0;
  const later = filter.queues.indexOf(queue, from);
  const index = later >= 0 ? later : filter.queues.indexOf(queue);
  return { in: queue, filter: filter.name, step: Math.max(0, index) + 1 };
}
