import { activities, taskChannels, taskQueues, workflows, workspaces } from './setup.js';
import {
  taskQueueStatistics,
  workerStatistics,
  workflowStatistics,
  workspaceStatistics,
} from './statistics.js';
import { events, taskReservations, tasks, workerChannels, workerReservations, workers } from './work.js';

/**
 * Every operation of TaskRouter's REST API, as data: the one table that paths, encoding, decoding, retries and the
 * types of the client are made from. A test holds it against Twilio's OpenAPI file.
 */
export const OPERATIONS = {
  workspaces,
  activities,
  taskChannels,
  taskQueues,
  workflows,
  workers,
  workerChannels,
  tasks,
  reservations: taskReservations,
  workerReservations,
  events,
  workspaceStatistics,
  workerStatistics,
  taskQueueStatistics,
  workflowStatistics,
} as const;
