/** TaskRouter's engine: state, routing and timers, without a network. */

export { createEngine } from './engine.js';
export { describeEvent } from './events/describe-event.js';
export type {
  AssignmentDue,
  EngineAlert,
  EngineEvent,
  EngineOutput,
  EventType,
  ResourceType,
} from './events/outputs.js';
export type {
  ExplainedDecision,
  Explanation,
  FilterExplanation,
  Reason,
  TargetExplanation,
  WorkerExplanation,
} from './explain/explain-types.js';
export { formatExplanation } from './explain/format-explanation.js';
export type { Engine, EngineOptions } from './interface.js';
export { percentageFree } from './matching/worker-scope.js';
export type { EngineObserver, RoutingStep } from './observer.js';
export { EngineRefusal } from './refusal.js';
export { seededSid } from './sid.js';
export type { EngineSnapshot } from './snapshot/snapshot-data.js';
export { SNAPSHOT_VERSION as snapshotVersion } from './snapshot/snapshot-data.js';
export type * from './types.js';
