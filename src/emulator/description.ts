import type { QueueOrder } from './engine/types.js';

/**
 * A workspace in one plain object: everything goes by its name, and what refers to something names it.
 *
 * @example
 * const description = {
 *   workers: { Alice: { activity: 'Available', attributes: { languages: ['en'] } } },
 *   taskQueues: { Support: { targetWorkers: 'languages HAS "en"' } },
 *   workflows: { Default: { defaultQueue: 'Support', assignmentCallbackUrl: 'http://127.0.0.1:3000/taskrouter/assignment' } },
 * } satisfies WorkspaceDescription;
 */
export interface WorkspaceDescription {
  /** Default: `Workspace`. */
  readonly friendlyName?: string | undefined;
  readonly multiTaskEnabled?: boolean | undefined;
  readonly prioritizeQueueOrder?: QueueOrder | undefined;
  readonly eventCallbackUrl?: string | undefined;
  readonly eventsFilter?: readonly string[] | undefined;
  /** An activity of `activities`, or one every workspace has: Offline, Available, Unavailable. */
  readonly defaultActivity?: string | undefined;
  readonly timeoutActivity?: string | undefined;
  /** By friendly name, beside the three every workspace has. */
  readonly activities?: Readonly<Record<string, { readonly available?: boolean | undefined }>> | undefined;
  /** By unique name, beside `default`, `voice`, `sms`, `chat` and `video`. */
  readonly taskChannels?: Readonly<Record<string, TaskChannelDescription>> | undefined;
  readonly taskQueues?: Readonly<Record<string, TaskQueueDescription>> | undefined;
  readonly workers?: Readonly<Record<string, WorkerDescription>> | undefined;
  readonly workflows?: Readonly<Record<string, WorkflowDescription>> | undefined;
}

export interface TaskChannelDescription {
  /** Default: the unique name. */
  readonly friendlyName?: string | undefined;
  readonly channelOptimizedRouting?: boolean | undefined;
}

export interface TaskQueueDescription {
  /** Default: `1==1`, every worker. */
  readonly targetWorkers?: string | undefined;
  readonly maxReservedWorkers?: number | undefined;
  readonly taskOrder?: QueueOrder | undefined;
  readonly reservationActivity?: string | undefined;
  readonly assignmentActivity?: string | undefined;
}

export interface WorkerDescription {
  /** Default: the workspace's default activity, where no tasks come. */
  readonly activity?: string | undefined;
  readonly attributes?: object | undefined;
  /** By unique name of the task channel. */
  readonly channels?:
    | Readonly<
        Record<string, { readonly capacity?: number | undefined; readonly available?: boolean | undefined }>
      >
    | undefined;
}

export interface WorkflowDescription {
  readonly assignmentCallbackUrl?: string | undefined;
  readonly fallbackAssignmentCallbackUrl?: string | undefined;
  /** In seconds. Default: 120. */
  readonly taskReservationTimeout?: number | undefined;
  readonly filters?: readonly FilterDescription[] | undefined;
  /** The queue of tasks that no filter matches. */
  readonly defaultQueue?: string | undefined;
}

export interface FilterDescription {
  readonly name?: string | undefined;
  /** Over task attributes. */
  readonly expression: string;
  readonly targets: readonly TargetDescription[];
}

/** One routing step. Only the first of a filter must name its queue. */
export interface TargetDescription {
  readonly queue?: string | undefined;
  readonly priority?: number | undefined;
  /** In seconds. */
  readonly timeout?: number | undefined;
  readonly expression?: string | undefined;
  readonly orderBy?: string | undefined;
  readonly skipIf?: string | undefined;
  readonly knownWorkerSid?: string | undefined;
  readonly knownWorkerFriendlyName?: string | undefined;
}

/** The SIDs of what a description made, by the names in it. */
export interface Seeded<D extends WorkspaceDescription> {
  readonly workspaceSid: string;
  readonly activities: SidsOf<D['activities']> &
    Readonly<Record<'Offline' | 'Available' | 'Unavailable', string>>;
  readonly taskChannels: SidsOf<D['taskChannels']> &
    Readonly<Record<'default' | 'voice' | 'sms' | 'chat' | 'video', string>>;
  readonly taskQueues: SidsOf<D['taskQueues']>;
  readonly workers: SidsOf<D['workers']>;
  readonly workflows: SidsOf<D['workflows']>;
}

type SidsOf<T> = { readonly [K in keyof NonNullable<T> & string]: string };
