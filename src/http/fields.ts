import { ANY_PREFIX, sidForm } from '../sids.js';

/** One documented parameter and its rule, once for the machine and once for people. */
export interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly rule: string;
  /** What a value must look like; undefined: any string. */
  readonly form: RegExp | undefined;
}

/** SID: two letters that say what it names, and 32 hexadecimal digits. */
function sid(name: string, prefix: string, required = false): Field {
  return {
    name,
    required,
    rule: `must be ${prefix} followed by 32 hexadecimal digits`,
    form: sidForm(prefix),
  };
}

/** Any text. The only rule is that it has one value. */
function text(name: string): Field {
  return { name, required: false, rule: 'must be text', form: undefined };
}

function matching(name: string, rule: string, form: RegExp): Field {
  return { name, required: false, rule, form };
}

/** The twelve documented parameters of an assignment callback. */
export const ASSIGNMENT_FIELDS: readonly Field[] = [
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
export const EVENT_FIELDS: readonly Field[] = [
  {
    name: 'EventType',
    required: true,
    rule: 'must be the type of the event, such as task.created',
    form: /^[\w.-]{1,100}$/,
  },
  sid('AccountSid', 'AC'),
  sid('WorkspaceSid', 'WS'),
  sid('Sid', 'EV'),
  sid('ResourceSid', ANY_PREFIX),
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
  return field.form === undefined || field.form.test(value) ? undefined : field.rule;
}
