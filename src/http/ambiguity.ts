import { unescape as percentDecoded } from 'node:querystring';
import type { EventSubject } from '../callbacks/event-types.js';
import { parseAttributes } from '../callbacks/form.js';
import { EVENT_SUBJECTS } from '../documented-events.js';
import { SID_LENGTH } from '../sids.js';
import type { FormPairs } from '../signature/index.js';
import { sortPairs } from '../signature/sign.js';
import { firstValue } from './form.js';
import { objectExtent } from './json-extent.js';
import { ANY_PREFIX, KEY_SIDS, PARAMETERS, type ParameterKind } from './parameter-names.js';

/**
 * Says why a signed form can be read in two ways; `undefined` when it cannot.
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
 *
 * @param target - path and query as received: the boundary to them can be moved as well.
 * @returns a sentence with names only, never a value.
 * @example
 * ambiguityIn([['AccountSid', 'AC…'], ['Timestamp1', '700000000']], '/taskrouter/assignment', 'assignment')
 */
export function ambiguityIn(
  pairs: FormPairs,
  target: string,
  route: 'assignment' | 'fallback' | 'events',
): string | undefined {
  let sure = !target.includes('?') && !target.includes('Sid');
  let account = false;
  let loose = false;
  let unclosed = false;
  walk++;
  for (let index = 0; index < pairs.length; index++) {
    const [name, value] = pairs[index]!;
    const known = KNOWN.get(name);
    if (known === undefined) {
      if (name === '') return 'A parameter has no name.';
      if (sortsWithUrl(name)) return 'The name of a parameter begins like the rest of a URL.';
      loose = true;
      if (sure && mayHide(name, value)) sure = false;
      continue;
    }
    if (known.walk === walk && pairs[known.index]![1] !== value) return `${name} is sent with two values.`;
    known.walk = walk;
    known.index = index;
    const { kind } = known;
    switch (kind.is) {
      case 'attributes': {
        const extent = value.startsWith('{') ? objectExtent(value) : undefined;
        if (extent === 'part') return `${name} goes on after the end of its JSON object.`;
        if (extent === 'unclosed') unclosed = true;
        if (extent === undefined || (holdsWord(value) && !isObject(value))) sure = false;
        break;
      }
      case 'sid':
        if (kind.name === 'AccountSid' && value !== '') account = true;
        if (sure && !isSid(kind, value, route)) sure = false;
        break;
      case 'text':
        loose = true;
        if (sure && mayHide(name, value)) sure = false;
        break;
      default:
        if (sure && !kind.wellFormed(value)) sure = false;
    }
  }
  if (!account) return 'AccountSid is missing.';
  // The rest of an object that was cut off is somewhere else, and only such parameters have room for it.
  if (unclosed && loose) return 'Attributes end before their JSON object does.';
  if (sure) return undefined;
  const decoded = percentDecoded(target);
  return searched(pairs, target, route) ?? (decoded === target ? undefined : searched(pairs, decoded, route));
}

/**
 * This does not check the digits of an assignment's SIDs, because the validation that follows refuses all but hexadecimal
 * ones. Testing them twice would cost as much as everything else here.
 */
function isSid(kind: Extract<ParameterKind, { is: 'sid' }>, value: string, route: string): boolean {
  return route === 'events'
    ? kind.wellFormed(value)
    : value.length === SID_LENGTH && value.startsWith(kind.prefix);
}

/** One known parameter, and where the present walk has met it. Walks never overlap, because each is synchronous. */
interface Known {
  readonly kind: ParameterKind;
  walk: number;
  index: number;
}

const KNOWN: ReadonlyMap<string, Known> = new Map(
  [...PARAMETERS].map(([name, kind]) => [name, { kind, walk: 0, index: 0 }]),
);
let walk = 0;

/** Begins with a blank or a sign such as `/`, `?` or `&`: sorted first, it may have been the end of the URL. */
function sortsWithUrl(name: string): boolean {
  const code = name.charCodeAt(0);
  return code < 0x30 || (code > 0x39 && code < 0x41);
}

/** Names begin with a capital letter. The rest of one that was cut does not, unless it holds one of the words. */
function mayHide(name: string, value: string): boolean {
  return name.charCodeAt(0) > 0x5a || holdsWord(name + value);
}

/** Every name that matters holds one of these words, with no capital letter before it that it could be cut at. */
function holdsWord(text: string): boolean {
  return text.includes('Sid') || text.includes('Timestamp') || text.includes('Attributes');
}

const isObject = (value: string) => value.startsWith('{') && parseAttributes(value) !== undefined;

/** Every form that `parseTimestamp` reads. The next name begins with a letter, so that none can be cut short. */
const READABLE_TIMES = [
  '\\d{9,10}|\\d{12,13}',
  '\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d:?\\d\\d)?',
  '[A-Z][a-z]{2}, \\d{1,2} [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d(?: (?:GMT|UTC|[+-]\\d{4}))?',
];

/** A name that matters, directly before a value of its form. */
const MARK = new RegExp(
  [
    ...Object.entries(KEY_SIDS).map(([name, prefix]) => `${name}(?=${prefix || ANY_PREFIX}[0-9a-fA-F]{32})`),
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
  const kind = PARAMETERS.get(mark);
  return kind !== undefined && 'wellFormed' in kind ? kind.wellFormed(value) : isObject(value);
}

function beginsWithKnownName(name: string): boolean {
  for (const known of PARAMETERS.keys()) if (name.startsWith(known)) return true;
  return false;
}
