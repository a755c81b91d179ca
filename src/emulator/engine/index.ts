/** TaskRouter's engine: state, routing and timers, without a network. */
export { describeEvent } from './describe-event.js';
export { createEngine } from './engine.js';
export type {
  ExplainedDecision,
  Explanation,
  FilterExplanation,
  Reason,
  TargetExplanation,
  WorkerExplanation,
} from './explain-types.js';
export type { Engine, EngineOptions } from './face.js';
export { formatExplanation } from './format-explanation.js';
export type {
  AssignmentDue,
  EngineAlert,
  EngineEvent,
  EngineOutput,
  EventType,
  ResourceType,
} from './outputs.js';
export { EngineRefusal } from './refusal.js';
export { seededSid } from './sid.js';
export type { EngineSnapshot } from './snapshot.js';
export { snapshotVersion } from './snapshot-data.js';
export type * from './types.js';
export { percentageFree } from './worker-scope.js';
