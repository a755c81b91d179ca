import type { CallOptions, Calls } from '../calls.js';
import type { List } from '../list.js';
import { OPERATIONS } from '../spec/index.js';
import type {
  ListedTaskQueueStatistics,
  ListTaskQueueStatistics,
  RealTimeWindow,
  SplitStatisticsWindow,
  StatisticsWindow,
  TaskQueueCumulativeStatistics,
  TaskQueueRealTimeStatistics,
  TaskQueueStatistics,
  TaskQueuesRealTimeStatistics,
  WorkerStatistics,
  WorkersCumulativeStatistics,
  WorkersRealTimeStatistics,
  WorkersStatistics,
  WorkersStatisticsWindow,
  WorkflowCumulativeStatistics,
  WorkflowRealTimeStatistics,
  WorkflowStatistics,
  WorkspaceCumulativeStatistics,
  WorkspaceRealTimeStatistics,
  WorkspaceStatistics,
} from '../types.js';

const { workspaceStatistics, workerStatistics, taskQueueStatistics, workflowStatistics } = OPERATIONS;

/**
 * The statistics of a workspace: `fetch` has both kinds in one answer, `cumulative` counts over a period (15 minutes
 * by default), `realTime` shows the present moment. Twilio keeps 30 days.
 */
export function statistics(calls: Calls) {
  return {
    /** Of the whole workspace. @example await client.statistics.workspace.realTime() */
    workspace: {
      fetch: (input: SplitStatisticsWindow = {}, options?: CallOptions): Promise<WorkspaceStatistics> =>
        calls.call(workspaceStatistics.fetch, [], input, options),
      cumulative: (
        input: SplitStatisticsWindow = {},
        options?: CallOptions,
      ): Promise<WorkspaceCumulativeStatistics> =>
        calls.call(workspaceStatistics.cumulative, [], input, options),
      realTime: (input: RealTimeWindow = {}, options?: CallOptions): Promise<WorkspaceRealTimeStatistics> =>
        calls.call(workspaceStatistics.realTime, [], input, options),
    },
    /** Of the workers. Off by default where there are more than 100. @example await client.statistics.workers.cumulative({ minutes: 60 }) */
    workers: {
      fetch: (input: WorkersStatisticsWindow = {}, options?: CallOptions): Promise<WorkersStatistics> =>
        calls.call(workerStatistics.fetch, [], input, options),
      cumulative: (
        input: StatisticsWindow = {},
        options?: CallOptions,
      ): Promise<WorkersCumulativeStatistics> => calls.call(workerStatistics.cumulative, [], input, options),
      realTime: (input: RealTimeWindow = {}, options?: CallOptions): Promise<WorkersRealTimeStatistics> =>
        calls.call(workerStatistics.realTime, [], input, options),
      /** Of one worker. */
      ofWorker: (
        workerSid: string,
        input: StatisticsWindow = {},
        options?: CallOptions,
      ): Promise<WorkerStatistics> => calls.call(workerStatistics.ofWorker, [workerSid], input, options),
    },
    /** Of the task queues, by SID or name. @example await client.statistics.taskQueues.realTime('Support EN') */
    taskQueues: {
      /** Of every queue, both kinds. */
      list: (input: ListTaskQueueStatistics = {}, options?: CallOptions): List<ListedTaskQueueStatistics> =>
        calls.list(taskQueueStatistics.list, [], input, options),
      /** Of 1 to 50 queues in one request (SIDs only); Twilio takes 5 such requests a second. */
      bulkRealTime: (
        queueSids: readonly string[],
        options?: CallOptions,
      ): Promise<TaskQueuesRealTimeStatistics> =>
        calls.call(taskQueueStatistics.bulkRealTime, [], { queueSids }, options),
      fetch: (
        sid: string,
        input: SplitStatisticsWindow = {},
        options?: CallOptions,
      ): Promise<TaskQueueStatistics> => calls.call(taskQueueStatistics.fetch, [sid], input, options),
      cumulative: (
        sid: string,
        input: SplitStatisticsWindow = {},
        options?: CallOptions,
      ): Promise<TaskQueueCumulativeStatistics> =>
        calls.call(taskQueueStatistics.cumulative, [sid], input, options),
      realTime: (
        sid: string,
        input: RealTimeWindow = {},
        options?: CallOptions,
      ): Promise<TaskQueueRealTimeStatistics> =>
        calls.call(taskQueueStatistics.realTime, [sid], input, options),
    },
    /** Of a workflow, by SID or name. @example await client.statistics.workflows.cumulative('Incoming calls', { minutes: 480 }) */
    workflows: {
      fetch: (
        sid: string,
        input: SplitStatisticsWindow = {},
        options?: CallOptions,
      ): Promise<WorkflowStatistics> => calls.call(workflowStatistics.fetch, [sid], input, options),
      cumulative: (
        sid: string,
        input: SplitStatisticsWindow = {},
        options?: CallOptions,
      ): Promise<WorkflowCumulativeStatistics> =>
        calls.call(workflowStatistics.cumulative, [sid], input, options),
      realTime: (
        sid: string,
        input: RealTimeWindow = {},
        options?: CallOptions,
      ): Promise<WorkflowRealTimeStatistics> =>
        calls.call(workflowStatistics.realTime, [sid], input, options),
    },
  };
}
