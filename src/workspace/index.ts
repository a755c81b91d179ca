/** taskrouter-kit/workspace: a TaskRouter workspace as code. */

// Plan and apply.
export { type Applied, type ApplyOptions, type ApplyStep, applyPlan } from './apply/apply.js';
// Routing tests, and the way of one task.
export { readMs } from './checked-file/duration.js';
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
  formatPath,
  readSeconds,
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
// Export.
export type { MadeDefinition } from './export/definition-of.js';
export { type ExportOptions, exportWorkspace } from './export/export.js';
export { type DefinitionFormat, printDefinition } from './export/print-definition.js';
// Import.
export { type ImportOptions, type ImportSource, importDefinition } from './import/import.js';
// Lint.
export { lint } from './lint/lint.js';
export { lintView, type ViewFinding } from './lint/lint-view.js';
export { RULE_IDS, RULES, type RuleId, type Severity } from './lint/rules.js';
export { type PlacedFinding, sarifOf } from './lint/sarif.js';
export type { Finding, FindingSpan, Fix, LintOptions } from './lint/types.js';
// Sweep.
export { requireWorkspace } from './live/read-live.js';
export { type LoadedDefinition, loadDefinition } from './load.js';
export type { FieldChange } from './plan/field-changes.js';
export { KIND_WORDS } from './plan/kind-names.js';
export { type PlanOptions, planWorkspace, type WorkspacePlan } from './plan/plan.js';
export { type RecordedKinds, StateFile } from './plan/state.js';
export type { Plan, PlanAction, PlanCause, PlanChange, PlanKind } from './plan/types.js';
export { type ReplayOptions, type ReplayReport, replay, replayText } from './replay/index.js';
export {
  type AccountTestOptions,
  type AccountTestReport,
  type LeftOver,
  runTestsOnAccount,
} from './routing-tests/account/on-account.js';
export type { CoverageItem } from './routing-tests/coverage.js';
export { explainOffline, type OfflineTask } from './routing-tests/explain-offline.js';
export { routingTests, type TestFunction } from './routing-tests/in-runner.js';
export { type Reporter, type ReportOptions, reportRoutingTests } from './routing-tests/reporters.js';
export type { TestFailure } from './routing-tests/run-test.js';
export {
  type FileResult,
  type RoutingTestOptions,
  type RoutingTestReport,
  runRoutingTests,
  type TestResult,
} from './routing-tests/suite.js';
// What a change would do.
export {
  type Choices,
  compareText,
  FileError,
  figuresOf,
  type HtmlParts,
  type Interval,
  type Origin,
  type QueueFigures,
  type Run,
  reportHtml,
  reportText,
  type SimulateOptions,
  type Simulation,
  type SimulationFigures,
  type SimulationReport,
  type StaffFigures,
  simulate,
} from './simulate/index.js';
export { usableDefinition } from './simulate/simulate.js';
export {
  findStuckTasks,
  type StuckOptions,
  type StuckTask,
  type SweptResult,
  type SweptState,
  sweepTasks,
} from './sweep/sweep.js';
