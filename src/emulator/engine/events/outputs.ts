/**
 * What the engine emits to its subscribers, in the order in which it happened.
 *
 * Event types and the fields of each are those of twilio.com/docs/taskrouter/api/event/reference.
 */
export type EventType =
  | `activity.${'created' | 'updated' | 'deleted'}`
  | `reservation.${'created' | 'accepted' | 'rejected' | 'timeout' | 'canceled' | 'rescinded' | 'wrapup' | 'completed' | 'failed'}`
  | `task.${'created' | 'updated' | 'canceled' | 'wrapup' | 'completed' | 'deleted' | 'system-deleted'}`
  | `task.transfer-${'initiated' | 'completed' | 'failed' | 'attempt-failed' | 'canceled'}`
  | `task-channel.${'created' | 'updated' | 'deleted'}`
  | `task-queue.${'created' | 'deleted' | 'entered' | 'timeout' | 'moved' | 'expression.updated'}`
  | `worker.${'created' | 'deleted' | 'activity.update' | 'attributes.update' | 'capacity.update' | 'channel.availability.update'}`
  | `workflow.${'created' | 'updated' | 'deleted' | 'target-matched' | 'entered' | 'timeout' | 'skipped'}`
  | `workspace.${'created' | 'updated' | 'deleted'}`;

export type ResourceType =
  | 'activity'
  | 'reservation'
  | 'task'
  | 'taskchannel'
  | 'taskqueue'
  | 'transfer'
  | 'worker'
  | 'workflow'
  | 'workspace';

/** One event, with the fields of its groups as they are sent: PascalCase names, every value a string. */
export interface EngineEvent {
  readonly kind: 'event';
  readonly sid: string;
  readonly type: EventType;
  /** When it happened, in milliseconds. */
  readonly at: number;
  readonly workspaceSid: string;
  readonly workspaceName: string;
  readonly resourceType: ResourceType;
  readonly resourceSid: string;
  readonly data: Readonly<Record<string, string>>;
}

/** A reservation was made under a workflow that has an assignment callback URL: the request is due now. */
export interface AssignmentDue {
  readonly kind: 'assignment';
  readonly at: number;
  readonly workspaceSid: string;
  readonly workflowSid: string;
  readonly taskSid: string;
  readonly workerSid: string;
  readonly reservationSid: string;
  readonly url: string;
  readonly fallbackUrl: string;
  /**
   * The documented parameters that come from the engine's state, as they were at this moment: Timestamp (seconds),
   * WorkspaceSid, WorkflowSid, TaskQueueSid, WorkerSid, WorkerAttributes, TaskSid, TaskAttributes, TaskAge,
   * TaskPriority, ReservationSid. AccountSid is the caller's to add.
   */
  readonly parameters: Readonly<Record<string, string>>;
  /** Parameters that are not documented on this callback: names and channel. For the switch that sends them. */
  readonly undocumented: Readonly<Record<string, string>>;
}

/** What Twilio's debugger would show. `code` is Twilio's. */
export interface EngineAlert {
  readonly kind: 'alert';
  readonly at: number;
  readonly workspaceSid: string;
  readonly code: 40152 | 40154 | 40155;
  readonly message: string;
  readonly taskSid: string;
}

export type EngineOutput = EngineEvent | AssignmentDue | EngineAlert;
