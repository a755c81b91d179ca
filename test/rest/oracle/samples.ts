import type { TaskRouterClient } from 'taskrouter-kit/rest';
import type twilio from 'twilio';
import { sid } from '../sids.js';

export type Official = ReturnType<typeof twilio>['taskrouter']['v1'];
type OfficialWorkspace = ReturnType<Official['workspaces']>;

/** The name of the operation (and of the case), our call, and the official one. */
export type Call = readonly [
  name: string,
  byUs: (ours: TaskRouterClient) => Promise<unknown>,
  byThem: (workspace: OfficialWorkspace, v1: Official) => Promise<unknown>,
];

export const ACTIVITY = sid('WA');
export const QUEUE = sid('WQ');
export const WORKFLOW = sid('WW');
export const CHANNEL = sid('TC');
export const WORKER = sid('WK');
export const WORKER_CHANNEL = sid('WC');
export const TASK = sid('WT');
export const RESERVATION = sid('WR');
export const EVENT = sid('EV');
export const DATE = new Date('2026-01-02T03:04:05Z');
export const URL_A = 'https://hooks.example.com/a?x=1&y=2';
export const NAME = 'Ångström & co, "all"';
export const PAGE = { pageSize: 20 };

export const workspaceOptions = {
  friendlyName: NAME,
  eventCallbackUrl: URL_A,
  multiTaskEnabled: true,
  prioritizeQueueOrder: 'LIFO',
} as const;
export const queueOptions = {
  friendlyName: NAME,
  targetWorkers: 'languages HAS "en"',
  maxReservedWorkers: 3,
  taskOrder: 'FIFO',
  reservationActivitySid: ACTIVITY,
  assignmentActivitySid: ACTIVITY,
} as const;
export const workflowOptions = {
  friendlyName: NAME,
  assignmentCallbackUrl: URL_A,
  fallbackAssignmentCallbackUrl: URL_A,
  taskReservationTimeout: 30,
} as const;
export const configuration = { task_routing: { default_filter: { queue: QUEUE } } };
export const attributes = { from: '+15017122661', skills: ['a', 'b'], deep: { ü: null } };
export const text = JSON.stringify(attributes);
export const taskOptions = { priority: 5, taskChannel: 'voice', virtualStartTime: DATE } as const;
export const windowed = { minutes: 60, startDate: DATE, endDate: DATE, taskChannel: 'voice' } as const;
export const split = [5, 10] as const;
