import type { ReservationStatus } from '../../engine/types.js';
import type { Named } from './info.js';

// GET /_emulator/workspaces, /_emulator/workspaces/{sid}

export interface Workspaces {
  readonly seq: number;
  readonly now: number;
  readonly workspaces: readonly WorkspaceState[];
}

/** One workspace as it stands. */
export interface WorkspaceState extends WorkspaceHead {
  /** The one whose oldest task waits longest goes first. */
  readonly queues: readonly QueueState[];
  readonly workers: readonly WorkerState[];
  readonly workflows: readonly WorkflowState[];
}

/** A workspace without what it may have by the thousand. */
export interface WorkspaceHead extends Named {
  readonly multiTaskEnabled: boolean;
  readonly eventCallbackUrl: string;
  readonly headline: Headline;
  readonly activities: readonly (Named & { readonly available: boolean })[];
  readonly taskChannels: readonly (Named & { readonly uniqueName: string })[];
}

/** One sentence on what waits: `3 waiting, longest in Experts: nobody is eligible …`. */
export interface Headline {
  readonly text: string;
  readonly waiting: number;
  /** The task that waits longest; null: none waits. */
  readonly longest: {
    readonly taskSid: string;
    readonly since: number;
    readonly queue: Named;
    readonly why: string;
  } | null;
}

export interface QueueState extends Named {
  readonly workspaceSid: string;
  readonly targetWorkers: string;
  readonly taskOrder: 'FIFO' | 'LIFO';
  readonly maxReservedWorkers: number;
  readonly counts: Counts;
  /** When the oldest task that waits here was created; null: none waits. */
  readonly longestSince: number | null;
  /** Workers its expression is true for, and how many of them are in an activity that takes tasks. */
  readonly workers: number;
  readonly available: number;
  readonly serviceLevel: ServiceLevel;
}

/** Tasks by status that still exist. `pending` are those that wait. */
export interface Counts {
  readonly pending: number;
  readonly reserved: number;
  readonly assigned: number;
  readonly wrapping: number;
}

/** How many of the newest accepted tasks (at most 500 a queue) were accepted within `withinS` of their creation. */
export interface ServiceLevel {
  readonly withinS: number;
  readonly accepted: number;
  readonly within: number;
  /** From creation to acceptance on average; null: none was accepted. */
  readonly averageMs: number | null;
}

export interface WorkerState extends WorkerRow {
  readonly queues: readonly Named[];
}

/** A worker without the queues: with many of both they would be most of what is sent. */
export interface WorkerRow extends Named {
  readonly workspaceSid: string;
  readonly attributes: string;
  readonly activity: Named & { readonly available: boolean };
  readonly activitySince: number;
  /**
   * `staff`: a simulated agent. `person`: someone has taken the worker over, and neither staff nor phone acts for them.
   * null: nobody plays them; their phone answers as the emulator's option `phones` says.
   */
  readonly playedBy: 'staff' | 'person' | null;
  readonly channels: readonly ChannelLoad[];
  /** Open ones: pending, accepted, wrapping; oldest first. */
  readonly reservations: readonly ReservationState[];
  readonly version: number;
}

export interface ChannelLoad {
  readonly taskChannelSid: string;
  readonly uniqueName: string;
  readonly available: boolean;
  readonly capacity: number;
  /** Pending, accepted and wrapping reservations. */
  readonly consumed: number;
}

export interface WorkflowState extends Named {
  readonly workspaceSid: string;
  readonly configuration: string;
  readonly assignmentCallbackUrl: string;
  readonly fallbackAssignmentCallbackUrl: string;
  readonly taskReservationTimeoutS: number;
  /** Expressions that were read in spite of what the documents say, each with its place. */
  readonly warnings: readonly { readonly place: string; readonly message: string }[];
}

export interface ReservationState {
  readonly sid: string;
  readonly status: ReservationStatus;
  readonly taskSid: string;
  readonly worker: Named;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When a pending one times out, as the workflow says; null: not pending. A ringing phone stops it. */
  readonly deadline: number | null;
}
