import { isCancelReason } from './cancel-reasons.js';
import type { EngineEvent } from './outputs.js';

/**
 * The `EventDescription` of an event. As recorded on real accounts: `Task WT… created`, `Worker Ann created`,
 * `Worker Ann updated attributes to {…}`, `Worker Ann updated to Idle Activity`, `TaskQueue WQ… created`,
 * `TaskQueue WQ… expression updated to '…'`; `Task TTL Exceeded` and other reasons of the router's own are the whole
 * description. The others are worded like these.
 */
export function describeEvent({ type, resourceSid, data }: Omit<EngineEvent, 'kind' | 'sid'>): string {
  const [resource = '', ...verb] = type.split('.');
  const happened = verb.join(' ');
  switch (resource) {
    case 'worker':
      return `Worker ${data.WorkerName} ${describeWorker(type, data) ?? happened}`;
    case 'task-queue':
      return describeQueue(type, data) ?? `TaskQueue ${resourceSid} ${happened}`;
    case 'workflow':
      return describeWorkflow(type, data) ?? `Workflow ${resourceSid} ${happened}`;
    case 'task':
      if (type.startsWith('task.transfer-'))
        return `Task ${data.TaskSid} ${happened.replaceAll('-', ' ')} (${data.TransferMode} to ${data.TransferTo})`;
      return type === 'task.canceled' && isCancelReason(data.Reason)
        ? data.Reason
        : `Task ${resourceSid} ${happened}`;
    case 'task-channel':
      return `TaskChannel ${data.TaskChannelUniqueName} ${happened}`;
    case 'activity':
      return `Activity ${data.ActivityName} ${happened}`;
    default:
      return `${resource.charAt(0).toUpperCase()}${resource.slice(1)} ${resourceSid} ${happened}`;
  }
}

type Data = EngineEvent['data'];

function describeWorker(type: EngineEvent['type'], data: Data): string | undefined {
  switch (type) {
    case 'worker.attributes.update':
      return `updated attributes to ${data.WorkerAttributes}`;
    case 'worker.activity.update':
      return `updated to ${data.WorkerActivityName} Activity`;
    case 'worker.capacity.update':
      return `updated capacity of ${data.TaskChannelUniqueName}`;
    case 'worker.channel.availability.update':
      return `updated availability of ${data.TaskChannelUniqueName} to ${data.WorkerChannelAvailable}`;
    default:
      return undefined;
  }
}

function describeQueue(type: EngineEvent['type'], data: Data): string | undefined {
  const { TaskSid: task, TaskQueueSid: queue, TaskQueueTargetExpression: expression } = data;
  switch (type) {
    case 'task-queue.expression.updated':
      return `TaskQueue ${queue} expression updated to '${expression}'`;
    case 'task-queue.entered':
      return `Task ${task} entered TaskQueue ${queue}`;
    case 'task-queue.moved':
      return `Task ${task} moved from TaskQueue ${queue}`;
    case 'task-queue.timeout':
      return `Task ${task} timed out in TaskQueue ${queue}`;
    default:
      return undefined;
  }
}

function describeWorkflow(type: EngineEvent['type'], data: Data): string | undefined {
  const { TaskSid: task, WorkflowSid: workflow, TaskQueueSid: queue } = data;
  switch (type) {
    case 'workflow.entered':
      return `Task ${task} entered Workflow ${workflow}`;
    case 'workflow.target-matched':
      return `Task ${task} matched a target with TaskQueue ${queue}`;
    case 'workflow.timeout':
      return `Task ${task} timed out in Workflow ${workflow}`;
    case 'workflow.skipped':
      return `Task ${task} skipped in Workflow ${workflow}`;
    default:
      return undefined;
  }
}
