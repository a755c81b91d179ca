import { z } from 'zod';
import { TASK_STATUSES } from '../emulator/vocabulary.js';
import { attributes, explanation, limit, placed, taskSid, taskSummary, workspaceSid } from './shapes.js';
import { query, strict, type Tool, tool } from './tool.js';

const create = tool({
  name: 'create_task',
  title: 'Create a task',
  description:
    'Creates a task in the local TaskRouter, as POST /Tasks would. It is routed at once; explain_task says where it went and why.',
  input: {
    attributes: attributes.optional().describe('The task\'s attributes, such as { "type": "call" }.'),
    workflow: z.string().optional().describe('Friendly name or SID. Default: the only workflow.'),
    workspaceSid,
    taskChannel: z.string().optional().describe('Unique name, such as voice or chat. Default: default.'),
    priority: z.int().min(0).optional(),
    timeout: z.int().min(1).optional().describe('In seconds. Default: 86,400.'),
  },
  output: {
    sid: z.string(),
    assignmentStatus: z.string(),
    attributes: z.string().describe('JSON.'),
    workflow: z.string(),
    taskChannel: z.string(),
    priority: z.number(),
  },
  next: 'list_workers shows the workspaces in use; without a workspace, seed one: npx taskrouter-kit dev has one.',
  run: async (ask, input) => ({ structured: await ask({ method: 'POST', path: '/tasks', body: input }) }),
});

const list = tool({
  name: 'list_tasks',
  title: 'List tasks',
  description:
    'Tasks of the local TaskRouter, including ended ones, the last changed first. Use it to find the SID of a task.',
  readOnly: true,
  input: {
    status: z.enum(TASK_STATUSES).optional(),
    queue: z.string().optional().describe('SID of a task queue.'),
    worker: z.string().optional().describe('SID of a worker.'),
    workspaceSid: z.string().optional(),
    search: z.string().optional().describe('Text to search for in attributes, names and SIDs.'),
    limit,
    before: z.int().optional().describe('The `next` of the page before.'),
  },
  output: {
    tasks: z.array(taskSummary),
    next: z.number().nullable().describe('Give it as before; null: no more.'),
  },
  next: 'Correct the argument it names, or leave it out.',
  run: async (ask, { workspaceSid: workspace, limit: most = 20, ...rest }) => ({
    structured: await ask({ method: 'GET', path: `/tasks${query({ ...rest, workspace, limit: most })}` }),
  }),
});

const explain = tool({
  name: 'explain_task',
  title: 'Explain a task',
  description:
    'Why a task is where it is: which filter matched and why others did not, what happened at each target, who is eligible and why the others are not, and what was decided when.',
  readOnly: true,
  input: {
    task: taskSid,
    at: z.int().optional().describe('A moment in the past, in milliseconds since 1970. Default: now.'),
  },
  output: explanation,
  next: 'list_tasks shows which tasks there are; an ended one is explained as long as it is kept.',
  async run(ask, { task, at }) {
    const path = `/tasks/${task}/explain${query({ at })}`;
    const structured = await ask<Record<string, unknown>>({ method: 'GET', path });
    return { structured, text: await ask({ method: 'GET', path, as: 'text' }) };
  },
});

const whatIf = tool({
  name: 'what_if',
  title: 'Ask what if',
  description:
    'What would happen to a task if its attributes, a worker or the time were different: filter, queue and worker, before and after. Nothing changes in the running TaskRouter. Give at least one of task, workers and after.',
  readOnly: true,
  input: {
    task: strict({
      sid: taskSid.optional().describe('An existing or ended task; without it, a new one, by workflow.'),
      workspaceSid: z.string().optional(),
      workflow: z.string().optional().describe('Friendly name or SID, instead of sid.'),
      attributes: attributes.optional(),
      priority: z.int().min(0).optional(),
      taskChannel: z.string().optional(),
    }).optional(),
    workers: z
      .array(
        strict({
          worker: z.string().describe('Friendly name or SID.'),
          activity: z.string().optional().describe('Friendly name or SID.'),
          attributes: attributes.optional(),
          capacity: z
            .record(z.string(), z.int().min(0))
            .optional()
            .describe('By unique name of the channel.'),
        }),
      )
      .optional(),
    after: z.string().optional().describe("Let this much time pass: '90s', '2m', '1h30m'."),
  },
  output: {
    before: placed.nullable(),
    after: placed.nullable(),
    how: z.string().nullable().describe('updated, made again or made.'),
    others: z.array(z.looseObject({ taskSid: z.string(), before: z.string(), after: z.string() })),
    changes: z.array(z.string()).describe('How it differs, such as Experts -> Everyone.'),
  },
  next: 'list_tasks and list_workers show the SIDs and names there are.',
  run: async (ask, input) => ({ structured: await ask({ method: 'POST', path: '/what-if', body: input }) }),
});

export const taskTools: readonly Tool[] = [create, list, explain, whatIf];
