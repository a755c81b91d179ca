/** One workspace as a plain object: its form, its checks, and what TaskRouter takes in place of its names. */
export { checkDefinition, checkForm, unusableNames } from './check.js';
export {
  canonical,
  clausesAsTexts,
  type ExpressionClause,
  type ExpressionValue,
  expression,
} from './clause.js';
export { workflowConfiguration } from './configuration.js';
export { type DelayTarget, delay } from './delay.js';
export {
  DefinitionError,
  type DefinitionPath,
  type DefinitionProblem,
  formatPath,
  problemLines,
} from './error.js';
export { expandDefinition } from './expand.js';
export { extentProblem } from './extent.js';
export { brokenReferences, OWN_ACTIVITIES, OWN_CHANNELS } from './references.js';
export { type CheckedDefinition, type CheckedWorkflow, workspaceSchema } from './schema.js';
export { readSeconds } from './seconds.js';
export type {
  ActivityDefinition,
  ConfigurationFilter,
  ConfigurationTarget,
  FilterDefinition,
  Seconds,
  TargetDefinition,
  TaskChannelDefinition,
  TaskQueueDefinition,
  WorkerChannelDefinition,
  WorkerDefinition,
  WorkflowConfiguration,
  WorkflowDefinition,
  WorkspaceDefinition,
} from './types.js';
export { env, Variables, withVariables } from './variables.js';
export { likewise, literal } from './written-out.js';
