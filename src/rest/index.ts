/** TaskRouter's REST API: `import { createTaskRouterClient } from 'taskrouter-kit/rest'`. */

export type { Schema, SchemaIssue } from '../standard-schema.js';
export type { CallOptions } from './calls.js';
// The client.
export { createTaskRouterClient, type TaskRouterClient, type WorkspaceClient } from './client.js';
export type { TaskRouterClientOptions } from './config.js';
// What can go wrong.
export {
  type ErrorAnswer,
  InputError,
  type RequestDetails,
  TaskRouterApiError,
  TaskRouterAuthenticationError,
  TaskRouterConflictError,
  TaskRouterConnectionError,
  TaskRouterNotFoundError,
  TaskRouterRateLimitError,
  TaskRouterRequestError,
  TaskRouterStateError,
} from './errors.js';
// Tasks created once, and friendly names.
export { IDEMPOTENCY_ATTRIBUTE, IdempotencyKeyError } from './keyed-creation.js';
export type { List } from './list.js';
export { type NameKind, type NameOptions, type NameResolver, UnknownNameError } from './names.js';
export type { AttributesPatch } from './patch.js';
export type { RetryNotice, RetryOptions } from './request.js';
export type { ReservationHandle, TaskReservations, WorkerReservations } from './resources/reservations.js';
export type { CreateTaskOptions, EndTaskOptions } from './resources/tasks.js';
export { AttributesError, type AttributesOptions } from './schema.js';
export type {
  ActivityCount,
  ActivityDuration,
  Durations,
  JsonObject,
  WorkflowConfiguration,
  WorkflowFilter,
} from './spec/kinds.js';
// What goes in and comes out.
export type * from './types.js';
