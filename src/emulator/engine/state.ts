import type {
  CompiledExpression,
  ExpressionWorker,
  JsonObject,
  OrderClause,
} from '../../expressions/index.js';
import type { Heap } from './heap.js';
import type { Trace } from './trace.js';
import type {
  Activity,
  Reservation,
  Task,
  TaskChannel,
  TaskQueue,
  Transfer,
  Worker,
  WorkerChannel,
  Workflow,
  Workspace,
  WorkspaceView,
} from './types.js';

/** The engine's own side of each resource: what readers see, writable, and the links and indexes routing needs. */
type Own<T> = { -readonly [K in keyof T]: T[K] };

export type ActivityState = Own<Activity>;
export type TaskChannelState = Own<TaskChannel>;
export type WorkerChannelState = Own<WorkerChannel> & {
  readonly channel: TaskChannelState;
  /** The place in the order of idleness on this channel alone: smaller is idle for longer. */
  idleRank: number;
};

export interface WorkerState extends Own<Worker> {
  readonly ws: WorkspaceState;
  parsedAttributes: JsonObject;
  /** What expressions see. */
  readonly scope: ExpressionWorker;
  activity: ActivityState;
  /** By task channel SID. */
  readonly channels: Map<string, WorkerChannelState>;
  readonly queues: Set<QueueState>;
  /** The pools it is in now: those where it could be given a task this instant. */
  readonly pools: Set<Pool>;
  /** Reservations of tasks that still exist, oldest first. */
  readonly reservations: Set<ReservationState>;
  /** Its pending, accepted and wrapping reservations. */
  openReservations: number;
  /** The place in the order of idleness: smaller is idle for longer. Unique, given out in the order of time. */
  idleRank: number;
  everReserved: boolean;
  /** What moved it to its present activity, in words; empty: it was created there. */
  movedBy: string;
}

export interface QueueState extends Own<TaskQueue> {
  readonly ws: WorkspaceState;
  /** Absent: the expression is empty, which no worker matches. */
  target: CompiledExpression<'queue'> | undefined;
  readonly workers: Set<WorkerState>;
  /** How many of its workers are in each activity: what skip_if counts. */
  readonly activityCounts: Map<string, number>;
  /** By task channel SID; made when the first task of that channel waits here. */
  readonly pools: Map<string, Pool>;
}

/** Tasks of one channel waiting in one queue, and the workers who could take one of them this instant. */
export interface Pool {
  readonly queue: QueueState;
  readonly channel: TaskChannelState;
  /** In order of idleness, the longest idle first. */
  readonly workers: WorkerState[];
  /** Non-empty groups, save those for one known worker. */
  readonly groups: Set<Group>;
  /** Non-empty groups for one known worker, by that worker's key. */
  readonly known: Map<string, Set<Group>>;
}

/** Tasks that wait at the same step and ask for the same workers: every one could go where any other can. */
export interface Group {
  readonly key: string;
  readonly step: Step;
  readonly channel: TaskChannelState;
  /** Absent for tasks routed straight to a worker: these need not be in a queue of that worker. */
  readonly pool: Pool | undefined;
  /** Attributes of one of the tasks; all agree on those that the step's expression asks for. */
  readonly parsedAttributes: JsonObject;
  /** Only this worker: `sid:WK…` or `name:…` in lower case. */
  readonly known: string | undefined;
  readonly ignoreCapacity: boolean;
  readonly tasks: Heap<'groupSlot', TaskState>;
  /** The workers' epoch at which nobody was found for this group: until it changes nobody will be. */
  noneAt: number;
  /** Why nobody was found, at that epoch: situation.ts. */
  nobody: { readonly epoch: number; readonly queueName: string; readonly why: () => string } | undefined;
}

export interface WorkflowState extends Own<Workflow> {
  readonly ws: WorkspaceState;
  plan: Plan;
  /** The present plan and older ones that tasks still follow, by version. */
  readonly plans: Map<number, Plan>;
}

/** One version of a workflow's configuration, compiled. */
export interface Plan {
  readonly workflow: WorkflowState;
  readonly version: number;
  readonly configuration: string;
  readonly filters: readonly PlanFilter[];
  readonly defaultStep: Step | undefined;
  /** Steps of tasks whose RoutingTarget goes past the filters, by queue SID. */
  readonly direct: Map<string, Step>;
  /** Tasks that follow it. */
  tasks: number;
  /** When it became the workflow's configuration. */
  since: number;
}

export interface PlanFilter {
  readonly name: string;
  readonly expression: CompiledExpression<'filter'>;
  readonly steps: readonly Step[];
}

/** Where a task stands in a plan: a filter's index, or one of these. */
export const DEFAULT_FILTER = -1;
export const DIRECT_FILTER = -2;

/** One target of a plan. */
export interface Step {
  readonly plan: Plan;
  readonly filter: number;
  readonly target: number;
  /** How explanations call its filter, and it: `filter "Buyers"`, `target 1 of filter "Buyers"`. */
  readonly filterLabel: string;
  readonly label: string;
  /** What is noted of every task that enters it; made anew when the queue has another name. */
  entered: { readonly queueName: string; readonly text: string } | undefined;
  readonly queue: QueueState;
  readonly priority: number | undefined;
  /** In milliseconds; Infinity without a timeout. */
  readonly timeoutMs: number;
  /** The timeouts of the filter's earlier steps, those without one left out. */
  readonly earlierTimeoutsMs: number;
  readonly expression: CompiledExpression<'target'> | undefined;
  readonly orderBy: readonly OrderClause[] | undefined;
  readonly orderBySource: string | undefined;
  readonly skipIf: CompiledExpression<'skip_if'> | undefined;
  readonly known: { readonly by: 'sid' | 'name'; readonly path: readonly (string | number)[] } | undefined;
  /** The task attributes the expression asks for. */
  readonly taskPaths: readonly (readonly (string | number)[])[];
  readonly groups: Map<string, Group>;
}

export type RerouteCause = 'attributes' | 'workflow';

export type TransferState = Own<Transfer>;

export interface TaskState extends Own<Omit<Task, 'transfer'>> {
  transfer: TransferState | null;
  readonly ws: WorkspaceState;
  /** Its place among everything ever created: breaks ties. */
  readonly order: number;
  parsedAttributes: JsonObject;
  plan: Plan;
  step: Step;
  /** When the present filter was entered: its steps' timeouts count from then. */
  filterEnteredAt: number;
  /** When the present step ends; Infinity without a timeout. */
  stepDeadline: number;
  /** The filter that matched first when it was last routed from the top. */
  firstFilter: number;
  /** Has it left a filter because its last target timed out? The default filter is then closed to it. */
  timedOut: boolean;
  /** Why it is to be routed from the top when it is pending again; null: it is not. */
  reroute: RerouteCause | null;
  /** Has an assignment callback of the present round failed? */
  roundFailed: boolean;
  /** How many rounds in a row have failed so: backoff.ts. */
  failedRounds: number;
  /** While it backs off, when it will be offered again; else Infinity. */
  retryAt: number;
  group: Group | undefined;
  groupSlot: number;
  /** When its next timer is due; Infinity: none. */
  dueAt: number;
  timerSlot: number;
  /** When it was assigned, completed or canceled, whichever was last. */
  settledAt: number;
  reservations: ReservationState[];
  readonly trace: Trace;
}

export interface ReservationState extends Own<Reservation> {
  readonly order: number;
  readonly task: TaskState;
  readonly worker: WorkerState;
  readonly queue: QueueState;
  /** The activity that a single-tasking queue moved the worker from; null: it did not. */
  workerPreviousActivitySid: string | null;
  dueAt: number;
  timerSlot: number;
}

export type Timed = TaskState | ReservationState;

export interface WorkspaceState extends WorkspaceView {
  readonly workspace: Own<Workspace>;
  readonly activities: Map<string, ActivityState>;
  readonly taskChannels: Map<string, TaskChannelState>;
  readonly workers: Map<string, WorkerState>;
  /** By friendly name in lower case. */
  readonly workersByName: Map<string, WorkerState>;
  readonly taskQueues: Map<string, QueueState>;
  readonly workflows: Map<string, WorkflowState>;
  readonly tasks: Map<string, TaskState>;
  readonly reservations: Map<string, ReservationState>;
  /** Groups of tasks routed straight to a worker, by that worker's SID. */
  readonly direct: Map<string, Set<Group>>;
  /** Queues whose expression asks for the worker's activity, or for its load: membership follows these too. */
  readonly activityQueues: Set<QueueState>;
  readonly loadQueues: Set<QueueState>;
  /** Rises when any worker changes in a way routing could notice. */
  epoch: number;
  /** What the router has to look at before the present command is over. */
  readonly dirtyWorkers: Set<WorkerState>;
  readonly dirtyTasks: Set<TaskState>;
  readonly dirtyQueues: Set<QueueState>;
}
