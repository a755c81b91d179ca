import type { Commands } from '../command-types.js';
import type { Core } from '../core.js';
import { sayWorkflow } from '../events/events.js';
import { checkInteger, checkName, find, workspaceOf } from '../lookup.js';
import { resetBackoffs } from '../matching/backoff.js';
import { badRequest } from '../refusal.js';
import type { WorkflowState } from '../state.js';
import { compilePlan } from '../workflow/plan.js';
import { reroute } from '../workflow/steps.js';

/** twilio.com/docs/taskrouter/limits */
const MAX_CONFIGURATION_BYTES = 1_038_576;

export function createWorkflow(core: Core, params: Commands['createWorkflow']['params']): WorkflowState {
  const ws = workspaceOf(core, params.workspaceSid);
  checkName(params.friendlyName);
  checkTimeout(params.taskReservationTimeout);
  const workflow: Omit<WorkflowState, 'plan'> & { plan?: WorkflowState['plan'] } = {
    sid: core.sid('WW'),
    workspaceSid: ws.workspace.sid,
    dateCreated: core.time,
    dateUpdated: core.time,
    friendlyName: params.friendlyName,
    configuration: params.configuration,
    assignmentCallbackUrl: params.assignmentCallbackUrl ?? '',
    fallbackAssignmentCallbackUrl: params.fallbackAssignmentCallbackUrl ?? '',
    taskReservationTimeout: params.taskReservationTimeout ?? 120,
    ws,
    plans: new Map(),
  };
  const created = withPlan(core, workflow as WorkflowState, 1, params.configuration);
  ws.workflows.set(created.sid, created);
  sayWorkflow(core, 'created', created);
  return created;
}

function checkTimeout(timeout: number | undefined): void {
  checkInteger(timeout, 'TaskReservationTimeout', 1, 86_400);
}

/** Compiles a configuration and makes it the workflow's present one. */
function withPlan(
  core: Core,
  workflow: WorkflowState,
  version: number,
  configuration: string,
): WorkflowState {
  if (Buffer.byteLength(configuration) > MAX_CONFIGURATION_BYTES) {
    throw badRequest(`Configuration is larger than ${MAX_CONFIGURATION_BYTES} bytes`);
  }
  const plan = compilePlan(workflow, version, configuration, core.compileOptions);
  plan.since = core.time;
  workflow.plan = plan;
  workflow.configuration = configuration;
  workflow.plans.set(version, plan);
  return workflow;
}

export function updateWorkflow(core: Core, params: Commands['updateWorkflow']['params']): WorkflowState {
  const workflow = find(core, 'workflows', params);
  if (params.friendlyName !== undefined) checkName(params.friendlyName);
  checkTimeout(params.taskReservationTimeout);
  if (params.configuration !== undefined) {
    const before = workflow.plan;
    withPlan(core, workflow, before.version + 1, params.configuration);
    if (before.tasks === 0) workflow.plans.delete(before.version);
  }
  workflow.friendlyName = params.friendlyName ?? workflow.friendlyName;
  const { assignmentCallbackUrl: url, fallbackAssignmentCallbackUrl: fallbackUrl } = workflow;
  workflow.assignmentCallbackUrl = params.assignmentCallbackUrl ?? url;
  workflow.fallbackAssignmentCallbackUrl = params.fallbackAssignmentCallbackUrl ?? fallbackUrl;
  if (workflow.assignmentCallbackUrl !== url || workflow.fallbackAssignmentCallbackUrl !== fallbackUrl)
    resetBackoffs(core, workflow);
  workflow.taskReservationTimeout = params.taskReservationTimeout ?? workflow.taskReservationTimeout;
  core.touch(workflow);
  sayWorkflow(core, 'updated', workflow);
  if (params.reEvaluateTasks) reEvaluate(core, workflow);
  return workflow;
}

/** Waiting tasks go through the workflow again from the top; reserved ones when their reservation fails. */
function reEvaluate(core: Core, workflow: WorkflowState): void {
  for (const task of workflow.ws.tasks.values()) {
    if (task.plan.workflow !== workflow) continue;
    if (task.assignmentStatus === 'pending') reroute(core, task, 'workflow');
    else if (task.assignmentStatus === 'reserved') task.reroute = 'workflow';
  }
}

export function deleteWorkflow(core: Core, params: Commands['deleteWorkflow']['params']): void {
  const workflow = find(core, 'workflows', params);
  for (const { plan, assignmentStatus } of workflow.ws.tasks.values()) {
    if (plan.workflow === workflow && (assignmentStatus === 'pending' || assignmentStatus === 'reserved')) {
      throw badRequest(`Cannot delete workflow ${workflow.sid} because it has pending or reserved tasks`);
    }
  }
  workflow.ws.workflows.delete(workflow.sid);
  sayWorkflow(core, 'deleted', workflow);
}
