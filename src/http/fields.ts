import type { FormPairs } from '../signature/index.js';

/** One documented parameter and its rule, once for the machine and once for people. */
export interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly rule: string;
  readonly test: (value: string) => boolean;
}

/** SID: two letters that say what it names, and 32 hexadecimal digits. */
function sid(name: string, prefix: string, required = false): Field {
  const form = new RegExp(`^${prefix}[0-9a-fA-F]{32}$`);
  return {
    name,
    required,
    rule: `must be ${prefix} followed by 32 hexadecimal digits`,
    test: (value) => form.test(value),
  };
}

/** Any text. The only rule is that it has one value. */
function text(name: string): Field {
  return { name, required: false, rule: 'must be text', test: () => true };
}

function matching(name: string, rule: string, form: RegExp): Field {
  return { name, required: false, rule, test: (value) => form.test(value) };
}

/** The twelve documented parameters of an assignment callback. */
const ASSIGNMENT_FIELDS: readonly Field[] = [
  sid('AccountSid', 'AC'),
  sid('WorkspaceSid', 'WS', true),
  sid('WorkflowSid', 'WW'),
  sid('TaskQueueSid', 'WQ'),
  sid('WorkerSid', 'WK', true),
  text('WorkerAttributes'),
  sid('TaskSid', 'WT', true),
  text('TaskAttributes'),
  matching('TaskAge', 'must be a whole number of seconds', /^\d{1,15}$/),
  matching('TaskPriority', 'must be a whole number', /^-?\d{1,15}$/),
  sid('ReservationSid', 'WR', true),
  text('Timestamp'),
];

/** The fields that identify an event and choose its handlers. Other fields depend on its type, and Twilio adds types. */
const EVENT_FIELDS: readonly Field[] = [
  {
    name: 'EventType',
    required: true,
    rule: 'must be the type of the event, such as task.created',
    test: (value) => /^[\w.-]{1,100}$/.test(value),
  },
  sid('AccountSid', 'AC'),
  sid('WorkspaceSid', 'WS'),
  sid('Sid', 'EV'),
  sid('ResourceSid', '[A-Z]{2}'),
  matching('TimestampMs', 'must be a whole number of milliseconds', /^\d{1,16}$/),
  text('Timestamp'),
  sid('TaskSid', 'WT'),
];

/**
 * Returns the rule that the values of a field break, if any. An empty value counts as absent.
 */
export function brokenRule(field: Field, values: readonly string[]): string | undefined {
  const value = values[0];
  if (values.some((other) => other !== value)) return 'must be sent once, or with the same value each time';
  if (value === undefined || value === '') return field.required ? `is missing: it ${field.rule}` : undefined;
  return field.test(value) ? undefined : field.rule;
}

/**
 * Returns the values of all fields in the order of the table, without empty ones; undefined if any rule is broken.
 */
export function readFields(
  table: FieldTable,
  pairs: FormPairs,
): ReadonlyArray<string | undefined> | undefined {
  const sent = new Array<string | undefined>(table.fields.length).fill(undefined);
  for (let index = 0; index < pairs.length; index++) {
    const pair = pairs[index]!;
    const place = table.places.get(pair[0]);
    if (place === undefined) continue;
    const value = pair[1];
    const earlier = sent[place];
    if (earlier === undefined) sent[place] = value;
    else if (earlier !== value) return undefined;
    if (value !== '' && !table.fields[place]!.test(value)) return undefined;
  }
  for (const place of table.required) if (!sent[place]) return undefined;
  return sent;
}

/** A list of fields, ready to be looked up by name. */
export interface FieldTable {
  readonly fields: readonly Field[];
  readonly places: ReadonlyMap<string, number>;
  /** The places of the required fields. */
  readonly required: readonly number[];
}

export function fieldTable(fields: readonly Field[]): FieldTable {
  return {
    fields,
    places: new Map(fields.map((field, place) => [field.name, place])),
    required: [...fields.keys()].filter((place) => fields[place]!.required),
  };
}

export const ASSIGNMENT_TABLE = fieldTable(ASSIGNMENT_FIELDS);
export const EVENT_TABLE = fieldTable(EVENT_FIELDS);
