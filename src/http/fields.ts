import type { FormPairs } from '../signature/index.js';

/** One documented parameter: what it must look like, said once for the machine and once for people. */
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

/** Any text; only that it is said once counts. */
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

/** What identifies an event and picks its handlers. The other fields depend on its type, and types get added. */
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
 * The rule that the values sent under a field's name break, if any. An empty value counts as absent.
 */
export function brokenRule(field: Field, values: readonly string[]): string | undefined {
  const value = values[0];
  if (values.some((other) => other !== value)) return 'must be sent once, or with the same value each time';
  if (value === undefined || value === '') return field.required ? `is missing: it ${field.rule}` : undefined;
  return field.test(value) ? undefined : field.rule;
}

/** The values of all fields by name, the empty ones left out; undefined when a rule is broken somewhere. */
export function readFields(table: FieldTable, pairs: FormPairs): ReadonlyMap<string, string> | undefined {
  const sent = new Map<string, string>();
  for (const [name, value] of pairs) {
    const field = table.byName.get(name);
    if (field === undefined) continue;
    const earlier = sent.get(name);
    if (earlier === undefined) sent.set(name, value);
    else if (earlier !== value) return undefined;
    if (value !== '' && !field.test(value)) return undefined;
  }
  return table.required.every((name) => sent.get(name)) ? sent : undefined;
}

/** A list of fields, ready to be looked up by name. */
export interface FieldTable {
  readonly fields: readonly Field[];
  readonly byName: ReadonlyMap<string, Field>;
  readonly required: readonly string[];
}

export function fieldTable(fields: readonly Field[]): FieldTable {
  return {
    fields,
    byName: new Map(fields.map((field) => [field.name, field])),
    required: fields.filter((field) => field.required).map((field) => field.name),
  };
}

export const ASSIGNMENT_TABLE = fieldTable(ASSIGNMENT_FIELDS);
export const EVENT_TABLE = fieldTable(EVENT_FIELDS);
