/** taskrouter-kit/emulator: a TaskRouter on your machine, for tests, demonstrations and learning. */

// What a test does and waits for.
export { type Agent, type AgentOptions, AgentWaitError } from './agent.js';

// What it tells.
export type { DebuggerEntry, Delivery } from './delivery/log.js';
export type { PhoneBehaviour, PhoneRule, Ring } from './delivery/phones.js';
// What a workspace is seeded with, and what is done in it.
export type {
  FilterDescription,
  Seeded,
  TargetDescription,
  TaskChannelDescription,
  TaskQueueDescription,
  WorkerDescription,
  WorkflowDescription,
  WorkspaceDescription,
} from './description.js';
export { type Duration, durationMs } from './duration.js';
export { createEmulator } from './emulator.js';
export type {
  Activity,
  EngineEvent,
  EventType,
  Explanation,
  Reservation,
  Task,
  TaskChannel,
  TaskQueue,
  Worker,
  WorkerChannel,
  Workflow,
  Workspace,
  WorkspaceView,
} from './engine/index.js';
// The engine's words.
export { EngineRefusal } from './engine/index.js';
export type { Emulator } from './face.js';
export type { WorkerInNames } from './in-test.js';
export type { InWorkspace, TaskInNames } from './named.js';
export type { EmulatorNews, EmulatorOptions } from './options.js';
export type { EmulatorSnapshot } from './state.js';
export type { NewTask } from './task-fields.js';
export type { CallbackKind, Switch, TroubleName, TroubleSwitches } from './trouble.js';
export {
  type OtherRequests,
  type TwilioOptions,
  type TwilioRequest,
  type TwilioResponse,
  twilioOptions,
} from './twilio-options.js';
export { TaskWaitError, type Until, type UntilOptions } from './until.js';
