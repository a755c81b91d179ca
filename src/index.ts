/** taskrouter-kit: the public list. Each name leads to the file that does it. */

export type { ClientOption } from './callbacks/client.js';
// What handlers are given.
export type {
  AssignmentContext,
  AttributesProblem,
  BadAttributesContext,
  CallbackContext,
  Reservation,
  Task,
  Worker,
} from './callbacks/context.js';
export type {
  EventChoice,
  EventContext,
  EventHandler,
  EventType,
  KnownEventType,
  UnlistedEventType,
} from './callbacks/event-types.js';
// Handlers in files.
export {
  defineAssignment,
  defineEvent,
  defineOtherwise,
  type HandlerDefinition,
} from './callbacks/routing/define.js';
export type { AssignmentHandler } from './callbacks/routing/handler.js';
export type { AssignmentMatch } from './callbacks/routing/match.js';
export type { DeferredOutcome, ErrorHandler, Middleware } from './callbacks/routing/registry.js';
// Errors and logging.
export { ConfigurationError, TaskRouterKitError } from './errors.js';
export type { ExpressHandler } from './http/express.js';
export { expressServerOptions } from './http/express-server.js';
export type { FetchHandler } from './http/fetch.js';
export type { NodeHandler } from './http/node.js';
export type { CallbackOutcome } from './http/outcome.js';
// Stores. The Redis store is in taskrouter-kit/redis.
export { type MemoryStoreOptions, memoryStore } from './idempotency/store/memory-store.js';
export type { IdempotencyStore } from './idempotency/store/store.js';
export type {
  AcceptInstruction,
  CallInstruction,
  ConferenceInstruction,
  Decision,
  DeferInstruction,
  DequeueInstruction,
  Instruction,
  RedirectInstruction,
  RejectInstruction,
} from './instructions/index.js';
// Instructions: what a handler answers.
export {
  accept,
  call,
  conference,
  defer,
  dequeue,
  InstructionError,
  redirect,
  reject,
} from './instructions/index.js';
export type { Logger } from './log.js';
export type { TaskRouterOptions } from './options.js';
export type { AuthToken, FormPairs, VerifyResult } from './signature/index.js';
// Signatures, for servers of another kind and for tools.
export { explainSignature, signRequest, verifyRequest, withBodyHash } from './signature/index.js';
export type { Attributes, Schema } from './standard-schema.js';
// The router.
export { createTaskRouter, type TaskRouter } from './task-router.js';
