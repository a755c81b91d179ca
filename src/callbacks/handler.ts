import { ConfigurationError } from '../errors.js';
import {
  checkEncoding,
  checkTask,
  type Decision,
  describeWrongReturn,
  encodeCallback,
  type Instruction,
  InstructionError,
  isDecision,
  namesIn,
} from '../instructions/index.js';
import type { AssignmentContext } from './context.js';
import type { Attributes } from './standard-schema.js';

/** A fixed decision, or a function that takes one. */
export type AssignmentHandler<T = Attributes, W = Attributes> = HandlerOf<AssignmentContext<T, W>>;

/** A handler of whatever context it is given. */
export type HandlerOf<Context> =
  | Decision<Context>
  | ((context: Context) => Decision<Context> | Promise<Decision<Context>>);

/** Takes a decision and brings the answer to send: the exact text. */
export interface Decider<Context extends AssignmentContext = AssignmentContext> {
  decide(context: Context): Decision<never> | Promise<Decision<never>>;
  /** The answer of a decision that needs no further look, made at start-up. */
  readonly fixed: { readonly decision: Decision<never>; readonly answer: string } | undefined;
}

/**
 * Turns what a user registered into a decider. A fixed decision is checked and encoded here, once.
 *
 * @throws ConfigurationError when the handler is neither, or can never be carried out.
 */
export function readHandler<Context extends AssignmentContext>(
  handler: HandlerOf<Context>,
  at: string,
): Decider<Context> {
  if (typeof handler === 'function') return { decide: handler, fixed: undefined };
  if (!isDecision(handler)) {
    throw new ConfigurationError(
      'bad-handler',
      `${at}: the handler must be an instruction such as accept(), or a function that returns one.`,
    );
  }
  const problem = whyNever(handler);
  if (problem) throw new ConfigurationError('bad-handler', `${at}: ${problem}`);
  return { decide: () => handler, fixed: { decision: handler, answer: encodeCallback(handler) } };
}

/**
 * The answer for a decision.
 *
 * @throws InstructionError when it is none, or Twilio would refuse it for this task and worker.
 */
export function answerFor(
  decision: unknown,
  decider: Decider | undefined,
  context: AssignmentContext,
): string {
  if (!isDecision(decision)) {
    throw new InstructionError({ code: 40005, field: 'instruction', message: describeWrongReturn(decision) });
  }
  const known = decider?.fixed?.decision === decision ? decider.fixed : undefined;
  const never = known ? undefined : whyNever(decision);
  if (never) throw new InstructionError({ code: undefined, field: 'instruction', message: never });
  if (decision.instruction !== 'defer') {
    const attributes = { task: context.task.attributes, worker: context.worker.attributes };
    const problem = checkTask(decision, attributes);
    if (problem) throw new InstructionError(problem);
  }
  return known?.answer ?? encodeCallback(decision);
}

/** What is wrong with a decision whatever the task is, and what to write instead. */
function whyNever(decision: Decision<never>): string | undefined {
  if (decision.instruction === 'defer') {
    return decision.run
      ? `defer(run) ${NEEDS_CLIENT}; defer() alone leaves the decision to the agent.`
      : undefined;
  }
  const problem = checkEncoding(decision, 'callback');
  if (problem) return problem.message;
  if (decision.via === 'rest') return `via: 'rest' ${NEEDS_CLIENT}.`;
  const name = namesIn(decision)[0];
  return (
    name && `${name.field} "${name.name}" is a friendly name, which ${NEEDS_CLIENT}: write the SID (WA…).`
  );
}

const NEEDS_CLIENT = 'needs a REST client, and this router has none';

/** A decision used as an answer by itself: for a deadline, or for a handler that failed. */
export function readFixedInstruction(instruction: Instruction, at: string): Decider {
  return readHandler<AssignmentContext>(instruction, at);
}
