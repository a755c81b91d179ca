import { z } from 'zod';
import { TASK_SID } from '../sids.js';

/** Schemas that several tools share. Results are loose: they may hold more than is listed. */

export const taskSid = z
  .string()
  .regex(TASK_SID, 'A task has a SID of WT and 32 hexadecimal digits: list_tasks gives it.');
export const attributes = z.record(z.string(), z.unknown());
export const named = z.looseObject({ sid: z.string(), name: z.string() });
export const limit = z.int().min(1).max(200).optional().describe('How many at most. Default: 20.');
export const workspaceSid = z.string().optional().describe('Default: the only workspace.');

export const reservation = z.looseObject({
  sid: z.string(),
  status: z.string(),
  taskSid: z.string(),
  worker: named,
  createdAt: z.number().describe('Milliseconds since 1970.'),
  deadline: z.number().nullable().describe('When a pending one times out.'),
});

export const worker = z.looseObject({
  sid: z.string(),
  name: z.string(),
  workspaceSid: z.string(),
  attributes: z.string().describe('JSON.'),
  activity: z.looseObject({ sid: z.string(), name: z.string(), available: z.boolean() }),
  channels: z.array(
    z.looseObject({
      uniqueName: z.string(),
      available: z.boolean(),
      capacity: z.number(),
      consumed: z.number(),
    }),
  ),
  reservations: z.array(reservation).describe('Open ones, oldest first.'),
  queues: z.array(named),
});

export const taskSummary = z.looseObject({
  sid: z.string(),
  workspaceSid: z.string(),
  status: z.string().describe('pending, reserved, assigned, wrapping, completed, canceled or gone.'),
  reason: z.string().nullable(),
  priority: z.number(),
  channel: z.string(),
  workflow: named,
  queue: named,
  workers: z.array(named).describe('The worker it is reserved for or with.'),
  createdAt: z.number().describe('Milliseconds since 1970.'),
  attributes: z.string().describe('JSON.'),
});

export const delivery = z.looseObject({
  id: z.number(),
  callback: z.string().describe('assignment, event, status (of a simulated call or conference) or twiml.'),
  via: z.string().describe('primary, fallback or replay.'),
  at: z.number().describe('Milliseconds since 1970.'),
  ms: z.number(),
  url: z.string(),
  eventType: z.string(),
  taskSid: z.string().nullable(),
  reservationSid: z.string().nullable(),
  outcome: z.string(),
  status: z.number().nullable(),
  instruction: z.string().nullable(),
  signature: z.string(),
});

export const explanation = {
  taskSid: z.string(),
  assignmentStatus: z.string(),
  workflowName: z.string(),
  now: z.array(z.string()).describe('What the task is waiting for, and until when.'),
  filters: z.array(z.looseObject({ name: z.string(), matches: z.boolean() })),
  workers: z.array(
    z.looseObject({ workerName: z.string(), eligible: z.boolean(), why: z.array(z.string()) }),
  ),
  decisions: z.array(z.looseObject({ at: z.number(), text: z.string() })),
};

export const placed = z.looseObject({
  status: z.string(),
  filter: z.string().nullable(),
  queue: named,
  workers: z.array(named),
  why: z.array(z.string()),
});

export const expressionNote = z.looseObject({
  message: z.string(),
  line: z.number().nullable(),
  column: z.number().nullable(),
});
