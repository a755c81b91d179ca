import { type AssignmentForm, type EventForm, parseAttributes, timestampMs } from '../callbacks/form.js';
import type { FormPairs } from '../signature/index.js';
import type { Attributes } from '../standard-schema.js';
import { hiddenParameter } from './ambiguity.js';
import { ASSIGNMENT_FIELDS, EVENT_FIELDS, type Field } from './fields.js';
import { objectExtent } from './json-extent.js';
import { PARAMETERS, type ParameterKind } from './parameter-names.js';

/** The parameters of a signed form, after one walk over its pairs. */
export interface Parameters {
  /**
   * Why the form can be read in two ways, in a sentence with names only, never a value; `undefined` if it cannot.
   *
   * Twilio joins the URL and the sorted names and values without separators before it signs them. So anybody who has one
   * signed request can move the boundaries between them: `Timestamp=17…` sent as `Timestamp1=7…` has the same signature.
   * But the signed text of such a copy stays the same, and that keeps it out. Wherever a name that matters is directly
   * followed by a value of its form, in the path and query or in the joined parameters, that very parameter must be there.
   * Two exceptions: text inside received attributes, which cannot leave them because a JSON object ends where its bracket
   * closes, and the end of a longer name such as `ParentTaskSid`.
   *
   * One walk over the pairs accepts the form of a genuine callback. The whole signed text is searched only if that walk
   * cannot decide.
   */
  readonly ambiguity: string | undefined;
  /** The values of the table's fields, in its order; `undefined` if one breaks its rule. */
  readonly fields: ReadonlyArray<string | undefined> | undefined;
  /** The Timestamp in milliseconds since 1970-01-01 UTC, if there is one that can be read. */
  readonly sentAt: number | undefined;
  /** The attributes, if they were an object; only a hint, because blanks may stand before one. */
  readonly task: Attributes | undefined;
  readonly worker: Attributes | undefined;
}

/** The parameters of one kind of callback. */
export interface Table {
  readonly route: 'assignment' | 'events';
  readonly fields: readonly Field[];
  readonly known: ReadonlyMap<string, Known>;
  /** The places of the required fields. */
  readonly required: readonly number[];
  readonly none: ReadonlyArray<string | undefined>;
}

/** One known parameter, and where the present walk has met it. Walks never overlap, because each is synchronous. */
interface Known {
  readonly name: string;
  readonly is: ParameterKind['is'];
  /** What the boundary of a value can be told by; undefined: nothing, or it is not told by a pattern. */
  readonly form: RegExp | undefined;
  /** What the rule of its field asks for, where that is something else. */
  readonly rule: RegExp | undefined;
  /** Whether a word that matters may begin in its name and end in its value. */
  readonly joins: boolean;
  /** The place of its field, or -1. */
  readonly place: number;
  walk: number;
  index: number;
}

const WORDS = ['Sid', 'Timestamp', 'Attributes'];

/** Every name that matters holds one of these words, with no capital letter before it that it could be cut at. */
const WORD = new RegExp(WORDS.join('|'));

/** Whether such a word is in a name, or may begin in it and end in the value. */
function joinsWord(name: string): boolean {
  const beginnings = WORDS.flatMap((word) => Array.from(word, (_, last) => word.slice(0, last + 1)));
  return WORD.test(name) || beginnings.some((beginning) => name.endsWith(beginning));
}

function tableOf(route: Table['route'], fields: readonly Field[]): Table {
  const known = [...PARAMETERS.values()].map(({ name, is, form }): readonly [string, Known] => {
    const place = fields.findIndex((field) => field.name === name);
    const asked = fields[place]?.form;
    const rule = asked?.source === form?.source ? undefined : asked;
    return [name, { name, is, form, rule, joins: joinsWord(name), place, walk: 0, index: 0 }];
  });
  const required = [...fields.keys()].filter((place) => fields[place]!.required);
  return { route, fields, known: new Map(known), required, none: fields.map(() => undefined) };
}

export const ASSIGNMENT: Table = tableOf('assignment', ASSIGNMENT_FIELDS);
export const EVENT: Table = tableOf('events', EVENT_FIELDS);

let walk = 0;

/**
 * Reads the parameters of a form whose signature is right: whether its boundaries are where Twilio put them, and
 * whether each field keeps its rule. An empty value counts as absent.
 *
 * @param target - path and query as received: the boundary to them can be moved as well.
 * @example
 * readParameters(ASSIGNMENT, [['AccountSid', 'AC…'], ['Timestamp1', '700000000']], '/taskrouter/assignment').ambiguity
 */
export function readParameters(table: Table, pairs: FormPairs, target: string): Parameters {
  const { known, required } = table;
  const sent = table.none.slice();
  let sure = !target.includes('?') && !target.includes('Sid');
  let right = true;
  let account = false;
  let loose = false;
  let unclosed = false;
  let sentAt: number | undefined;
  let task: Attributes | undefined;
  let worker: Attributes | undefined;
  walk++;
  for (let index = 0; index < pairs.length; index++) {
    const pair = pairs[index]!;
    const name = pair[0];
    const value = pair[1];
    const parameter = known.get(name);
    if (parameter === undefined) {
      if (name === '') return ambiguous('A parameter has no name.');
      if (sortsWithUrl(name)) return ambiguous('The name of a parameter begins like the rest of a URL.');
      loose = true;
      if (sure && mayHide(name, value)) sure = false;
      continue;
    }
    if (parameter.walk === walk) {
      if (pairs[parameter.index]![1] !== value) return ambiguous(`${name} is sent with two values.`);
      continue;
    }
    parameter.walk = walk;
    parameter.index = index;
    const { form, is, place, rule } = parameter;
    if (place !== -1) sent[place] = value;
    if (rule !== undefined && value !== '' && !rule.test(value)) right = false;
    if (is === 'text') {
      loose = true;
      if (sure && WORD.test(parameter.joins ? name + value : value)) sure = false;
    } else if (is === 'attributes') {
      const read = value.startsWith('{') ? parseAttributes(value) : undefined;
      if (read === undefined) {
        const extent = value.startsWith('{') ? objectExtent(value) : undefined;
        if (extent === 'part') return ambiguous(`${name} continues after the end of its JSON object.`);
        if (extent === 'unclosed') unclosed = true;
        if (extent === undefined || WORD.test(value)) sure = false;
      } else if (name === 'TaskAttributes') {
        task = read;
      } else {
        worker = read;
      }
    } else if (form === undefined) {
      sentAt = timestampMs(value);
      if (sentAt === undefined) sure = false;
    } else {
      if (name === 'AccountSid' && value !== '') account = true;
      if (!form.test(value)) {
        sure = false;
        // A field without a rule of its own has this one.
        if (place !== -1 && rule === undefined && value !== '') right = false;
      }
    }
  }
  if (!account) return ambiguous('AccountSid is missing.');
  // The rest of an object that was cut off is somewhere else, and only such parameters have room for it.
  if (unclosed && loose) return ambiguous('Attributes end before their JSON object does.');
  for (let index = 0; index < required.length; index++) if (!sent[required[index]!]) right = false;
  const ambiguity = sure ? undefined : hiddenParameter(pairs, target, table.route);
  return { ambiguity, fields: right ? sent : undefined, sentAt, task, worker };
}

function ambiguous(ambiguity: string): Parameters {
  return { ambiguity, fields: undefined, sentAt: undefined, task: undefined, worker: undefined };
}

/** Begins with a blank or a sign such as `/`, `?` or `&`: sorted first, it may have been the end of the URL. */
function sortsWithUrl(name: string): boolean {
  const code = name.charCodeAt(0);
  return code < 0x30 || (code > 0x39 && code < 0x41);
}

/** Names begin with a capital letter. The rest of one that was cut does not, unless it holds one of the words. */
function mayHide(name: string, value: string): boolean {
  return name.charCodeAt(0) > 0x5a || WORD.test(name + value);
}

/** The form of an assignment callback. */
export function assignmentForm(sent: ReadonlyArray<string | undefined>, pairs: FormPairs): AssignmentForm {
  return {
    pairs,
    AccountSid: sent[0] || undefined,
    WorkspaceSid: sent[1]!,
    WorkflowSid: sent[2] || undefined,
    TaskQueueSid: sent[3] || undefined,
    WorkerSid: sent[4]!,
    WorkerAttributes: sent[5] || undefined,
    TaskSid: sent[6]!,
    TaskAttributes: sent[7] || undefined,
    TaskAge: sent[8] || undefined,
    TaskPriority: sent[9] || undefined,
    ReservationSid: sent[10]!,
    Timestamp: sent[11] || undefined,
  };
}

/** What all event callbacks share. */
export function eventForm(sent: ReadonlyArray<string | undefined>, pairs: FormPairs): EventForm {
  return {
    pairs,
    EventType: sent[0]!,
    AccountSid: sent[1] || undefined,
    WorkspaceSid: sent[2] || undefined,
    Sid: sent[3] || undefined,
    ResourceSid: sent[4] || undefined,
    TimestampMs: sent[5] || undefined,
    Timestamp: sent[6] || undefined,
    TaskSid: sent[7] || undefined,
  };
}
