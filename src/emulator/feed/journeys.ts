import type { EngineEvent } from '../engine/index.js';
import type { Task, WorkspaceView } from '../engine/types.js';
import type { Bounds } from './bounds.js';
import { ChangeLog } from './change-log.js';
import { Packed } from './packed.js';
import { stepOf } from './steps.js';
import type { JourneyStep, Named, ReservationState, TaskSummary } from './types.js';

/** Of a journey the first 50 steps and the newest 150 are kept. */
const firstSteps = 50;
const newestSteps = 150;
/** So many ended tasks stay as objects: what ends is often asked for at once. */
const mostUnpacked = 200;

/** Estimates: an object with its texts, most of which other objects have too. */
const taskBytes = 800;
const stepBytes = 400;

/** One task and its way. */
export interface Journey {
  readonly sid: string;
  seq: number;
  workspaceSid: string;
  status: TaskSummary['status'];
  reason: string | null;
  priority: number;
  channel: string;
  workflow: Named;
  queue: Named;
  workers: readonly Named[];
  acceptedBy: Named | null;
  createdAt: number;
  updatedAt: number;
  endedAt: number | null;
  waitedMs: number | null;
  deliveries: number;
  droppedSteps: number;
  lastStep: JourneyStep;
  /** What lists do not show; put away once the task has ended. */
  body: Body | Packed<Body>;
  bytes: number;
}

interface Body {
  attributes: string;
  steps: JourneyStep[];
  reservations: ReservationState[];
}

/** The way of every task: those the engine has forgotten too, within bounds of number and of memory. */
export class JourneyStore {
  readonly #all = new Map<string, Journey>();
  readonly #changes = new ChangeLog<Journey>();
  /** Those that have ended, as objects and packed, oldest end first. */
  readonly #ended = new Set<Journey>();
  readonly #packed = new Set<Journey>();
  readonly bounds: Bounds;

  constructor(bounds: Bounds) {
    this.bounds = bounds;
  }

  get size(): number {
    return this.#all.size;
  }

  get(sid: string): Journey | undefined {
    return this.#all.get(sid);
  }

  /** Adds an event about a task to its way. `view`: the workspace once the change was whole. */
  add(event: EngineEvent, view: WorkspaceView | undefined, seq: number): Journey | undefined {
    const sid = event.data.TaskSid;
    if (sid === undefined) return undefined;
    const step: JourneyStep = { seq, ...stepOf(event, view) };
    const journey = this.#all.get(sid) ?? this.#begin(sid, event, step);
    const body = this.#open(journey);
    body.steps.push(step);
    if (body.steps.length > firstSteps + newestSteps) {
      body.steps.splice(firstSteps, 1);
      journey.droppedSteps += 1;
    }
    this.#follow(journey, body, event, view, step);
    this.#changes.touch(journey, seq);
    this.#weigh(journey);
    this.#tidy();
    return journey;
  }

  /** A callback about the task was sent. */
  delivered(sid: string | undefined, seq: number): void {
    const journey = this.#all.get(sid ?? '');
    if (!journey) return;
    journey.deliveries += 1;
    this.#changes.touch(journey, seq);
  }

  /** Marks the newest step as one whose explanation is kept. */
  explained(journey: Journey): void {
    const { steps } = this.#open(journey);
    const last = steps.at(-1);
    if (!last) return;
    const step = { ...last, explained: true };
    steps[steps.length - 1] = step;
    journey.lastStep = step;
  }

  /** Newest change first; `before`: only what changed earlier. */
  newest(before?: number): Generator<Journey> {
    return this.#changes.newest(before);
  }

  since(after: number, most: number) {
    return this.#changes.since(after, most);
  }

  body(journey: Journey): Readonly<Body> {
    return journey.body instanceof Packed ? journey.body.read() : journey.body;
  }

  #begin(sid: string, event: EngineEvent, step: JourneyStep): Journey {
    const { data } = event;
    const none = { sid: '', name: '' };
    const journey: Journey = {
      sid,
      seq: 0,
      workspaceSid: event.workspaceSid,
      status: 'pending',
      reason: null,
      priority: 0,
      channel: data.TaskChannelUniqueName ?? '',
      workflow: none,
      queue: none,
      workers: [],
      acceptedBy: null,
      createdAt: Number(data.TaskDateCreated ?? 0) * 1_000 || event.at,
      updatedAt: event.at,
      endedAt: null,
      waitedMs: null,
      deliveries: 0,
      droppedSteps: 0,
      lastStep: step,
      body: { attributes: '', steps: [], reservations: [] },
      bytes: 0,
    };
    this.#all.set(sid, journey);
    return journey;
  }

  #open(journey: Journey): Body {
    if (!(journey.body instanceof Packed)) return journey.body;
    const body = journey.body.read();
    journey.body = body;
    this.#packed.delete(journey);
    this.#ended.add(journey);
    return body;
  }

  /** Brings the summary up to date: from the engine if it still has the task, else from the event. */
  #follow(
    journey: Journey,
    body: Body,
    { type, at, data }: EngineEvent,
    view: WorkspaceView | undefined,
    step: JourneyStep,
  ): void {
    const task: Task | undefined = view?.tasks.get(journey.sid);
    const queueName = view?.taskQueues.get(task?.taskQueueSid ?? '')?.friendlyName;
    journey.lastStep = step;
    journey.updatedAt = at;
    journey.priority = task?.priority ?? Number(data.TaskPriority ?? journey.priority);
    journey.workflow = {
      sid: data.WorkflowSid ?? journey.workflow.sid,
      name: data.WorkflowName ?? journey.workflow.name,
    };
    if (task && queueName !== undefined) journey.queue = { sid: task.taskQueueSid, name: queueName };
    else if (step.queue) journey.queue = step.queue;
    body.attributes = task?.attributes ?? data.TaskAttributes ?? body.attributes;
    if (task) journey.createdAt = task.dateCreated;
    const isDeletion = type === 'task.deleted' || type === 'task.system-deleted';
    if (isDeletion) {
      if (journey.status !== 'completed' && journey.status !== 'canceled') journey.status = 'gone';
    } else {
      journey.status =
        task?.assignmentStatus ?? ((data.TaskAssignmentStatus as Task['assignmentStatus']) || journey.status);
    }
    journey.reason = task?.reason ?? data.TaskCanceledReason ?? data.TaskCompletedReason ?? journey.reason;
    if (type === 'reservation.accepted') {
      journey.waitedMs ??= at - journey.createdAt;
      journey.acceptedBy = step.worker;
    }
    this.#reservation(body, type, at, data, step);
    journey.workers = body.reservations
      .filter(({ status }) => status === 'pending' || status === 'accepted' || status === 'wrapping')
      .map(({ worker }) => worker);
    const ended = ['completed', 'canceled', 'gone'].includes(journey.status);
    if (ended && journey.endedAt === null) {
      journey.endedAt = at;
      this.#ended.add(journey);
    }
  }

  #reservation(body: Body, type: string, at: number, data: EngineEvent['data'], step: JourneyStep): void {
    const { ReservationSid: sid, TaskSid: taskSid = '' } = data;
    const status = statuses[type];
    if (sid === undefined || status === undefined) return;
    const found = body.reservations.findIndex((one) => one.sid === sid);
    const before = body.reservations[found];
    const now: ReservationState = {
      sid,
      taskSid,
      status,
      worker: step.worker ?? before?.worker ?? { sid: '', name: '' },
      createdAt: before?.createdAt ?? at,
      updatedAt: at,
      deadline: status === 'pending' ? step.deadline : null,
    };
    if (found >= 0) body.reservations[found] = now;
    else body.reservations.push(now);
    // A task that nobody takes may be offered a thousand times.
    if (body.reservations.length > newestSteps) body.reservations.shift();
  }

  #weigh(journey: Journey): void {
    const { body } = journey;
    const bytes =
      body instanceof Packed
        ? taskBytes + body.size
        : taskBytes + body.attributes.length * 2 + (body.steps.length + body.reservations.length) * stepBytes;
    this.bounds.bytes += bytes - journey.bytes;
    journey.bytes = bytes;
  }

  #tidy(): void {
    for (const journey of this.#ended) {
      if (this.#ended.size <= mostUnpacked) break;
      this.#ended.delete(journey);
      if (!(journey.body instanceof Packed)) journey.body = new Packed(journey.body);
      this.#packed.add(journey);
      this.#weigh(journey);
    }
    while (this.bounds.exceededBy(this.#all.size)) this.#drop();
  }

  /** Those that ended first go first. */
  #drop(): void {
    const [oldest = [...this.#ended][0] ?? [...this.#all.values()][0]] = this.#packed;
    if (!oldest) return;
    this.#all.delete(oldest.sid);
    this.#ended.delete(oldest);
    this.#packed.delete(oldest);
    this.#changes.remove(oldest);
    this.bounds.bytes -= oldest.bytes;
    this.bounds.dropped += 1;
  }
}

const statuses: Readonly<Record<string, ReservationState['status']>> = {
  'reservation.created': 'pending',
  'reservation.accepted': 'accepted',
  'reservation.rejected': 'rejected',
  'reservation.timeout': 'timeout',
  'reservation.canceled': 'canceled',
  'reservation.rescinded': 'rescinded',
  'reservation.wrapup': 'wrapping',
  'reservation.completed': 'completed',
};
