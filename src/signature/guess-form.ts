import { type Guess, quoted } from './guess.js';
import { type FormPairs, type FormParams, formPairs } from './sign.js';

/** Every single change that a body parser or a middleware is known to make to a form. */
export function* guessForms(params: FormParams): Generator<Guess> {
  const pairs = formPairs(params);
  if (pairs.length === 0) return;
  for (const index of ['', 'number'] as const) {
    yield {
      cause: 'nested-names',
      params: flattened(params, index),
      text: 'The body parser turned names with brackets into objects or lists. Use a flat one: express.urlencoded({ extended: false }), or keep the raw body.',
    };
  }
  yield {
    cause: 'body-not-form',
    params: [],
    text: 'Twilio signed the URL alone, without parameters. The request was a GET or had a JSON body: check it without params, and JSON with its raw body.',
  };
  for (const { cause, what, undo } of VALUE_CHANGES) {
    const all = pairs.map(([name, value]) => [name, undo(value)] as const);
    const mend =
      'Take the values from the raw body, or put this check before the middleware that changes them.';
    yield { cause, params: all, text: `Values of several parameters were ${what}. ${mend}` };
    for (const [index, changed] of all.slice(0, FEW).entries()) {
      if (changed[1] === pairs[index]![1]) continue;
      const text = `The value of ${quoted(changed[0])} was ${what}. ${mend}`;
      yield { cause, params: pairs.with(index, changed), text };
    }
  }
  for (const [index, [name]] of pairs.slice(0, FEW).entries()) {
    yield {
      cause: 'parameter-added',
      params: pairs.toSpliced(index, 1),
      text: `Twilio did not sign a parameter ${quoted(name)}. A middleware adds it to the body: put this check before it.`,
    };
    yield {
      cause: 'value-changed',
      params: pairs.with(index, [name, '']),
      text: `Twilio signed an empty value for ${quoted(name)}, and it is not empty here. A middleware fills in a default: put this check before it.`,
    };
  }
  for (const name of DOCUMENTED_NAMES) {
    if (pairs.some(([known]) => known === name)) continue;
    yield {
      cause: 'parameter-missing',
      params: [...pairs, [name, '']],
      text: `Twilio signed a parameter ${quoted(name)} with an empty value, and it is not here. The body parser drops empty values: keep them.`,
    };
  }
}

/** Parameters tried one at a time; a TaskRouter callback has about twenty. */
const FEW = 30;

interface ValueChange {
  readonly cause: Guess['cause'];
  /** What was done to the value. */
  readonly what: string;
  readonly undo: (value: string) => string;
}

const VALUE_CHANGES: readonly ValueChange[] = [
  { cause: 'value-trimmed', what: 'trimmed: a space at the end is gone', undo: (value) => `${value} ` },
  { cause: 'value-trimmed', what: 'trimmed: a space at the start is gone', undo: (value) => ` ${value}` },
  { cause: 'value-trimmed', what: 'trimmed: a line break at the end is gone', undo: (value) => `${value}\n` },
  {
    cause: 'value-trimmed',
    what: 'trimmed: a line break at the end is gone',
    undo: (value) => `${value}\r\n`,
  },
  {
    cause: 'value-decoding',
    what: 'decoded twice: "+" became a space',
    undo: (value) => value.replaceAll(' ', '+'),
  },
  {
    cause: 'value-decoding',
    what: 'decoded without reading "+" as a space',
    undo: (value) => value.replaceAll('+', ' '),
  },
  { cause: 'value-decoding', what: 'decoded twice', undo: (value) => encoded(value) },
  { cause: 'value-decoding', what: 'decoded twice', undo: (value) => value.replaceAll('%', '%25') },
  { cause: 'value-decoding', what: 'not decoded', undo: decoded },
  { cause: 'value-decoding', what: 'read as Latin-1 instead of UTF-8', undo: fromLatin1 },
  {
    cause: 'value-changed',
    what: 'changed: line breaks lost their CR',
    undo: (v) => v.replace(/\r?\n/g, '\r\n'),
  },
  { cause: 'value-changed', what: 'escaped as HTML', undo: withoutEntities },
];

/** Lone surrogates, which `encodeURIComponent` refuses, become U+FFFD as in UTF-8. */
function encoded(value: string): string {
  return encodeURIComponent(Buffer.from(value).toString());
}

function decoded(value: string): string {
  return new URLSearchParams(`v=${value.replaceAll('&', '%26')}`).get('v') ?? value;
}

function fromLatin1(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#x27;': "'",
  '&#x2F;': '/',
};

function withoutEntities(value: string): string {
  return value.replace(/&(?:amp|lt|gt|quot|#39|#x27|#x2F);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** The parameters of an assignment callback (twilio.com/docs/taskrouter/handle-assignment-callbacks). */
const DOCUMENTED_NAMES = [
  ...[
    'Timestamp',
    'AccountSid',
    'WorkspaceSid',
    'WorkflowSid',
    'TaskQueueSid',
    'WorkerSid',
    'WorkerAttributes',
  ],
  ...['TaskSid', 'TaskAttributes', 'TaskAge', 'TaskPriority', 'ReservationSid'],
];

/** Nested objects as the names they came from: `{ A: { b: '1' } }` as `A[b]`, a list as `A[]` or as `A[0]`. */
function flattened(params: FormParams, index: '' | 'number'): FormPairs {
  if (Array.isArray(params)) return params;
  const pairs: Array<readonly [string, string]> = [];
  const walk = (name: string, value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 8) {
      pairs.push([name, String(value)]);
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      walk(`${name}[${Array.isArray(value) && index === '' ? '' : key}]`, inner, depth + 1);
    }
  };
  for (const [name, value] of Object.entries(params)) walk(name, value, 0);
  return pairs;
}
