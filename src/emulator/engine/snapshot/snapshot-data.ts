import * as v from 'valibot';

/**
 * What a snapshot holds: each state without its links, which are SIDs here. Written once, as schemas: what
 * takeSnapshot() writes has their types, and what restore() reads is checked against them.
 */

/** The form of a snapshot. One of another form is refused. */
export const SNAPSHOT_VERSION = 3;

/** The engine's state as plain JSON data. Opaque, but for its version: give it back to `createEngine`. */
export interface EngineSnapshot {
  readonly version: typeof SNAPSHOT_VERSION;
  readonly [key: string]: unknown;
}

/** Milliseconds since 1970 that a Date can hold. */
const time = v.pipe(v.number(), v.minValue(-8.64e15), v.maxValue(8.64e15));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const sid = v.pipe(v.string(), v.nonEmpty());
const order = v.picklist(['FIFO', 'LIFO']);
/** Deleted, but still part of a task's history. */
const gone = v.boolean();

const dated = { sid, dateCreated: time, dateUpdated: time };
const resource = { ...dated, workspaceSid: sid };
const named = { ...resource, friendlyName: v.string() };

const workspace = v.object({
  ...dated,
  friendlyName: v.string(),
  eventCallbackUrl: v.string(),
  eventsFilter: v.string(),
  multiTaskEnabled: v.boolean(),
  prioritizeQueueOrder: order,
  defaultActivitySid: sid,
  timeoutActivitySid: sid,
});

const activity = v.object({ ...named, available: v.boolean() });

const taskChannel = v.object({ ...named, uniqueName: v.string(), channelOptimizedRouting: v.boolean() });

const workerChannel = v.object({
  ...resource,
  workerSid: sid,
  taskChannelSid: sid,
  available: v.boolean(),
  configuredCapacity: count,
  assignedTasks: count,
  consumedCapacity: count,
  idleRank: count,
});

const worker = v.object({
  ...named,
  attributes: v.string(),
  activitySid: sid,
  dateStatusChanged: time,
  version: count,
  openReservations: count,
  idleRank: count,
  everReserved: v.boolean(),
  movedBy: v.string(),
  gone,
  channels: v.array(workerChannel),
});

const taskQueue = v.object({
  ...named,
  targetWorkers: v.string(),
  maxReservedWorkers: count,
  taskOrder: order,
  reservationActivitySid: v.nullable(sid),
  assignmentActivitySid: v.nullable(sid),
  gone,
});

const workflow = v.object({
  ...named,
  configuration: v.string(),
  assignmentCallbackUrl: v.string(),
  fallbackAssignmentCallbackUrl: v.string(),
  taskReservationTimeout: count,
  gone,
  present: count,
  plans: v.array(v.object({ version: count, configuration: v.string(), since: time })),
});

/** A filter's index in its plan, or one of the two below zero. */
const filter = v.pipe(v.number(), v.integer(), v.minValue(-2));

const decision = v.object({
  at: time,
  kind: v.picklist([
    'routed',
    'target',
    'nobody',
    'timed-out',
    'skipped',
    'reserved',
    'backing-off',
    'ended',
    'changed',
    'left',
  ]),
  filter,
  target: count,
  text: v.string(),
});

const transfer = v.object({
  sid,
  dateCreated: time,
  dateUpdated: time,
  initiatingReservationSid: sid,
  initiatingWorkerSid: sid,
  initiatingQueueSid: sid,
  initiatingWorkflowSid: sid,
  mode: v.picklist(['WARM', 'COLD']),
  to: sid,
  status: v.picklist(['initiated', 'complete', 'failed', 'canceled']),
  failedReason: v.nullable(v.string()),
});

const task = v.object({
  ...resource,
  order: count,
  attributes: v.string(),
  assignmentStatus: v.picklist(['pending', 'reserved', 'assigned', 'wrapping', 'completed', 'canceled']),
  reason: v.nullable(v.string()),
  priority: v.pipe(v.number(), v.safeInteger()),
  timeout: count,
  taskChannelSid: sid,
  workflowSid: sid,
  taskQueueSid: sid,
  taskQueueEnteredDate: time,
  virtualStartTime: time,
  routingTarget: v.nullable(v.string()),
  ignoreCapacity: v.boolean(),
  assignmentCount: count,
  version: count,
  firstFilter: filter,
  timedOut: v.boolean(),
  reroute: v.nullable(v.picklist(['attributes', 'workflow'])),
  roundFailed: v.boolean(),
  failedRounds: count,
  settledAt: time,
  planVersion: count,
  filter,
  target: count,
  stepQueueSid: sid,
  /** JSON has no Infinity: null is none. */
  stepDeadline: v.nullable(time),
  filterEnteredAt: time,
  retryAt: v.nullable(time),
  decisions: v.array(decision),
  droppedDecisions: count,
  /** Missing in what was saved before there were transfers. */
  transfer: v.optional(v.nullable(transfer), null),
});

const reservation = v.object({
  ...resource,
  order: count,
  taskSid: sid,
  workerSid: sid,
  taskQueueSid: sid,
  workflowSid: sid,
  taskChannelSid: sid,
  reservationStatus: v.picklist([
    'pending',
    'accepted',
    'rejected',
    'timeout',
    'canceled',
    'rescinded',
    'wrapping',
    'completed',
  ]),
  version: count,
  workerPreviousActivitySid: v.nullable(sid),
  transferSid: v.optional(v.nullable(sid), null),
  dueAt: v.nullable(time),
});

const workspaceData = v.object({
  workspace,
  activities: v.array(activity),
  taskChannels: v.array(taskChannel),
  workers: v.array(worker),
  taskQueues: v.array(taskQueue),
  workflows: v.array(workflow),
  tasks: v.array(task),
  reservations: v.array(reservation),
});

/** The whole of it. */
export const snapshotData = v.object({
  version: v.literal(SNAPSHOT_VERSION),
  time,
  lastOrder: count,
  workspaces: v.array(workspaceData),
});

export type WorkerData = v.InferOutput<typeof worker>;
export type WorkflowData = v.InferOutput<typeof workflow>;
export type PlanState = WorkflowData['plans'][number];
export type TaskData = v.InferOutput<typeof task>;
export type ReservationData = v.InferOutput<typeof reservation>;
export type WorkspaceData = v.InferOutput<typeof workspaceData>;
export type SnapshotData = v.InferOutput<typeof snapshotData>;
