import type { EVENT_SUBJECTS } from '../documented-events.js';
import type { CallbackContext, Task, Worker } from './context.js';

/** A task as events carry it. */
export interface EventTask extends Task {
  readonly assignmentStatus: string | undefined;
  readonly canceledReason: string | undefined;
  readonly completedReason: string | undefined;
  /** Why a task was canceled, by the name that recorded `task.canceled` events have too. Not documented. */
  readonly reason: string | undefined;
  readonly queueSid: string | undefined;
  readonly workflowSid: string | undefined;
  readonly channelSid: string | undefined;
  readonly channelUniqueName: string | undefined;
  /** Grows with each change of the task. Not documented; sort by it if it is there. */
  readonly version: number | undefined;
}

/** A worker as events carry it. */
export interface EventWorker extends Worker {
  readonly name: string | undefined;
  readonly activitySid: string | undefined;
  readonly activityName: string | undefined;
  readonly version: number | undefined;
}

/** What `worker.activity.update` adds to the worker. */
export interface EventWorkerActivity extends EventWorker {
  readonly previousActivitySid: string | undefined;
  readonly previousActivityName: string | undefined;
  /** How long the worker was in it, in milliseconds. */
  readonly timeInPreviousActivityMs: number | undefined;
}

/** What `worker.capacity.update` and `worker.channel.availability.update` carry. */
export interface EventWorkerChannel {
  readonly taskChannelSid: string | undefined;
  readonly taskChannelUniqueName: string | undefined;
  readonly available: boolean | undefined;
  readonly availableCapacity: number | undefined;
  readonly previousCapacity: number | undefined;
  readonly taskCount: number | undefined;
}

export interface EventReservation {
  /** `WR…` */
  readonly sid: string;
  readonly version: number | undefined;
}

export interface EventActivity {
  readonly sid: string;
  readonly name: string | undefined;
  readonly available: boolean | undefined;
}

export interface EventTaskChannel {
  readonly sid: string;
  readonly name: string | undefined;
  readonly uniqueName: string | undefined;
  readonly optimizedRouting: boolean | undefined;
}

export interface EventTaskQueue {
  readonly sid: string;
  readonly name: string | undefined;
  readonly targetExpression: string | undefined;
}

export interface EventWorkflow {
  readonly sid: string;
  readonly name: string | undefined;
  /** The filter that matched: `workflow.target-matched`. Not documented. */
  readonly filterName: string | undefined;
  readonly filterExpression: string | undefined;
}

export interface EventWorkspace {
  readonly sid: string;
  readonly name: string | undefined;
}

/**
 * A task handed on by one worker to another, or to a queue. Not documented: the names are those of published code and of Event
 * Streams, so every one may be missing.
 */
export interface EventTransfer {
  /** `TT…` */
  readonly sid: string | undefined;
  readonly mode: 'WARM' | 'COLD' | (string & {}) | undefined;
  /** The SID of a worker or a task queue. */
  readonly to: string | undefined;
  readonly type: 'WORKER' | 'QUEUE' | (string & {}) | undefined;
  readonly status: 'initiated' | 'complete' | 'failed' | 'canceled' | (string & {}) | undefined;
  readonly failedReason: string | undefined;
  readonly initiatingReservationSid: string | undefined;
  readonly initiatingWorkerSid: string | undefined;
}

/** Everything an event can be about. */
export interface EventSubjects {
  readonly task: EventTask;
  readonly worker: EventWorker;
  readonly workerActivity: EventWorkerActivity;
  readonly workerChannel: EventWorkerChannel;
  readonly reservation: EventReservation;
  readonly activity: EventActivity;
  readonly taskChannel: EventTaskChannel;
  readonly taskQueue: EventTaskQueue;
  readonly workflow: EventWorkflow;
  readonly workspace: EventWorkspace;
  readonly transfer: EventTransfer;
}

export type EventSubject = keyof EventSubjects;

/**
 * Further subjects of events about a task, by the first word of their type. Recordings of real accounts have them; the
 * documentation does not. A handler gets them if they were sent.
 */
interface RecordedSubjects {
  readonly task: 'taskQueue' | 'worker' | 'taskChannel' | 'reservation';
  readonly 'task-queue': 'worker' | 'taskChannel';
  readonly workflow: 'taskQueue' | 'worker' | 'taskChannel';
  readonly reservation: 'worker' | 'taskChannel';
}

/** The documented events. */
export type KnownEventType = keyof typeof EVENT_SUBJECTS;

/** The type an event came with: a documented one, or one that Twilio has added since. */
export type EventType = KnownEventType | (string & {});

type Documented<T extends KnownEventType> = (typeof EVENT_SUBJECTS)[T][number];

type Recorded<T extends KnownEventType> =
  'task' extends Documented<T>
    ? T extends `${infer Resource extends keyof RecordedSubjects}.${string}`
      ? RecordedSubjects[Resource]
      : never
    : never;

/** Every event names its workspace. */
type Perhaps<T extends KnownEventType> = Exclude<Recorded<T> | 'workspace', Documented<T>>;
/**
 * An event type that this version does not list. It is an object, so that a misspelt type is not taken for a new one.
 *
 * @example taskRouter.onEvent({ unlisted: 'task.paused' }, ({ task, log }) => log.info({ taskSid: task?.sid }, 'paused'));
 */
export interface UnlistedEventType {
  readonly unlisted: string;
}

/** What an event handler can be registered for. */
export type EventChoice = KnownEventType | UnlistedEventType;

/** The `type` of the events a choice stands for. */
export type ChosenEvent<C extends EventChoice> = C extends UnlistedEventType ? string : C & KnownEventType;

type SubjectsOf<T extends EventType> = T extends KnownEventType
  ? Pick<EventSubjects, Documented<T>> & Partial<Pick<EventSubjects, Perhaps<T>>>
  : Partial<EventSubjects>;

/** What an event handler gets: what every event has, and the subjects its type is about. */
export type EventContext<T extends EventType = EventType> = T extends EventType
  ? EventBase<T> & SubjectsOf<T>
  : never;

export interface EventBase<T extends EventType = EventType> extends CallbackContext {
  readonly kind: 'event';
  readonly type: T;
  /** `EV…`. Not documented, but sent with every event; it identifies duplicates. */
  readonly sid: string | undefined;
  readonly description: string | undefined;
  readonly workspaceName: string | undefined;
  /** `task`, `worker`, `reservation`, … */
  readonly resourceType: string | undefined;
  readonly resourceSid: string | undefined;
}

/** Handles events of the given types. What it returns is not used. */
export type EventHandler<T extends EventType = EventType> = (context: EventContext<T>) => unknown;
