import { nearMiss } from '../near-miss.js';
import { ACTIVITY_SID, ANY_PREFIX, CALL_SID, sidPattern } from '../sids.js';
import { FIELD_BY_OPTION, FIELDS, type Field, type InstructionName } from './fields.js';
import { type InstructionProblem, problemOf } from './problem.js';
import type { Encoding, Instruction, ReservationInstruction, SuperviseInstruction } from './types.js';

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
          'the task has no attribute call_sid, so it has no parked call: only tasks created by <Enqueue>';
        return problemOf('dequeue', 'instruction', `${what} can be dequeued`, 40140);
      }
      return unreachable(instruction, worker, 40131);
    case 'call':
      return unreachable(instruction, worker, 40110);
    case 'conference':
      if (!has(task, 'call_sid') && !has(task, 'outbound_to')) {
        const what = 'the task has neither the attribute call_sid (an incoming call) nor outbound_to';
        return problemOf('conference', 'instruction', `${what} (a call to be made)`, 40142);
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

/** Not a plausible name of an activity: another resource's SID, or an activity's SID cut short. */
const BROKEN_SID = new RegExp(`^(?:${sidPattern(ANY_PREFIX)}|WA[0-9a-fA-F]{12,})$`);
const REQUIRED = Object.fromEntries(
  Object.entries(FIELDS).map(([name, fields]) => [name, fields.filter((field) => field.required)]),
) as unknown as typeof FIELDS;
/** The option of each instruction that names an activity, which may be a friendly name. */
const ACTIVITY_OPTION = Object.fromEntries(
  Object.entries(FIELDS).map(([name, fields]) => [
    name,
    fields.find(({ kind }) => kind === 'activity')?.option,
  ]),
) as Partial<Record<InstructionName, string>>;
const PASSTHROUGH_NAME = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;

/** Whether the value is an activity's SID, and not its friendly name. */
export function isActivitySid(value: string): boolean {
  return ACTIVITY_SID.test(value);
}

/** `conference_friendly_name` to `ConferenceFriendlyName`. */
export function pascalCase(name: string): string {
  return name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function isAbsoluteUrl(value: string): boolean {
  return /^https?:\/\/\S+$/i.test(value) && URL.canParse(value);
}

function isIntegerBetween(value: unknown, low: number, high: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high;
}

/** What is wrong with a value, as the end of a sentence that begins with the field's name; undefined if it is right. */
export function faultOf(field: Field, value: unknown): string | undefined {
  switch (field.kind) {
    case 'text':
      return typeof value === 'string' && value.trim() !== '' ? undefined : 'must be a non-empty string';
    case 'activity':
      if (typeof value !== 'string' || value.trim() === '') {
        return 'must be an activity SID (WA and 32 hexadecimal digits) or the friendly name of an activity';
      }
      return BROKEN_SID.test(value) && !isActivitySid(value)
        ? 'looks like a SID but is not an activity SID: write WA and 32 hexadecimal digits, or the friendly name'
        : undefined;
    case 'callSid':
      return typeof value === 'string' && CALL_SID.test(value)
        ? undefined
        : "must be a call SID (CA and 32 hexadecimal digits), usually the task's attribute call_sid";
    case 'url':
      if (value === '' && field.emptyAllowed) return undefined;
      return typeof value === 'string' && isAbsoluteUrl(value)
        ? undefined
        : 'must be an absolute URL that begins with https:// or http://, because Twilio requests it from outside';
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'must be true or false, without quotes';
    case 'word':
      return (typeof value === 'string' || typeof value === 'boolean') &&
        field.values?.includes(String(value))
        ? undefined
        : `must be one of: ${field.values?.join(', ')}`;
    case 'list':
      return Array.isArray(value) && value.length > 0 && value.every((item) => field.values?.includes(item))
        ? undefined
        : `must be an array with at least one of: ${field.values?.join(', ')}`;
    case 'seconds':
      return isIntegerBetween(value, 1, 999) ? undefined : 'must be a whole number of seconds from 1 to 999';
    case 'participants':
      return isIntegerBetween(value, 2, 250) ? undefined : 'must be a whole number from 2 to 250';
  }
}

/**
 * What is wrong with an instruction for every task: an unknown option, a missing one, a value of the wrong form. The
 * builders throw it; pre-flight checks an instruction written by hand for it.
 */
export function checkFields(instruction: ReservationInstruction): InstructionProblem | undefined {
  const where = instruction.instruction;
  const options = instruction as unknown as Readonly<Record<string, unknown>>;
  const { via, passthrough } = options;
  for (const field of REQUIRED[where]) {
    if (options[field.option] !== undefined) continue;
    const what = `${field.option} is missing; it ${faultOf(field, undefined)}`;
    return problemOf(where, field.option, what, field.code);
  }
  for (const name of Object.keys(options)) {
    if (name === 'instruction' || name === 'passthrough' || (name === 'via' && where !== 'supervise'))
      continue;
    const field = FIELD_BY_OPTION[where].get(name);
    if (!field) return problemOf(where, name, unknownOption(where, name));
    const value = options[name];
    const fault = value === undefined ? undefined : faultOf(field, value);
    if (fault) return problemOf(where, name, `${name} ${fault}`, field.code);
  }
  if (via !== undefined && via !== 'rest') {
    return problemOf(where, 'via', "via must be 'rest', or left out to answer in the callback");
  }
  return passthrough === undefined ? undefined : checkPassthrough(where, passthrough, options);
}

/** Gives an object a private field, which nobody can see, write or copy. */
class Marking {
  constructor(marked: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the field is for this object, not for a new one.
    return marked;
  }
}

class Sound extends Marking {
  #sound = true;

  static is(value: object): boolean {
    return #sound in value;
  }
}

/**
 * Marks an instruction that a builder has checked and that any router can give as it stands: without `via`, without a
 * friendly name, and complete for a callback. So it is not checked again for the callback that it answers.
 */
export function markIfSound(instruction: ReservationInstruction): void {
  const { instruction: name } = instruction;
  const options = instruction as unknown as Readonly<Record<string, unknown>>;
  if (options.via !== undefined || name === 'supervise') return;
  const option = ACTIVITY_OPTION[name];
  const activity = option === undefined ? undefined : options[option];
  if (activity === undefined ? name === 'reject' : !ACTIVITY_SID.test(String(activity))) return;
  new Sound(instruction);
}

/** Whether {@link markIfSound} has marked it. A copy is not marked, because it may hold anything. */
export function isSound(decision: unknown): decision is Exclude<Instruction, SuperviseInstruction> {
  return typeof decision === 'object' && decision !== null && Sound.is(decision);
}

function checkPassthrough(
  where: InstructionName,
  passthrough: unknown,
  options: Readonly<Record<string, unknown>>,
): InstructionProblem | undefined {
  if (!isPlainObject(passthrough)) {
    return problemOf(where, 'passthrough', 'passthrough must be an object of names and values');
  }
  for (const [name, value] of Object.entries(passthrough)) {
    const fail = (what: string) => problemOf(where, 'passthrough', `passthrough ${what}`);
    if (!isPassthroughName(name)) return fail('names must be in snake_case, as the callback writes them');
    const known = FIELDS[where].find(
      // The second half: another spelling of an option that is set would reach REST as the same parameter twice.
      ({ key, rest, option }) => key === name || (rest === pascalCase(name) && options[option] !== undefined),
    );
    if (known)
      return fail(`holds ${name}, which is the option ${known.option}: set that option, outside passthrough`);
    if (name === 'instruction') return fail('cannot change the instruction');
    if (!isPassthroughValue(value)) {
      return fail(`value of ${name} must be a string, a finite number, a boolean or an array of strings`);
    }
  }
  return undefined;
}

/** Whether a wire name is in snake_case. Leaves out `__proto__`. */
export function isPassthroughName(name: string): boolean {
  return PASSTHROUGH_NAME.test(name);
}

/** Whether both encodings can carry a value. */
export function isPassthroughValue(value: unknown): value is string | number | boolean | readonly string[] {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string');
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

/** Whether the value is an object of options: not null, not an array, not an instance of some class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Names the option that was probably meant: `activity_sid`, `statusCallback` and `DequeueFrom` are other spellings. */
function unknownOption(where: InstructionName, name: string): string {
  const flat = (text: string) => text.toLowerCase().replaceAll('_', '');
  const written = flat(name);
  // Shorter or longer by an ending: a plural, Sid, Url.
  const alike = (option: string) => {
    const [short, long] = option.length < written.length ? [option, written] : [written, option];
    return long.startsWith(short) && long.length - short.length <= 3 && short.length > 1;
  };
  const fields = FIELDS[where];
  const names = fields.map(({ option }) => option);
  const near =
    fields.find(({ rest, option }) => flat(rest) === written || flat(option) === written) ??
    fields.find(({ option }) => alike(flat(option))) ??
    fields.find(({ option }) => option === nearMiss(name, names));
  if (near) return `${name} is not an option; write ${near.option}`;
  const all = names.join(', ') || 'none';
  return `${name} is not an option (options: ${all}); put a name that is new to this package into passthrough`;
}
