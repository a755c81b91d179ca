import { cancelReasons, isCancelReason } from '../../emulator/engine/events/cancel-reasons.js';
import { badEvents, type PastEvent } from './read-events.js';

/** A task as its events tell of it. Times are milliseconds since 1970. */
export interface PastTask {
  readonly sid: string;
  /** When it was created, or the beginning of the events where that is not among them. */
  readonly createdAt: number;
  /** Its creation is among the events. */
  readonly whole: boolean;
  readonly attributes: string;
  readonly workflow: string | undefined;
  readonly channel: string | undefined;
  readonly priority: number;
  /** The queues it was in, and since when. */
  readonly queues: { readonly name: string; readonly at: number }[];
  /** When it was offered to whoever accepted it. */
  offeredAt: number | undefined;
  answeredAt: number | undefined;
  /** When whoever accepted it was done with it. */
  endedAt: number | undefined;
  /** When it left unanswered. */
  leftAt: number | undefined;
  /** The router took it out: its workflow ended. */
  leftByRouter: boolean;
}

/** A worker as events tell of them. */
export interface PastWorker {
  readonly sid: string;
  readonly name: string;
  readonly attributes: string | undefined;
  /** The activities they came to; the first is that of the beginning. */
  readonly activities: { readonly name: string; readonly at: number; readonly order: number }[];
  readonly attributeChanges: { readonly attributes: string; readonly at: number; readonly order: number }[];
  /** By reservation: when it was open. */
  readonly work: Map<string, { readonly from: number; to: number | undefined; readonly channel: string }>;
  /** By channel: the capacity that events name. */
  readonly capacities: Map<string, number>;
}

export interface PastDay {
  /** The first and the last event. */
  readonly from: number;
  readonly to: number;
  readonly tasks: readonly PastTask[];
  readonly workers: readonly PastWorker[];
  /** What events say about activities: by name, are they available? */
  readonly activities: ReadonlyMap<string, boolean>;
  /** Activities in which workers were offered tasks. */
  readonly offeredIn: ReadonlySet<string>;
  /** Tasks that were in a worker's hands when the events begin. */
  readonly inHand: number;
}

/**
 * What the events of a day say about its tasks and workers.
 * @throws {ConfigurationError} `bad-events` where they lack what a replay needs.
 */
export function pastDayOf(events: readonly PastEvent[]): PastDay {
  return new Reader(events).read();
}

/** Of a task that had begun before: types that say that someone had accepted it already. */
const HELD = ['reservation.wrapup', 'reservation.completed', 'task.wrapup', 'task.completed'];
const OVER = ['rejected', 'timeout', 'canceled', 'rescinded', 'completed'].map(
  (verb) => `reservation.${verb}`,
);
const GONE = ['task.completed', 'task.canceled', 'task.deleted', 'task.system-deleted'];

/** What an event must say, by its type, for a replay to be of that day. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'task.created': ['task_sid'],
  'reservation.created': ['reservation_sid', 'task_sid', 'worker_sid'],
  'reservation.accepted': ['reservation_sid', 'task_sid', 'worker_sid'],
  'reservation.completed': ['reservation_sid', 'task_sid', 'worker_sid'],
  'worker.activity.update': ['worker_sid', 'worker_activity_name'],
};

/** @throws {ConfigurationError} `bad-events` for an event without something that is needed. */
function refuseIncomplete({ at, type, data }: PastEvent): void {
  const missing = NEEDED[type]?.find((name) => data[name] === undefined);
  if (missing === undefined) return;
  throw badEvents(
    `The ${type} event of ${new Date(at).toISOString()} has no ${missing}: export the events with all of their properties.`,
  );
}

class Reader {
  readonly #events: readonly PastEvent[];
  readonly #from: number;
  readonly #tasks = new Map<string, PastTask>();
  readonly #inHand = new Set<string>();
  readonly #workers = new Map<string, PastWorker>();
  readonly #activities = new Map<string, boolean>();
  readonly #activityNames = new Map<string, string>();
  readonly #offeredIn = new Set<string>();
  /** By reservation. */
  readonly #offers = new Map<string, number>();
  readonly #openOfTask = new Map<string, Map<string, PastWorker>>();

  constructor(events: readonly PastEvent[]) {
    this.#events = events;
    this.#from = events[0]!.at;
  }

  read(): PastDay {
    const to = this.#events.at(-1)!.at;
    if (to === this.#from)
      throw badEvents('All events are of one instant: export a day, or at least some hours.');
    // First, because events of one instant come in any order.
    for (const event of this.#events) {
      refuseIncomplete(event);
      const { at, type, data } = event;
      if (type === 'task.created') this.#addTask(event, at, true);
      else if (type === 'reservation.created') this.#offers.set(data.reservation_sid!, at);
    }
    this.#events.forEach((event, order) => {
      this.#follow(event, order);
    });
    const tasks = [...this.#tasks.values()];
    const answered = tasks.filter(({ answeredAt }) => answeredAt !== undefined);
    const all = 'Export events of all types, for the whole day.';
    if (!tasks.some(({ whole }) => whole)) throw badEvents(`No event says that a task was created. ${all}`);
    if (answered.length === 0)
      throw badEvents(`No event says that a task was accepted: how long work takes cannot be told. ${all}`);
    if (!answered.some(({ endedAt }) => endedAt !== undefined))
      throw badEvents(
        `No event says that an accepted task ended: how long work takes cannot be told. ${all}`,
      );
    return {
      from: this.#from,
      to,
      tasks: tasks.sort((a, b) => a.createdAt - b.createdAt),
      workers: [...this.#workers.values()],
      activities: this.#activities,
      offeredIn: this.#offeredIn,
      inHand: this.#inHand.size,
    };
  }

  #addTask({ data, type }: PastEvent, createdAt: number, whole: boolean): PastTask | undefined {
    const sid = data.task_sid!;
    const attributes = data.task_attributes;
    if (attributes === undefined) {
      if (!whole) return undefined;
      throw badEvents(
        `The ${type} event of task ${sid} has no task_attributes. Twilio removes the attributes of old events: export the day before it is 30 days old.`,
      );
    }
    const task: PastTask = {
      sid,
      createdAt,
      whole,
      attributes,
      workflow: data.workflow_name,
      channel: data.task_channel_unique_name,
      priority: Number(data.task_priority ?? 0) || 0,
      queues: [],
      offeredAt: undefined,
      answeredAt: undefined,
      endedAt: undefined,
      leftAt: undefined,
      leftByRouter: false,
    };
    if (!this.#tasks.has(sid)) this.#tasks.set(sid, task);
    return this.#tasks.get(sid);
  }

  #follow(event: PastEvent, order: number): void {
    const { at, type, data } = event;
    if (data.activity_name !== undefined && data.activity_available !== undefined)
      this.#activities.set(data.activity_name, data.activity_available === 'true');
    if (data.worker_activity_sid !== undefined && data.worker_activity_name !== undefined)
      this.#activityNames.set(data.worker_activity_sid, data.worker_activity_name);
    const worker = data.worker_sid === undefined ? undefined : this.#workerOf(event, order);
    if (worker) this.#followWorker(worker, event, order);
    const sid = data.task_sid;
    if (sid === undefined) return;
    if (type.startsWith('reservation.') && worker) this.#followReservation(worker, event);
    if (GONE.includes(type)) this.#closeAll(sid, at);
    const task = this.#tasks.get(sid) ?? this.#begunBefore(event);
    if (task) followTask(task, event, this.#offers);
  }

  /** A task whose creation is not among the events: it waits from the beginning on, unless someone has it. */
  #begunBefore(event: PastEvent): PastTask | undefined {
    const sid = event.data.task_sid!;
    if (this.#inHand.has(sid) || !/^(task|reservation|task-queue|workflow)\./.test(event.type))
      return undefined;
    const status = event.data.task_assignment_status;
    const held = HELD.includes(event.type) || (event.type === 'task.updated' && isHeld(status));
    const task = held || GONE.includes(event.type) ? undefined : this.#addTask(event, this.#from, false);
    // One that leaves without another word cannot be told from one that is cleared away.
    if (held) this.#inHand.add(sid);
    return task;
  }

  #workerOf({ at, type, data }: PastEvent, order: number): PastWorker {
    const sid = data.worker_sid!;
    const known = this.#workers.get(sid);
    if (known) return known;
    const before =
      type === 'worker.activity.update'
        ? (data.worker_previous_activity_name ??
          this.#activityNames.get(data.worker_previous_activity_sid ?? ''))
        : data.worker_activity_name;
    const worker: PastWorker = {
      sid,
      name: data.worker_name ?? sid,
      attributes: data.worker_attributes,
      activities: [{ name: before ?? 'Offline', at: type === 'worker.created' ? at : this.#from, order }],
      attributeChanges: [],
      work: new Map(),
      capacities: new Map(),
    };
    this.#workers.set(sid, worker);
    return worker;
  }

  #followWorker(worker: PastWorker, { at, type, data }: PastEvent, order: number): void {
    const { worker_attributes: attributes, task_channel_unique_name: channel } = data;
    if (type === 'worker.activity.update')
      worker.activities.push({ name: data.worker_activity_name ?? 'Offline', at, order });
    else if (type === 'worker.deleted') worker.activities.push({ name: 'Offline', at, order });
    else if (type === 'worker.attributes.update' && attributes !== undefined)
      worker.attributeChanges.push({ attributes, at, order });
    else if (type === 'worker.capacity.update' && channel !== undefined) {
      const free = Number(data.worker_channel_available_capacity ?? 0) || 0;
      const taken = Number(data.worker_channel_task_count ?? 0) || 0;
      worker.capacities.set(channel, Math.max(worker.capacities.get(channel) ?? 0, free + taken));
    }
  }

  #followReservation(worker: PastWorker, { at, type, data }: PastEvent): void {
    const { reservation_sid: reservation, task_sid: task, task_channel_unique_name: channel } = data;
    if (reservation === undefined) return;
    if (type === 'reservation.created' && data.worker_activity_name !== undefined)
      this.#offeredIn.add(data.worker_activity_name);
    const known = worker.work.get(reservation);
    if (!known) {
      worker.work.set(reservation, {
        // Or it was made before the first event.
        from: Math.min(at, this.#offers.get(reservation) ?? this.#from),
        to: undefined,
        channel: channel ?? 'default',
      });
      const open = this.#openOfTask.get(task!) ?? new Map<string, PastWorker>();
      this.#openOfTask.set(task!, open.set(reservation, worker));
    }
    if (OVER.includes(type)) worker.work.get(reservation)!.to ??= at;
  }

  #closeAll(task: string, at: number): void {
    for (const [reservation, worker] of this.#openOfTask.get(task) ?? [])
      worker.work.get(reservation)!.to ??= at;
    this.#openOfTask.delete(task);
  }
}

function followTask(
  task: PastTask,
  { at, type, data }: PastEvent,
  offers: ReadonlyMap<string, number>,
): void {
  const answered = task.answeredAt !== undefined;
  // At the instant of the acceptance it came there first, whichever event comes first.
  const waits = task.answeredAt === undefined || at <= task.answeredAt;
  if (waits && data.task_queue_name !== undefined && isPlace(type))
    if (task.queues.at(-1)?.name !== data.task_queue_name)
      task.queues.push({ name: data.task_queue_name, at: Math.max(at, task.createdAt) });
  if (type === 'reservation.accepted' && !answered && task.leftAt === undefined) {
    task.offeredAt = Math.max(task.createdAt, offers.get(data.reservation_sid ?? '') ?? at);
    task.answeredAt = at;
  } else if (answered && (type === 'reservation.completed' || GONE.includes(type))) task.endedAt ??= at;
  else if (!answered && GONE.includes(type) && task.leftAt === undefined) {
    const reason = data.task_canceled_reason ?? data.reason;
    task.leftAt = at;
    // A time to live is the task's own, and so the same whatever the workflow is.
    task.leftByRouter = isCancelReason(reason) && reason !== cancelReasons.timeToLive;
  }
}

/** Do events of this type say in which queue a task is, once it has been created? */
const isPlace = (type: string): boolean =>
  type === 'task.created' || type === 'task-queue.entered' || type === 'reservation.created';

const isHeld = (status: string | undefined): boolean => status === 'assigned' || status === 'wrapping';
