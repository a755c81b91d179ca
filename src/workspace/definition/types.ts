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
  /** Default: `Workspace`. */
  readonly friendlyName?: string | undefined;
  readonly multiTaskEnabled?: boolean | undefined;
  /** Default: `FIFO`. */
  readonly prioritizeQueueOrder?: 'FIFO' | 'LIFO' | undefined;
  readonly eventCallbackUrl?: string | undefined;
  /** Event types such as `task.created`. Default: every type. */
  readonly eventsFilter?: readonly string[] | undefined;
  /** An activity of `activities`, or one every workspace has: Offline, Available, Unavailable. */
  readonly defaultActivity?: string | undefined;
  /** Where a worker goes whose reservation timed out. */
  readonly timeoutActivity?: string | undefined;
  /** By friendly name, beside the three every workspace has. */
  readonly activities?: Readonly<Record<string, ActivityDefinition>> | undefined;
  /** By unique name, beside `default`, `voice`, `sms`, `chat` and `video`. */
  readonly taskChannels?: Readonly<Record<string, TaskChannelDefinition>> | undefined;
  /** By friendly name. */
  readonly taskQueues?: Readonly<Record<string, TaskQueueDefinition>> | undefined;
  /** By friendly name. */
  readonly workers?: Readonly<Record<string, WorkerDefinition>> | undefined;
  /** By friendly name. */
  readonly workflows?: Readonly<Record<string, WorkflowDefinition>> | undefined;
  /**
   * Clauses by their names, to be used as `${name}` in any expression. They get brackets where they need them. In
   * TypeScript, constants of `expression` do the same.
   */
  readonly expressions?: Readonly<Record<string, string>> | undefined;
  /** Values for each environment, chosen with `--env`, to be used as `${env.NAME}` in any text. */
  readonly environments?:
    | Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>
    | undefined;
}

/** A length of time: a number of seconds, or a text such as `'30s'`, `'2m'`, `'1h30m'`, `'1d'`. */
export type Seconds = number | string;

export interface ActivityDefinition {
  /** May workers in it be given tasks? Default: false. */
  readonly available?: boolean | undefined;
}

export interface TaskChannelDefinition {
  /** Default: the unique name. */
  readonly friendlyName?: string | undefined;
  readonly channelOptimizedRouting?: boolean | undefined;
}

export interface TaskQueueDefinition {
  /** An expression over worker attributes. Default: `1==1`, every worker. */
  readonly targetWorkers?: string | undefined;
  /** How many workers are offered one task at the same time, 1 to 50. Default: 1. */
  readonly maxReservedWorkers?: number | undefined;
  /** Default: `FIFO`. */
  readonly taskOrder?: 'FIFO' | 'LIFO' | undefined;
  /** The activity a worker goes to when a task of this queue is reserved for them. */
  readonly reservationActivity?: string | undefined;
  /** The activity a worker goes to when they accept a task of this queue. */
  readonly assignmentActivity?: string | undefined;
}

export interface WorkerDefinition {
  /** Where the worker begins. Default: the workspace's default activity, where no tasks come. */
  readonly activity?: string | undefined;
  /** A JSON object. */
  readonly attributes?: object | undefined;
  /** By unique name of the task channel. */
  readonly channels?: Readonly<Record<string, WorkerChannelDefinition>> | undefined;
}

export interface WorkerChannelDefinition {
  /** How many tasks of this channel the worker takes at the same time. */
  readonly capacity?: number | undefined;
  readonly available?: boolean | undefined;
}

/** How tasks are routed: by `filters` and `defaultQueue`, or by `configuration`, never both. */
export interface WorkflowDefinition {
  readonly assignmentCallbackUrl?: string | undefined;
  readonly fallbackAssignmentCallbackUrl?: string | undefined;
  /** Default: 120 seconds. */
  readonly taskReservationTimeout?: Seconds | undefined;
  /** The first filter whose expression is true for a task takes it. */
  readonly filters?: readonly FilterDefinition[] | undefined;
  /** The queue of tasks that no filter matches. */
  readonly defaultQueue?: string | undefined;
  /** Twilio's own workflow configuration, with names of queues in place of SIDs. */
  readonly configuration?: WorkflowConfiguration | undefined;
}

export interface FilterDefinition {
  readonly name?: string | undefined;
  /** Over task attributes. */
  readonly expression: string;
  /** The routing steps, in order. */
  readonly targets: readonly TargetDefinition[];
}

/** One routing step. Only the first of a filter must name its queue. */
export interface TargetDefinition {
  readonly queue?: string | undefined;
  readonly priority?: number | undefined;
  /** When the task moves on to the next target. */
  readonly timeout?: Seconds | undefined;
  /** Over `task.` and `worker.` attributes. */
  readonly expression?: string | undefined;
  /** `worker.level DESC, worker.age ASC` */
  readonly orderBy?: string | undefined;
  /** Over `workers.`, such as `workers.available == 0`. */
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
  readonly task_routing: {
    readonly filters?: readonly ConfigurationFilter[] | null | undefined;
    readonly default_filter?: ConfigurationTarget | null | undefined;
  };
}

export interface ConfigurationFilter {
  readonly filter_friendly_name?: string | null | undefined;
  readonly friendly_name?: string | null | undefined;
  readonly expression: string;
  readonly targets: readonly ConfigurationTarget[];
}

export interface ConfigurationTarget {
  /** The name of a queue. */
  readonly queue?: string | null | undefined;
  readonly task_queue_sid?: string | null | undefined;
  readonly expression?: string | null | undefined;
  /** A whole number; Twilio's examples also write it as a text. */
  readonly priority?: number | string | null | undefined;
  /** In seconds, also as a text: `30`, `'30'`, `'30s'`. */
  readonly timeout?: number | string | null | undefined;
  readonly order_by?: string | null | undefined;
  readonly skip_if?: string | null | undefined;
  readonly known_worker_sid?: string | null | undefined;
  readonly known_worker_friendly_name?: string | null | undefined;
}
