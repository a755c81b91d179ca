/** TaskRouter's engine: state, routing and timers, without a network. */
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
export {
  type AssignmentDue,
  describeEvent,
  type EngineAlert,
  type EngineEvent,
  type EngineOutput,
  type EventType,
  type ResourceType,
} from './outputs.js';
export { EngineRefusal } from './refusal.js';
export { seededSid } from './sid.js';
export type { EngineSnapshot } from './snapshot.js';
export type * from './types.js';
export { percentageFree } from './worker-scope.js';
