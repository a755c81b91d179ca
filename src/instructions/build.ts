import { nearMiss } from '../near-miss.js';
import { FIELD_BY_OPTION, type InstructionName } from './fields.js';
import { isInstruction } from './guards.js';
import { checkFields, isPlainObject, markIfSound } from './preflight.js';
import { InstructionError, problemOf } from './problem.js';
import type {
  AcceptInstruction,
  CallInstruction,
  ConferenceInstruction,
  DeferInstruction,
  DequeueInstruction,
  Instruction,
  RedirectInstruction,
  RejectInstruction,
  ReservationInstruction,
  SuperviseInstruction,
} from './types.js';

/**
 * Who is called, and from which number. `undefined` comes from a misspelt attribute or an environment variable that is
 * not set, and leaving it out would ring a different phone than intended.
 */
type NeverUndefined = 'from' | 'to';

/**
 * An option that may be left out may also be `undefined`, so that `{ timeout: maybe }` needs no condition. The exceptions
 * are {@link NeverUndefined}.
 */
type Loose<T> = {
  readonly [K in keyof T]: Record<never, never> extends Pick<T, K>
    ? K extends NeverUndefined
      ? T[K]
      : T[K] | undefined
    : T[K];
};
type WithDefault<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

/** What {@link accept} takes. */
export type AcceptOptions = Loose<Omit<AcceptInstruction, 'instruction'>>;
/** What {@link reject} takes. */
export type RejectOptions = Loose<Omit<RejectInstruction, 'instruction'>>;
/** What {@link dequeue} takes. */
export type DequeueOptions = Loose<Omit<DequeueInstruction, 'instruction'>>;
/** What {@link call} takes. */
export type CallOptions = Loose<WithDefault<Omit<CallInstruction, 'instruction'>, 'accept'>>;
/** What {@link redirect} takes. */
export type RedirectOptions = Loose<WithDefault<Omit<RedirectInstruction, 'instruction'>, 'accept'>>;
/** What {@link conference} takes. */
export type ConferenceOptions = Loose<Omit<ConferenceInstruction, 'instruction'>>;
/** What {@link supervise} takes. */
export type SuperviseOptions = Loose<Omit<SuperviseInstruction, 'instruction'>>;
/** What {@link defer} takes beside the function. */
export type DeferOptions = Loose<Pick<DeferInstruction, 'withinMs' | 'onFailure'>>;

/**
 * Takes the task. The task leaves the assignment loop; you connect the parties yourself.
 *
 * @throws {InstructionError} on an option it does not know.
 * @example taskRouter.onAssignment({ task: Chat }, accept());
 */
export function accept(options: AcceptOptions = {}): AcceptInstruction {
  return build<AcceptInstruction>('accept', options);
}

/**
 * Returns the task to its queue. In a callback it needs an `activity` for the worker (Twilio error 40100); over REST, the
 * worker keeps the current one.
 *
 * @throws {InstructionError} on an activity that is neither a SID nor a name (40100), or an unknown option.
 * @example taskRouter.onAssignment({ where: ({ worker }) => !worker.attributes.contact_uri }, reject({ activity: 'Offline' }));
 */
export function reject(options: RejectOptions = {}): RejectInstruction {
  return build<RejectInstruction>('reject', options);
}

/**
 * Connects a call parked by `<Enqueue>` to the worker. The task must have `call_sid` (40140), and the worker
 * `contact_uri` unless `to` is given (40131). Both are checked when the callback arrives.
 *
 * @throws {InstructionError} on a bad `to` (40131), `from` (40132), activity (40130), timeout (14233), URL (40157) or
 * list of events (40134), or an unknown option.
 * @example dequeue({ postWorkActivity: 'Wrap-up', timeout: 20 })
 */
export function dequeue(options: DequeueOptions = {}): DequeueInstruction {
  return build<DequeueInstruction>('dequeue', options);
}

/**
 * Calls the worker and runs the TwiML at `url` once they answer. `accept` is always sent, and is `false` by default, as
 * on Twilio's pages: the reservation then stays pending until your TwiML (`<Dial><Queue reservationSid>`) or a REST
 * update finishes it.
 *
 * @throws {InstructionError} on a bad `to` (40110), `from` (40111), `url` (40112), timeout (14233) or status callback
 * URL (40158), or an unknown option.
 * @example call({ from: '+15017122661', url: 'https://hooks.example.com/agent-answers' })
 */
export function call(options: CallOptions): CallInstruction {
  return build<CallInstruction>('call', options, { accept: false });
}

/**
 * Sends a parked call to other TwiML. `accept` is always sent, and is `true` by default. The prose of Twilio's page says
 * that a redirect accepts, while its table says `false`. A redirect that does not accept leaves a reservation that nobody
 * can answer any more; it times out, which moves the worker to the timeout activity.
 *
 * @throws {InstructionError} on a bad `callSid` (40121) or `url` (40120), or an unknown option.
 * @example redirect({ callSid: task.attributes.call_sid, url: 'https://hooks.example.com/voicemail' })
 */
export function redirect(options: RedirectOptions): RedirectInstruction {
  return build<RedirectInstruction>('redirect', options, { accept: true });
}

/**
 * Rings the worker and puts both parties in a conference: Twilio's recommended way to connect a voice task.
 *
 * @throws {InstructionError} on a bad `to` (40137), `from` (40138), activity (40143), timeout (14233) or status callback
 * URL (40159), `maxParticipants` outside 2 to 250, or an unknown option.
 * @example conference({ from: '+15017122661', conferenceRecord: 'record-from-start', endConferenceOnExit: true })
 */
export function conference(options: ConferenceOptions = {}): ConferenceInstruction {
  return build<ConferenceInstruction>('conference', options);
}

/**
 * Adds a supervisor to the conference of an accepted reservation. Over REST only; a callback cannot use it.
 *
 * @throws {InstructionError} on a missing supervisor (40147) or mode, or an unknown option.
 * @example await reservation.apply(supervise({ supervisor: 'client:ada', supervisorMode: 'whisper' }));
 */
export function supervise(options: SuperviseOptions): SuperviseInstruction {
  return build<SuperviseInstruction>('supervise', options);
}

/**
 * Answers `{}` now. With `run`, the instruction that it returns is applied over REST (needs a client), at most `withinMs`
 * milliseconds later. If `run` throws or takes too long, `onFailure` is applied instead. Without `run` the reservation is
 * left to the agent's own screen, or to its timeout.
 *
 * @throws {InstructionError} if `run` is not a function, `withinMs` not a positive whole number, or `onFailure` not an
 * instruction.
 * @example defer(async ({ task, signal }) => (await blocked(task, signal)) ? reject() : accept(), { withinMs: 8_000, onFailure: reject() })
 */
export function defer(): DeferInstruction;
export function defer<Ctx>(
  run: (ctx: Ctx) => Instruction | Promise<Instruction>,
  options?: DeferOptions,
): DeferInstruction<Ctx>;
export function defer<Ctx>(
  run?: (ctx: Ctx) => Instruction | Promise<Instruction>,
  options: DeferOptions = {},
): DeferInstruction<Ctx> {
  const fail = (field: string, what: string): never => {
    throw new InstructionError(problemOf('defer', field, what));
  };
  if (!isPlainObject(options)) fail('options', 'the second argument must be an object of options');
  for (const name of Object.keys(options)) {
    if (name !== 'withinMs' && name !== 'onFailure') {
      const meant = nearMiss(name, ['withinMs', 'onFailure']);
      fail(name, `${name} is not an option${meant ? `; write ${meant}` : ' (options: withinMs, onFailure)'}`);
    }
  }
  const { withinMs, onFailure } = options;
  if (run === undefined) {
    if (withinMs !== undefined || onFailure !== undefined) {
      fail('run', 'withinMs and onFailure need a function before them: defer(async (ctx) => …, { … })');
    }
    return Object.freeze({ instruction: 'defer' });
  }
  if (typeof run !== 'function')
    fail('run', 'the first argument must be a function that returns an instruction');
  if (withinMs !== undefined && !(Number.isSafeInteger(withinMs) && withinMs > 0)) {
    fail('withinMs', 'withinMs must be a positive whole number of milliseconds');
  }
  if (onFailure !== undefined) {
    if (!isInstruction(onFailure)) fail('onFailure', 'onFailure must be an instruction, such as reject()');
    const problem = checkFields(onFailure);
    if (problem) throw new InstructionError({ ...problem, message: `defer, onFailure: ${problem.message}` });
  }
  return Object.freeze({
    instruction: 'defer',
    run,
    ...(withinMs === undefined ? {} : { withinMs }),
    ...(onFailure === undefined ? {} : { onFailure }),
  });
}

/** Copies the options that are set, checks and freezes them, lists included, because many callbacks share an instruction. */
function build<I extends ReservationInstruction>(
  name: I['instruction'],
  options: object,
  defaults: Readonly<Record<string, boolean>> = {},
): I {
  if (!isPlainObject(options)) {
    const what = `takes an object of options, such as ${name}({ … })`;
    throw new InstructionError(problemOf(name, 'options', what));
  }
  // One loop: handlers build an instruction for every callback.
  const instruction: Record<string, unknown> = { instruction: name, ...defaults };
  for (const option of Object.keys(options)) {
    const value = options[option];
    if (value === undefined) {
      if (option === 'from' || option === 'to') throw new InstructionError(undefinedNumber(name, option));
      continue;
    }
    if (option === 'instruction') {
      throw new InstructionError(
        problemOf(name, 'instruction', 'instruction is not an option: the builder sets it'),
      );
    }
    // defineProperty semantics: an option called __proto__ is like any other unknown one.
    if (option === '__proto__') Object.defineProperty(instruction, option, { value, enumerable: true });
    else instruction[option] = typeof value === 'object' ? frozenCopy(value) : value;
  }
  const problem = checkFields(instruction as unknown as I);
  if (problem) throw new InstructionError(problem);
  markIfSound(instruction as unknown as I);
  return Object.freeze(instruction) as unknown as I;
}

function undefinedNumber(name: InstructionName, option: NeverUndefined) {
  const code = FIELD_BY_OPTION[name].get(option)?.code;
  const what = `${option} is undefined, so the attribute or variable it is read from does not exist. Leave ${option} out`;
  return problemOf(name, option, `${what} to let Twilio choose`, code);
}

function frozenCopy(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy));
  if (!isPlainObject(value)) return value;
  const set = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.freeze(Object.fromEntries(set.map(([name, item]) => [name, frozenCopy(item)])));
}
