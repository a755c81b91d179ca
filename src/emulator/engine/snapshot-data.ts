import type {
  ActivityState,
  QueueState,
  ReservationState,
  TaskChannelState,
  TaskState,
  WorkerChannelState,
  WorkerState,
  WorkflowState,
  WorkspaceState,
} from './state.js';
import type { Decision } from './trace.js';

/** What a snapshot holds: each state without its links, which are SIDs here. */

/** Deleted, but still part of a task's history. */
interface Gone {
  readonly gone: boolean;
}

export type WorkerData = Omit<
  WorkerState,
  'ws' | 'facts' | 'scope' | 'activity' | 'channels' | 'queues' | 'pools' | 'reservations'
> &
  Gone & { readonly channels: readonly Omit<WorkerChannelState, 'channel'>[] };

export type QueueData = Omit<QueueState, 'ws' | 'target' | 'workers' | 'activityCounts' | 'pools'> & Gone;

export interface PlanState {
  readonly version: number;
  readonly configuration: string;
}

export type WorkflowData = Omit<WorkflowState, 'ws' | 'plan' | 'plans'> &
  Gone & { readonly present: number; readonly plans: readonly PlanState[] };

export type TaskData = Omit<
  TaskState,
  | 'ws'
  | 'facts'
  | 'plan'
  | 'step'
  | 'stepDeadline'
  | 'group'
  | 'groupSlot'
  | 'dueAt'
  | 'timerSlot'
  | 'reservations'
  | 'trace'
> & {
  readonly planVersion: number;
  readonly filter: number;
  readonly target: number;
  readonly stepQueueSid: string;
  readonly stepDeadline: number | null;
  readonly decisions: readonly Decision[];
  readonly droppedDecisions: number;
};

export type ReservationData = Omit<ReservationState, 'task' | 'worker' | 'queue' | 'timerSlot' | 'dueAt'> & {
  readonly dueAt: number | null;
};

export interface WorkspaceData {
  readonly workspace: WorkspaceState['workspace'];
  readonly activities: readonly ActivityState[];
  readonly taskChannels: readonly TaskChannelState[];
  readonly workers: readonly WorkerData[];
  readonly taskQueues: readonly QueueData[];
  readonly workflows: readonly WorkflowData[];
  readonly tasks: readonly TaskData[];
  readonly reservations: readonly ReservationData[];
}

export interface SnapshotData {
  readonly version: 1;
  readonly time: number;
  readonly lastOrder: number;
  readonly workspaces: readonly WorkspaceData[];
  readonly [key: string]: unknown;
}
