import { unescape as percentDecoded } from 'node:querystring';
import type { EventSubject } from '../callbacks/event-types.js';
import { parseAttributes, timestampMs } from '../callbacks/form.js';
import { EVENT_SUBJECTS } from '../documented-events.js';
import { sidPattern } from '../sids.js';
import type { FormPairs } from '../signature/index.js';
import { sortPairs } from '../signature/sign.js';
import { firstValue } from './form.js';
import { objectExtent } from './json-extent.js';
import { KEY_SIDS, PARAMETERS } from './parameter-names.js';

/**
 * Searches the whole signed text of a form, its target included, for parameters that matter at a place where they are
 * none. The walk in `parameters.ts` spares nearly every genuine callback this.
 *
 * @param target - path and query as received.
 * @param route - an event has other parameters than an assignment.
 * @returns what can be read in two ways, in a sentence with names only, never a value; `undefined` if nothing can.
 */
export function hiddenParameter(
  pairs: FormPairs,
  target: string,
  route: 'assignment' | 'events',
): string | undefined {
  const decoded = percentDecoded(target);
  return searched(pairs, target, route) ?? (decoded === target ? undefined : searched(pairs, decoded, route));
}

/** Whether attributes are an object that can be parsed: text inside one cannot leave it. */
export const isObject = (value: string) => value.startsWith('{') && parseAttributes(value) !== undefined;

/** Every form that `timestampMs` reads. The next name begins with a letter, so that none can be cut short. */
const READABLE_TIMES = [
  '\\d{9,10}|\\d{12,13}',
  '\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d:?\\d\\d)?',
  '[A-Z][a-z]{2}, \\d{1,2} [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d(?: (?:GMT|UTC|[+-]\\d{4}))?',
];

/** A name that matters, directly before a value of its form. */
const MARK = new RegExp(
  [
    ...Object.entries(KEY_SIDS).map(([name, prefix]) => `${name}(?=${sidPattern(prefix)})`),
    `Timestamp(?=(?:${READABLE_TIMES.join('|')})(?![ \\d.:+-]))`,
    'TimestampMs(?=\\d{9})',
    '(?:Task|Worker)Attributes(?=\\{)',
  ].join('|'),
  'g',
);

/** Searches the signed text for marks that are no parameter of their own. */
function searched(pairs: FormPairs, target: string, route: string): string | undefined {
  const sorted = sortPairs(pairs.slice()).filter(
    (pair, index, all) => index === 0 || pair[0] !== all[index - 1]![0] || pair[1] !== all[index - 1]![1],
  );
  let text = target;
  const starts = sorted.map(([name, value]) => {
    const start = text.length;
    text += name + value;
    return start;
  });
  let at = 0;
  MARK.lastIndex = 0;
  for (let mark = MARK.exec(text); mark; mark = MARK.exec(text)) {
    const [name] = mark;
    MARK.lastIndex = mark.index + name.length;
    if (mark.index < target.length) return `${name} and its value appear in the path or query.`;
    while (at + 1 < starts.length && starts[at + 1]! <= mark.index) at += 1;
    if (!isAllowed(name, mark.index - starts[at]!, sorted[at]!, pairs, route))
      return `${name} and its value appear where they are not a parameter.`;
  }
  return undefined;
}

function isAllowed(
  mark: string,
  offset: number,
  [name, value]: readonly [string, string],
  pairs: FormPairs,
  route: string,
): boolean {
  if (offset === 0 && name === mark) return isWhole(mark, value) || (isAttributes(mark) && isClosing(value));
  if (isAttributes(name) && offset >= name.length) return isObject(value);
  if (offset === 0 || offset !== name.length - mark.length) return false;
  if (!isWhole(mark, value) || !PLAIN_NAME.test(name)) return false;
  // Either a longer name of Twilio's, or text before this parameter that was drawn into its name and would hide it.
  if (pairs.some(([other, sent]) => other === mark && isWhole(mark, sent))) return true;
  return route === 'events' && !isExpected(mark, pairs) && !beginsWithKnownName(name);
}

const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9]*$/;

/** Whether an event has this parameter for certain, so that a longer name without it hides it. */
function isExpected(mark: string, pairs: FormPairs): boolean {
  if (IDENTITY.has(mark)) return true;
  const type = firstValue(pairs, 'EventType') ?? '';
  if (!Object.hasOwn(EVENT_SUBJECTS, type)) return false;
  const subjects: readonly EventSubject[] = EVENT_SUBJECTS[type as keyof typeof EVENT_SUBJECTS];
  return subjects.some((subject) => SUBJECT_SIDS[subject] === mark);
}

const SUBJECT_SIDS: Partial<Record<EventSubject, string>> = {
  task: 'TaskSid',
  worker: 'WorkerSid',
  reservation: 'ReservationSid',
  taskQueue: 'TaskQueueSid',
  workflow: 'WorkflowSid',
};

/** The parameters that identify, date and route every event. */
const IDENTITY: ReadonlySet<string> = new Set([
  ...['AccountSid', 'WorkspaceSid', 'Sid', 'ResourceSid', 'Timestamp', 'TaskAttributes', 'WorkerAttributes'],
]);

const isAttributes = (name: string) => PARAMETERS.get(name)?.is === 'attributes';

/** Broken attributes are left to the handlers, as long as nothing follows them. */
const isClosing = (value: string) => objectExtent(value) !== 'part';

function isWhole(mark: string, value: string): boolean {
  if (mark === 'Timestamp') return timestampMs(value) !== undefined;
  const form = PARAMETERS.get(mark)?.form;
  return form ? form.test(value) : isObject(value);
}

function beginsWithKnownName(name: string): boolean {
  for (const known of PARAMETERS.keys()) if (name.startsWith(known)) return true;
  return false;
}
