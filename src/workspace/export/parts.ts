/**
 * A workspace in pieces, wherever it was read: from an account, from Terraform, from files. With SIDs as they are there;
 * what is unknown is absent.
 */
export interface Parts {
  readonly workspace?: WorkspacePart | undefined;
  readonly activities: readonly ActivityPart[];
  readonly taskChannels: readonly TaskChannelPart[];
  readonly taskQueues: readonly TaskQueuePart[];
  readonly workers: readonly WorkerPart[];
  readonly workflows: readonly WorkflowPart[];
  /** Another name for a queue that workflows call by a SID or a placeholder. */
  readonly alias?: ((name: string) => string) | undefined;
}

interface Part {
  readonly sid?: string | undefined;
  readonly friendlyName: string;
}

export interface WorkspacePart extends Part {
  readonly multiTaskEnabled?: boolean | undefined;
  readonly prioritizeQueueOrder?: string | null | undefined;
  readonly eventCallbackUrl?: string | null | undefined;
  readonly eventsFilter?: readonly string[] | null | undefined;
  readonly defaultActivity?: string | null | undefined;
  readonly timeoutActivity?: string | null | undefined;
}

export interface ActivityPart extends Part {
  readonly available?: boolean | undefined;
}

export interface TaskChannelPart extends Part {
  readonly uniqueName: string;
  readonly channelOptimizedRouting?: boolean | null | undefined;
}

export interface TaskQueuePart extends Part {
  readonly targetWorkers?: string | null | undefined;
  readonly maxReservedWorkers?: number | null | undefined;
  readonly taskOrder?: string | null | undefined;
  /** SIDs. */
  readonly reservationActivity?: string | null | undefined;
  readonly assignmentActivity?: string | null | undefined;
}

export interface WorkerPart extends Part {
  readonly attributes?: object | undefined;
  readonly channels?:
    | Readonly<Record<string, { readonly capacity: number; readonly available: boolean }>>
    | undefined;
}

export interface WorkflowPart extends Part {
  readonly assignmentCallbackUrl?: string | null | undefined;
  readonly fallbackAssignmentCallbackUrl?: string | null | undefined;
  readonly taskReservationTimeout?: number | null | undefined;
  readonly configuration: unknown;
}
