import { z } from 'zod';
import { CALLBACK_KINDS, DELIVERY_OUTCOMES, FAULT_NAMES } from '../emulator/vocabulary.js';
import { attributes, delivery, expressionNote, limit, taskSid, workspaceSid } from './shapes.js';
import { query, type Tool, tool } from './tool.js';

const advance = tool({
  name: 'advance_clock',
  title: 'Advance the clock',
  description:
    'Lets virtual time pass, timer by timer: reservations time out, tasks escalate, phones are answered. Waits for the callbacks in progress.',
  input: { by: z.string().describe("How long: '90s', '2m', '1h30m', '1d'.") },
  output: { clock: z.enum(['real', 'virtual']), now: z.string().describe('ISO 8601.') },
  next: 'A real clock cannot be moved: start the emulator with --clock virtual.',
  run: async (ask, { by }) => ({
    structured: await ask({ method: 'POST', path: '/clock', body: { advance: by } }),
  }),
});

const list = tool({
  name: 'list_deliveries',
  title: 'List deliveries',
  description:
    'Requests the local TaskRouter made to callback URLs, newest first: what was sent, answered, and whether the signature was accepted. With id, one with its form, attributes, timings and answer.',
  readOnly: true,
  input: {
    id: z.int().min(1).optional().describe('One delivery, in full.'),
    task: taskSid.optional(),
    reservation: z.string().optional(),
    callback: z.enum(CALLBACK_KINDS).optional(),
    outcome: z.enum(DELIVERY_OUTCOMES).optional(),
    limit,
    before: z.int().optional().describe('The `next` of the page before.'),
  },
  output: {
    deliveries: z.array(delivery),
    next: z.number().nullable().describe('Give it as before; null: no more.'),
  },
  next: 'Without arguments it lists the newest deliveries, with their ids.',
  async run(ask, { id, limit: most = 20, ...rest }) {
    if (id === undefined) {
      return {
        structured: await ask({ method: 'GET', path: `/deliveries${query({ ...rest, limit: most })}` }),
      };
    }
    const one = await ask({ method: 'GET', path: `/deliveries/${id}` });
    return { structured: { deliveries: [one], next: null } };
  },
});

const replay = tool({
  name: 'replay_delivery',
  title: 'Replay a delivery',
  description:
    'Sends a callback again, with a fresh signature and the current time. Its answer is shown, but not carried out.',
  input: {
    id: z.int().min(1).describe('From list_deliveries.'),
    newKey: z
      .boolean()
      .optional()
      .describe(
        'False: keep the reservation, so that the stored answer comes back. Default: true, the handler runs again.',
      ),
  },
  output: delivery.shape,
  next: 'list_deliveries shows the ids that are still kept.',
  run: async (ask, { id, ...body }) => ({
    structured: await ask({ method: 'POST', path: `/deliveries/${id}/replay`, body }),
  }),
});

const fault = tool({
  name: 'inject_fault',
  title: 'Inject a fault',
  description:
    'Switches a fault on or off. Callbacks: duplicate, delay, drop, reorder, hangUp. REST: tooManyRequests, serverError, lostAnswer, preconditionFailed, doubleAccept. The answer lists what is on.',
  input: {
    fault: z.enum(FAULT_NAMES),
    times: z
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe('How many times it applies; 0: off. Default: until it is switched off.'),
    callbacks: z.enum(CALLBACK_KINDS).optional().describe('Only these callbacks. Default: all kinds.'),
    ms: z.int().min(0).max(600_000).optional().describe('With delay: how long. Default: 1,000.'),
    retryAfterS: z.int().min(0).max(86_400).optional().describe('With tooManyRequests. Default: 1.'),
  },
  output: { faults: z.record(z.string(), z.union([z.number(), z.literal(true)])) },
  next: 'Give ms only with delay, retryAfterS only with tooManyRequests, callbacks only with faults of callbacks.',
  async run(ask, { fault: name, ...details }) {
    const faults = await ask({ method: 'POST', path: '/faults', body: { [name]: details } });
    return { structured: { faults } };
  },
});

const evaluate = tool({
  name: 'evaluate_expression',
  title: 'Evaluate an expression',
  description:
    'Evaluates a TaskRouter expression against a task and a worker, and says which comparisons decided and which names have no value.',
  readOnly: true,
  input: {
    expression: z.string().describe("Such as skills HAS 'billing' AND level > 2."),
    kind: z
      .enum(['queue', 'filter', 'target'])
      .describe("queue: TargetWorkers. filter: a workflow's filter. target: a target's expression."),
    task: z
      .union([z.string(), attributes])
      .optional()
      .describe('A SID, or attributes. For filter and target.'),
    worker: z
      .union([z.string(), attributes])
      .optional()
      .describe('A SID or friendly name, or attributes. For queue and target.'),
    workspaceSid,
  },
  output: {
    ok: z.boolean(),
    result: z.boolean().nullable().describe('null: the expression cannot be parsed, see error.'),
    reasons: z.array(z.looseObject({ text: z.string(), result: z.boolean() })),
    missing: z.array(z.string()).describe('Names that have no value.'),
    printed: z.string().nullable(),
    warnings: z.array(expressionNote),
    error: expressionNote.nullable(),
  },
  next: 'Give worker with kind queue, task with kind filter, and both with kind target.',
  run: async (ask, input) => ({ structured: await ask({ method: 'POST', path: '/evaluate', body: input }) }),
});

export const emulatorTools: readonly Tool[] = [advance, list, replay, fault, evaluate];
