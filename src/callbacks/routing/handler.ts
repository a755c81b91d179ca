import { ConfigurationError } from '../../errors.js';
import {
  checkEncoding,
  type Decision,
  describeWrongReturn,
  encodeCallback,
  type Instruction,
  InstructionError,
  isDecision,
  lookUpNames,
  namesIn,
} from '../../instructions/index.js';
import type { MaybePromise } from '../../maybe-promise.js';
import type { Attributes } from '../../standard-schema.js';
import type { CallbackNames } from '../client.js';
import type { AssignmentContext } from '../context.js';
import type { Abilities } from './match.js';

/** A fixed decision, or a function that decides. */
export type AssignmentHandler<T = Attributes, W = Attributes> = HandlerOf<AssignmentContext<T, W>>;

/** A handler of any kind of context. */
export type HandlerOf<Context> =
  | Decision<Context>
  | ((context: Context) => Decision<Context> | Promise<Decision<Context>>);

/** Decides. */
export interface Decider<Context extends AssignmentContext = AssignmentContext> {
  decide(context: Context): Decision<never> | Promise<Decision<never>>;
  /** The decision that was registered, if it was not a function. Already checked. */
  readonly fixed: Decision<never> | undefined;
  /** Its answer, encoded once. Undefined for a function, for a decision by REST, and while a name in it has no SID. */
  readonly answer: string | undefined;
}

/**
 * Turns what a user registered into a decider. A fixed decision is checked and encoded here, once.
 *
 * @throws {ConfigurationError} if the handler is neither, or if its decision can never be carried out.
 */
export function readHandler<Context extends AssignmentContext>(
  handler: HandlerOf<Context>,
  at: string,
  can: Abilities,
): Decider<Context> {
  if (typeof handler === 'function') return { decide: handler, fixed: undefined, answer: undefined };
  if (!isDecision(handler)) {
    throw new ConfigurationError(
      'bad-handler',
      `${at}: the handler must be an instruction such as accept(), or a function that returns one.`,
    );
  }
  const problem = whyNever(handler, can);
  if (problem) throw new ConfigurationError('bad-handler', `${at}: ${problem}`);
  return fixedDecider(handler);
}

function fixedDecider<Context extends AssignmentContext>(decision: Decision<never>): Decider<Context> {
  const later = decision.instruction === 'defer' ? decision.run !== undefined : decision.via === 'rest';
  return {
    decide: () => decision,
    fixed: decision,
    answer: later || namesOf(decision).length > 0 ? undefined : encodeCallback(decision),
  };
}

/**
 * Reads a fixed instruction that is an answer by itself, and encodes it.
 *
 * @throws {ConfigurationError} if a callback cannot give it, or if it holds a friendly name, because there is no look-up.
 */
export function readAnswer(instruction: Instruction, at: string, can: Abilities) {
  const { answer } = readHandler<AssignmentContext>(instruction, at, can);
  if (answer !== undefined && instruction.via !== 'rest') return { instruction, answer };
  throw new ConfigurationError(
    'bad-handler',
    `${at}: this instruction is sent when there is no time left for REST: use SIDs, and leave out via.`,
  );
}

/** The friendly names a decision holds where Twilio wants SIDs. */
export function namesOf(
  decision: Decision<never>,
): ReadonlyArray<{ readonly kind: 'activity'; readonly name: string }> {
  if (decision.instruction !== 'defer') return namesIn(decision);
  return decision.onFailure ? namesIn(decision.onFailure) : [];
}

/** The same decision with SIDs. Asks REST only for a name that is not known yet. */
export function resolveNames<D extends Decision<never>>(
  decision: D,
  names: CallbackNames,
  workspaceSid: string | undefined,
): MaybePromise<D> {
  return namesOf(decision).length === 0 ? decision : withSids(decision, names, workspaceSid);
}

async function withSids<D extends Decision<never>>(
  decision: D,
  names: CallbackNames,
  workspaceSid: string | undefined,
): Promise<D> {
  const where = { workspaceSid };
  const sidOf = (kind: 'activity', name: string) =>
    names.get(kind, name, where) ?? names.resolve(kind, name, where);
  if (decision.instruction !== 'defer') return lookUpNames<Instruction>(decision, sidOf) as Promise<D>;
  return decision.onFailure
    ? { ...decision, onFailure: await lookUpNames(decision.onFailure, sidOf) }
    : decision;
}

/**
 * Judges what a handler returned.
 *
 * @throws {InstructionError} if it is not a decision, or if it can never be carried out.
 */
export function checkDecision(
  decision: unknown,
  decider: Decider | undefined,
  can: Abilities,
): Decision<never> {
  if (!isDecision(decision)) {
    throw new InstructionError({ code: 40005, field: 'instruction', message: describeWrongReturn(decision) });
  }
  if (decider?.fixed === decision) return decision;
  const never = whyNever(decision, can);
  if (never) throw new InstructionError({ code: undefined, field: 'instruction', message: never });
  return decision;
}

/** What is wrong with a decision for every task, and what to write instead. */
function whyNever(decision: Decision<never>, can: Abilities): string | undefined {
  if (decision.instruction === 'defer') return whyNotDefer(decision, can);
  const problem = checkEncoding(decision, 'callback');
  if (problem) return problem.message;
  if (can.rest) return undefined;
  if (decision.via === 'rest') return `via: 'rest' ${NEEDS_CLIENT}.`;
  const name = namesIn(decision)[0];
  return (
    name && `${name.field} "${name.name}" is a friendly name, which ${NEEDS_CLIENT}: write the SID (WA…).`
  );
}

function whyNotDefer(
  { run, withinMs, onFailure }: Extract<Decision<never>, { instruction: 'defer' }>,
  can: Abilities,
) {
  if (run && !can.rest) return `defer(run) ${NEEDS_CLIENT}; defer() alone leaves the decision to the agent.`;
  if (withinMs !== undefined && !(Number.isInteger(withinMs) && withinMs > 0 && withinMs <= MAX_DEFER_MS)) {
    return `defer: withinMs must be a whole number of milliseconds from 1 to ${MAX_DEFER_MS}.`;
  }
  return onFailure && checkEncoding(onFailure, 'rest')?.message;
}

/** The longest a reservation can stay pending: 24 hours. Source: twilio.com/docs/taskrouter/limits. */
export const MAX_DEFER_MS = 86_400_000;

const NEEDS_CLIENT = 'needs a REST client, but this router has none (option client of createTaskRouter)';
