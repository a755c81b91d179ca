import { createDeciding, createDispatch } from '../callbacks/assignment/decide.js';
import { createBackground } from '../callbacks/background.js';
import { RunningAssignment } from '../callbacks/callback-context.js';
import type { CallbackClient } from '../callbacks/client.js';
import type { AssignmentContext, Task, Worker } from '../callbacks/context.js';
import type { HandlerDefinition } from '../callbacks/routing/define.js';
import type { HandlerOf } from '../callbacks/routing/handler.js';
import { Registry } from '../callbacks/routing/registry.js';
import { systemClock } from '../clock.js';
import { ConfigurationError } from '../errors.js';
import type { Decision } from '../instructions/index.js';
import { silentLogger } from '../log.js';
import { refuseUnknownKeys } from '../near-miss.js';
import type { Attributes } from '../standard-schema.js';
import { CALLABLE_WORKER, sid } from './sids.js';

/** What a handler decides about. SIDs are random unless given. */
export interface HandlerInput<T = Attributes, W = Attributes> {
  readonly task?: Partial<Task<T>>;
  /** Default attributes: those of a worker who can be reached at `client:alice`, as in `assignmentRequest`. */
  readonly worker?: Partial<Worker<W>>;
  readonly workspaceSid?: string;
  readonly workflowSid?: string;
  readonly taskQueueSid?: string;
  readonly reservationSid?: string;
  readonly via?: 'primary' | 'fallback';
  /**
   * The REST client behind `client` and `reservation`: one from `taskrouter-kit/rest` for your own server, or a fake.
   * Without it, using them throws.
   */
  readonly client?: CallbackClient;
  /** Further parameters of the callback. */
  readonly fields?: Readonly<Record<string, string>>;
}

/**
 * Runs a handler as the router would, without HTTP or a store: a function, a fixed instruction, or a definition from a
 * handler file with its match. `undefined`: the definition's match does not fit this input.
 *
 * @throws {ConfigurationError} for an unknown property.
 * @throws {InstructionError} if Twilio would refuse the instruction for this task and worker. The handler's own errors are
 * passed on.
 * @example
 * const decision = await runHandler(handler, {
 *   task: { attributes: { call_sid: 'CA…', from: '+15550100' } },
 *   worker: { attributes: { contact_uri: 'client:alice' } },
 * });
 * assert.equal(decision?.instruction, 'conference');
 */
export async function runHandler<T = Attributes, W = Attributes>(
  handler: HandlerOf<AssignmentContext<T, W>> | HandlerDefinition,
  input: HandlerInput<NoInfer<T>, NoInfer<W>> = {},
): Promise<Decision<never> | undefined> {
  refuseUnknownKeys(input, INPUT_KEYS, 'runHandler');
  refuseUnknownKeys(input.task, ['sid', 'attributes', 'age', 'priority'], 'runHandler, task');
  refuseUnknownKeys(input.worker, ['sid', 'attributes'], 'runHandler, worker');
  const registry = new Registry(EVERYTHING);
  const definition: HandlerDefinition =
    typeof handler === 'object' && 'kind' in handler
      ? handler
      : { kind: 'assignment', match: {}, handler: handler as HandlerOf<AssignmentContext> };
  if (definition.kind === 'event') {
    throw new ConfigurationError(
      'bad-handler',
      'runHandler runs assignment handlers, but this one handles events.',
    );
  }
  registry.addAssignment(definition.kind === 'assignment' ? definition.match : {}, definition.handler);

  const assignment = contextOf(input);
  const dispatch = createDispatch(registry.routes, () => input.fields?.TaskChannelUniqueName);
  const { route } = await dispatch(assignment);
  if (!route) return undefined;
  const routing = { current: dispatch, dispatch: () => dispatch };
  const { decision } = await createDeciding(registry, routing, EVERYTHING).decide(route, assignment);
  return decision;
}

const INPUT_KEYS = [
  ...['task', 'worker', 'workspaceSid', 'workflowSid', 'taskQueueSid', 'reservationSid'],
  ...['via', 'client', 'fields'],
] as const satisfies ReadonlyArray<keyof HandlerInput>;

/** Handlers may use everything that needs a client, because only the decision is tested. */
const EVERYTHING = { names: true, channel: true, rest: true };

function contextOf(input: HandlerInput<unknown, unknown>): RunningAssignment {
  const fields = {
    AccountSid: sid('AC'),
    WorkspaceSid: input.workspaceSid ?? sid('WS'),
    WorkflowSid: input.workflowSid ?? sid('WW'),
    TaskQueueSid: input.taskQueueSid ?? sid('WQ'),
    TaskSid: input.task?.sid ?? sid('WT'),
    TaskAttributes: JSON.stringify(input.task?.attributes ?? {}),
    TaskAge: String(input.task?.age ?? 0),
    TaskPriority: String(input.task?.priority ?? 0),
    WorkerSid: input.worker?.sid ?? sid('WK'),
    WorkerAttributes: JSON.stringify(input.worker?.attributes ?? CALLABLE_WORKER),
    ReservationSid: input.reservationSid ?? sid('WR'),
    Timestamp: String(Math.floor(Date.now() / 1_000)),
    ...input.fields,
  };
  const attributes = {
    task: JSON.parse(fields.TaskAttributes) as Attributes,
    worker: JSON.parse(fields.WorkerAttributes) as Attributes,
  };
  const never = new AbortController();
  return new RunningAssignment(
    { ...fields, pairs: Object.entries(fields) },
    input.via ?? 'primary',
    attributes,
    { signal: never.signal, attempt: 1, remainingMs: () => 4_000 },
    // Work given to after() starts with an answer, and here there is none.
    { log: silentLogger, background: createBackground(systemClock), client: input.client },
    undefined,
  );
}
