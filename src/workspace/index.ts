/** taskrouter-kit/workspace: a TaskRouter workspace as code. */
export {
  type ActivityDefinition,
  type ConfigurationFilter,
  type ConfigurationTarget,
  checkDefinition,
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
} from './definition/index.js';
export { type LoadedDefinition, loadDefinition } from './load.js';
