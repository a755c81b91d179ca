import type { Operation } from './operation.js';
import { events } from './operations/events.js';
import { taskReservations, workerReservations } from './operations/reservations.js';
import { activities, taskChannels, taskQueues, workflows, workspaces } from './operations/setup.js';
import {
  queueStatistics,
  workerStatistics,
  workflowStatistics,
  workspaceStatistics,
} from './operations/statistics.js';
import { tasks } from './operations/tasks.js';
import { workerChannels, workers } from './operations/workers.js';

/** Every operation under `/v1/Workspaces`, all 61 of Twilio's OpenAPI file. */
export const operations: readonly Operation[] = [
  ...workspaces,
  ...workspaceStatistics,
  ...activities,
  ...taskChannels,
  ...taskQueues,
  ...queueStatistics,
  ...workflows,
  ...workflowStatistics,
  ...workers,
  ...workerChannels,
  ...workerStatistics,
  ...workerReservations,
  ...tasks,
  ...taskReservations,
  ...events,
];
