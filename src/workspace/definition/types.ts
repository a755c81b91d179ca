/**
 * A workspace as one plain object: everything has its name as its key, and what refers to something names it.
 *
 * @example
 * const definition = {
 *   workers: { Alice: { activity: 'Available', attributes: { languages: ['en'] } } },
 *   taskQueues: { Support: { targetWorkers: 'languages HAS "en"' } },
 *   workflows: { Default: { defaultQueue: 'Support', assignmentCallbackUrl: 'http://127.0.0.1:3000/taskrouter/assignment' } },
 * } satisfies WorkspaceDefinition;
 */
export interface WorkspaceDefinition {
  /** The JSON Schema of the file, for editors. It has no effect. */
  readonly $schema?: string | undefined;
  /** The name of the workspace. Default: `Workspace`. */
  readonly friendlyName?: string | undefined;
  /** May a worker have several tasks at a time? Default: as Twilio has it, true. */
  readonly multiTaskEnabled?: boolean | undefined;
  /** Which queues go first where a worker has tasks to take from both: those of this order. Default: `FIFO`. */
  readonly prioritizeQueueOrder?: 'FIFO' | 'LIFO' | undefined;
  /** Where events are sent. Default: nowhere. */
  readonly eventCallbackUrl?: string | undefined;
  /**
   * The types of events to send, such as `task.created`; `{ unlisted: 'task.paused' }` for one that Twilio has added
   * since. Default: every type.
   */
  readonly eventsFilter?: readonly (string | UnlistedEventType)[] | undefined;
  /** Where new workers begin: an activity of `activities`, or one every workspace has (Offline, Available, Unavailable). Default: `Offline`. */
  readonly defaultActivity?: string | undefined;
  /** The activity a worker goes to whose reservation timed out. Default: `Offline`. */
  readonly timeoutActivity?: string | undefined;
  /** Activities by friendly name, beside the three every workspace has. */
  readonly activities?: Readonly<Record<string, ActivityDefinition>> | undefined;
  /** Task channels by unique name, beside `default`, `voice`, `sms`, `chat` and `video`. */
  readonly taskChannels?: Readonly<Record<string, TaskChannelDefinition>> | undefined;
  /** Task queues by friendly name. */
  readonly taskQueues?: Readonly<Record<string, TaskQueueDefinition>> | undefined;
  /** Workers by friendly name. */
  readonly workers?: Readonly<Record<string, WorkerDefinition>> | undefined;
  /** Workflows by friendly name. */
  readonly workflows?: Readonly<Record<string, WorkflowDefinition>> | undefined;
  /**
   * Clauses by their names, to be used as `${name}` in any expression. They get brackets where they need them. In
   * TypeScript, constants of `expression` do the same.
   */
  readonly expressions?: Readonly<Record<string, string>> | undefined;
  /** Values for each environment, chosen with `--env`, to be used as `${env.NAME}` in any string. */
  readonly environments?:
    | Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>
    | undefined;
}

/** An event type that this version does not list, so that a misspelt one is not taken for a new one. */
export interface UnlistedEventType {
  /** The type, as Twilio writes it. */
  readonly unlisted: string;
}

/** A length of time: a number of seconds, or a string such as `'30s'`, `'2m'`, `'1h30m'`, `'1d'`. */
export type Seconds = number | string;

export interface ActivityDefinition {
  /** May workers in it be given tasks? Default: false. */
  readonly available?: boolean | undefined;
}

export interface TaskChannelDefinition {
  /** What people see. Default: the unique name. */
  readonly friendlyName?: string | undefined;
  /** Does the worker go first who has been idle longest on this channel? Default: false. */
  readonly channelOptimizedRouting?: boolean | undefined;
}

export interface TaskQueueDefinition {
  /** An expression over worker attributes. Default: `1==1`, every worker. */
  readonly targetWorkers?: string | undefined;
  /** How many workers are offered one task at the same time, 1 to 50. Default: 1. */
  readonly maxReservedWorkers?: number | undefined;
  /** Which task goes first: the oldest, or the newest. Default: `FIFO`. */
  readonly taskOrder?: 'FIFO' | 'LIFO' | undefined;
  /** The activity a worker goes to when a task of this queue is reserved for them. */
  readonly reservationActivity?: string | undefined;
  /** The activity a worker goes to when they accept a task of this queue. */
  readonly assignmentActivity?: string | undefined;
}

export interface WorkerDefinition {
  /** Where the worker begins. Default: the workspace's default activity, where no tasks come. */
  readonly activity?: string | undefined;
  /** What expressions know of the worker, as a JSON object. Default: `{}`. */
  readonly attributes?: object | undefined;
  /** How much the worker takes of each task channel, by its unique name. */
  readonly channels?: Readonly<Record<string, WorkerChannelDefinition>> | undefined;
}

export interface WorkerChannelDefinition {
  /** How many tasks of this channel the worker takes at the same time. Default: 1. */
  readonly capacity?: number | undefined;
  /** Does the worker take tasks of this channel? Default: true. */
  readonly available?: boolean | undefined;
}

/** How tasks are routed: by `filters` and `defaultQueue`, or by `configuration`, never both. */
export interface WorkflowDefinition {
  /** Where reservations are sent. Default: nowhere, so that workers accept on their screens. */
  readonly assignmentCallbackUrl?: string | undefined;
  /** Asked when the first URL does not answer in time, or fails. */
  readonly fallbackAssignmentCallbackUrl?: string | undefined;
  /** How long an offer stands. Default: 120 seconds. */
  readonly taskReservationTimeout?: Seconds | undefined;
  /** The first filter whose expression is true for a task takes it. */
  readonly filters?: readonly FilterDefinition[] | undefined;
  /** The queue of tasks that no filter matches. */
  readonly defaultQueue?: string | undefined;
  /** Twilio's own workflow configuration, with names of queues in place of SIDs. */
  readonly configuration?: WorkflowConfiguration | undefined;
}

export interface FilterDefinition {
  /** A label, shown in explanations. */
  readonly name?: string | undefined;
  /** Over task attributes: the filter takes a task it is true for. */
  readonly expression: string;
  /** The routing steps, in order. */
  readonly targets: readonly TargetDefinition[];
}

/** One routing step. Only the first of a filter must name its queue. */
export interface TargetDefinition {
  /** The name of the queue. Default: that of the step before. */
  readonly queue?: string | undefined;
  /** The priority of the task from this step on. Default: as it is. */
  readonly priority?: number | undefined;
  /** When the task moves on to the next target. Default: never. */
  readonly timeout?: Seconds | undefined;
  /** Over `task.` and `worker.` attributes: the workers of the queue it is true for. Default: every worker. */
  readonly expression?: string | undefined;
  /** Which worker goes first, such as `worker.level DESC, worker.age ASC`. Default: the one idle longest. */
  readonly orderBy?: string | undefined;
  /** When the step is skipped: over `workers.`, such as `workers.available == 0`. Default: never. */
  readonly skipIf?: string | undefined;
  /** The task attribute that holds the SID of the worker to prefer: `task.agent_sid`. */
  readonly knownWorkerSid?: string | undefined;
  /** The task attribute that holds the name of the worker to prefer: `task.agent_name`. */
  readonly knownWorkerFriendlyName?: string | undefined;
}

/**
 * Twilio's workflow configuration, in Twilio's own keys. Keys that are not listed here are passed on.
 * @see twilio.com/docs/taskrouter/workflow-configuration
 */
export interface WorkflowConfiguration {
  /** The routing itself. */
  readonly task_routing: {
    /** The first filter whose expression is true for a task takes it. */
    readonly filters?: readonly ConfigurationFilter[] | null | undefined;
    /** Where tasks go that no filter matches. */
    readonly default_filter?: ConfigurationTarget | null | undefined;
  };
}

export interface ConfigurationFilter {
  /** A label, shown in explanations. */
  readonly filter_friendly_name?: string | null | undefined;
  /** The older name of `filter_friendly_name`. */
  readonly friendly_name?: string | null | undefined;
  /** Over task attributes: the filter takes a task it is true for. */
  readonly expression: string;
  /** The routing steps, in order. */
  readonly targets: readonly ConfigurationTarget[];
}

export interface ConfigurationTarget {
  /** The name of the queue, in place of its SID. */
  readonly queue?: string | null | undefined;
  /** The older name of `queue`. */
  readonly task_queue_sid?: string | null | undefined;
  /** Over `task.` and `worker.` attributes: the workers of the queue it is true for. */
  readonly expression?: string | null | undefined;
  /** The priority of the task from this step on: a whole number, which Twilio's examples also write as a string. */
  readonly priority?: number | string | null | undefined;
  /** When the task moves on to the next target, in seconds, also as a string: `30`, `'30'`, `'30s'`. */
  readonly timeout?: number | string | null | undefined;
  /** Which worker goes first, such as `worker.level DESC`. */
  readonly order_by?: string | null | undefined;
  /** When the step is skipped, such as `workers.available == 0`. */
  readonly skip_if?: string | null | undefined;
  /** The task attribute that holds the SID of the worker to prefer: `task.agent_sid`. */
  readonly known_worker_sid?: string | null | undefined;
  /** The task attribute that holds the name of the worker to prefer: `task.agent_name`. */
  readonly known_worker_friendly_name?: string | null | undefined;
}
