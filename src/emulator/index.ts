/** taskrouter-kit/emulator: a TaskRouter on your machine, for tests, demonstrations and learning. */

// What a workspace is seeded with, and what is done in it.
export {
  type ActivityDefinition,
  DefinitionError,
  type DefinitionPath,
  type DefinitionProblem,
  type FilterDefinition,
  type Seconds,
  type TargetDefinition,
  type TaskChannelDefinition,
  type TaskQueueDefinition,
  type WorkerChannelDefinition,
  type WorkerDefinition,
  type WorkflowConfiguration,
  type WorkflowDefinition,
  type WorkspaceDefinition,
} from '../workspace/definition/index.js';
// What a test does and waits for.
export { type Agent, type AgentOptions, AgentWaitError } from './agent.js';
export type { AccessTokenOptions } from './agents/tokens/access-token.js';
export type { Role } from './agents/tokens/grant.js';
export { SeedRefusal } from './apply-definition.js';
export type { ParticipantChange } from './calls/conferences.js';
export type { PhoneBehaviour, PhoneRule, Ring } from './calls/phones.js';
// What it emits.
export type { DebuggerEntry, Delivery } from './delivery/log.js';
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
export type { NewCall, SimulatedCall } from './enqueue.js';
export type {
  CallState,
  CallsView,
  ConferenceState,
  ParticipantState,
  WorkspaceFinding,
} from './feed/types.js';
export type { WorkerInNames } from './in-test.js';
export type { Emulator } from './interface.js';
export type { InWorkspace, TaskInNames } from './named.js';
export type { OfferedTask } from './offered-tasks.js';
export type { EmulatorEvent, EmulatorOptions, InspectorOptions, NamedPreset } from './options.js';
export type { Seeded, SeedOptions } from './seed.js';
export type { Staff, StaffAct, StaffOptions } from './staff/options.js';
export type { EmulatorSnapshot } from './state.js';
export type { NewTask } from './task-fields.js';
export type { Caller, TaskPreset } from './task-presets.js';
export {
  type OtherRequests,
  type TwilioOptions,
  type TwilioRequest,
  type TwilioResponse,
  twilioOptions,
} from './twilio-options.js';
export { TaskWaitError, type Until, type UntilOptions } from './until.js';
export { type Duration, durationMs } from './world/duration.js';
export type { CallbackKind, FaultName, FaultSwitches, Switch } from './world/faults.js';
