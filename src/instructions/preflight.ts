import { checkFields } from './check.js';
import { type InstructionProblem, problemOf } from './problem.js';
import type { Encoding, ReservationInstruction } from './types.js';

/** The attributes of one callback, as parsed JSON objects. */
export interface CallbackAttributes {
  readonly task: object;
  readonly worker: object;
}

/**
 * Finds what Twilio would refuse about this instruction for this task and this worker, before it is sent. Otherwise the
 * errors 40100 to 40159 and 14233 appear only in Twilio's debugger, while the caller waits. It refuses only what Twilio's
 * pages say is refused. Where they disagree, it takes the reading that lets a working call through.
 *
 * An activity's friendly name passes, because it is looked up (`withNames`) before the instruction is encoded.
 *
 * @returns the first problem found, or undefined.
 * @example preflight(dequeue(), { encoding: 'callback', task: {}, worker })?.code // 40140
 */
export function preflight(
  instruction: ReservationInstruction,
  { encoding, ...attributes }: CallbackAttributes & { readonly encoding: Encoding },
): InstructionProblem | undefined {
  return checkEncoding(instruction, encoding) ?? checkTask(instruction, attributes);
}

/**
 * The part of {@link preflight} that is the same for every callback, so that a fixed instruction is judged once.
 * `via: 'rest'` is judged as REST, even if `encoding` says otherwise.
 *
 * @example checkEncoding(reject(), 'callback')?.code // 40100
 */
export function checkEncoding(
  instruction: ReservationInstruction,
  encoding: Encoding,
): InstructionProblem | undefined {
  const problem = checkFields(instruction);
  if (problem || encoding === 'rest') return problem;
  if (instruction.instruction === 'supervise') {
    const what = 'it works only as a REST reservation update, for a reservation that is already accepted';
    return problemOf('supervise', 'instruction', what, 55555);
  }
  // Twilio's table requires activity_sid although its text describes the case without; error 40100 settles it.
  if (instruction.instruction === 'reject' && !instruction.activity && instruction.via !== 'rest') {
    const what = "a callback's reject needs the worker's next activity: reject({ activity: 'Offline' })";
    return problemOf('reject', 'activity', `${what}, or via: 'rest' to keep the present one`, 40100);
  }
  return undefined;
}

/**
 * The part of {@link preflight} that depends on the callback's task and worker.
 *
 * @example checkTask(conference(), { task: { call_sid: 'CA…', to: '+15017122661' }, worker: {} })?.code // 40137
 */
export function checkTask(
  instruction: ReservationInstruction,
  { task, worker }: CallbackAttributes,
): InstructionProblem | undefined {
  switch (instruction.instruction) {
    case 'dequeue':
      if (!has(task, 'call_sid')) {
        const what =
          'the task has no attribute call_sid, so it has no parked call: only tasks made by <Enqueue>';
        return problemOf('dequeue', 'instruction', `${what} can be dequeued`, 40140);
      }
      return unreachable(instruction, worker, 40131);
    case 'call':
      return unreachable(instruction, worker, 40110);
    case 'conference':
      if (!has(task, 'call_sid') && !has(task, 'outbound_to')) {
        const what = 'the task has neither the attribute call_sid (a call that came in) nor outbound_to';
        return problemOf('conference', 'instruction', `${what} (one to be made)`, 40142);
      }
      // The reservation page calls `from` optional, and error 40138 asks for it. Tasks of <Enqueue> work without: like
      // dequeue, they have numbers to take it from. Only where no attribute holds one is it sure to fail.
      if (!instruction.from && !['to', 'called', 'from'].some((name) => has(task, name))) {
        const what =
          'from is missing, and the task has no attribute to, called or from to take it from: give a';
        return problemOf('conference', 'from', `${what} number of yours`, 40138);
      }
      return unreachable(instruction, worker, 40137);
    case 'supervise':
      if (has(task, 'from')) return undefined;
      return problemOf('supervise', 'instruction', 'the task has no attribute from', 40148);
    default:
      return undefined;
  }
}

function unreachable(
  { instruction, to }: { readonly instruction: string; readonly to?: string },
  worker: object,
  code: number,
): InstructionProblem | undefined {
  if (to || has(worker, 'contact_uri')) return undefined;
  const what = 'to is missing and the worker has no attribute contact_uri: give one of them';
  return problemOf(instruction, 'to', what, code);
}

/** Only a value that cannot be intended counts as missing, because Twilio does not document what else it accepts. */
function has(attributes: object, name: string): boolean {
  const value = (attributes as Readonly<Record<string, unknown>>)[name];
  return value !== undefined && value !== null && value !== '';
}
