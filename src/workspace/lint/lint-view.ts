import type { TaskQueue, Workflow, WorkspaceView } from '../../emulator/engine/index.js';
import { ConfigurationError } from '../../errors.js';
import {
  type DefinitionPath,
  formatPath,
  type WorkflowConfiguration,
  type WorkspaceDefinition,
} from '../definition/index.js';
import { definitionOf } from '../export/definition-of.js';
import { lint } from './lint.js';
import { pageOf, type RuleId, type Severity } from './rules.js';

/** One thing that is, or may be, wrong with a workspace that runs. */
export interface ViewFinding {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly message: string;
  /** SIDs of what it is about. */
  readonly workflow: string | null;
  readonly queue: string | null;
  /** A place in the workflow's configuration, or a field; empty: the whole of it. */
  readonly place: string;
  /** The page that explains the rule. */
  readonly docs: string;
}

/** Finds what is, or may be, wrong with a workspace as it runs; its workflows are read in Twilio's own form. */
export function lintView(view: WorkspaceView): readonly ViewFinding[] {
  let definition: WorkspaceDefinition;
  try {
    definition = definitionIn(view);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return [finding('definition', 'error', error.message, [], view)];
  }
  return lint(definition).map(({ rule, severity, message, path }) =>
    finding(rule, severity, message, path, view),
  );
}

function definitionIn(view: WorkspaceView): WorkspaceDefinition {
  const { workspace } = view;
  const workflows = [...view.workflows.values()];
  const { definition } = definitionOf({
    workspace: {
      ...workspace,
      eventsFilter: null,
      defaultActivity: workspace.defaultActivitySid,
      timeoutActivity: workspace.timeoutActivitySid,
    },
    activities: [...view.activities.values()],
    taskChannels: [...view.taskChannels.values()],
    taskQueues: [...view.taskQueues.values()].map((queue) => ({
      ...queue,
      reservationActivity: queue.reservationActivitySid,
      assignmentActivity: queue.assignmentActivitySid,
    })),
    workers: [...view.workers.values()].map(({ sid, friendlyName, attributes }) => ({
      ...{ sid, friendlyName },
      attributes: JSON.parse(attributes) as object,
    })),
    workflows: [],
  });
  return {
    ...definition,
    workflows: Object.fromEntries(
      workflows.map((workflow) => [workflow.friendlyName, definedWorkflow(workflow, view)]),
    ),
  };
}

const definedWorkflow = (workflow: Workflow, { taskQueues }: WorkspaceView) => ({
  ...(workflow.assignmentCallbackUrl ? { assignmentCallbackUrl: workflow.assignmentCallbackUrl } : {}),
  ...(workflow.fallbackAssignmentCallbackUrl
    ? { fallbackAssignmentCallbackUrl: workflow.fallbackAssignmentCallbackUrl }
    : {}),
  taskReservationTimeout: workflow.taskReservationTimeout,
  configuration: JSON.parse(workflow.configuration, (key, value: unknown) =>
    key === 'queue' || key === 'task_queue_sid'
      ? (taskQueues.get(String(value))?.friendlyName ?? value)
      : value,
  ) as WorkflowConfiguration,
});

function finding(
  rule: RuleId,
  severity: Severity,
  message: string,
  path: DefinitionPath,
  view: WorkspaceView,
): ViewFinding {
  const [kind, name, ...rest] = path;
  const within = kind === 'workflows' || kind === 'taskQueues';
  const sidOf = (all: Iterable<Workflow | TaskQueue>) =>
    [...all].find(({ friendlyName }) => friendlyName === name)?.sid ?? null;
  const inside = within ? rest : path;
  return {
    ...{ rule, severity, message, docs: pageOf(rule) },
    workflow: kind === 'workflows' ? sidOf(view.workflows.values()) : null,
    queue: kind === 'taskQueues' ? sidOf(view.taskQueues.values()) : null,
    place: formatPath(inside[0] === 'configuration' ? inside.slice(1) : inside),
  };
}
