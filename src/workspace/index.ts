/** taskrouter-kit/workspace: a TaskRouter workspace as code. */

// The definition.
export { type DefinedWorkspace, defineWorkspace, type WorkspaceInput } from './define.js';
export {
  type ActivityDefinition,
  type ConfigurationFilter,
  type ConfigurationTarget,
  checkDefinition,
  DefinitionError,
  type DefinitionPath,
  type DefinitionProblem,
  type DelayTarget,
  delay,
  type ExpressionClause,
  type ExpressionValue,
  env,
  expression,
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
} from './definition/index.js';
export { type LoadedDefinition, loadDefinition } from './load.js';
