import type { ValidationChain } from 'express-validator';
import { sidForm, TASK_QUEUE_SID } from '../../sids.js';

/**
 * What a parameter takes: a kind, with `!` after it when Twilio requires the parameter. `sid WA` is a SID with that
 * prefix (`sid WK|WQ` with one of several), words with `|` between them are an enumeration.
 */
export type Kind = keyof KindTypes | `sid ${string}` | `words ${string}`;
export type Params = Readonly<Record<string, Kind | `${Kind}!`>>;

/** What the value of each kind is turned into. */
interface KindTypes {
  text: string;
  /** An absolute http(s) URL, or the empty string, which clears it. */
  url: string;
  integer: number;
  boolean: boolean;
  /** ISO 8601 with a zone, in milliseconds since 1970. */
  date: number;
  /** Separated by commas or blanks, repeated, or both. */
  texts: readonly string[];
  /** Seconds, comma-separated. */
  seconds: readonly number[];
  /** A JSON object in a string. */
  json: Readonly<Record<string, unknown>>;
  /** A JSON array of TaskQueue SIDs: the one body that is JSON. */
  queues: readonly string[];
  /** The header If-Match; NaN for a string that no version can be equal to, undefined for `*`. */
  version: number | undefined;
}

type Split<S extends string> = S extends `${infer First}|${infer Rest}` ? First | Split<Rest> : S;
type ValueOf<K> = K extends keyof KindTypes
  ? KindTypes[K]
  : K extends `words ${infer Words}`
    ? Split<Words>
    : string;

/** The values of an operation's parameters, under their names in camel case. */
export type Values<P> = {
  readonly [K in keyof P & string as P[K] extends `${string}!`
    ? CamelCase<K>
    : never]: P[K] extends `${infer B}!` ? ValueOf<B> : never;
} & {
  readonly [K in keyof P & string as P[K] extends `${string}!` ? never : CamelCase<K>]?:
    | ValueOf<P[K]>
    | undefined;
};
type CamelCase<K extends string> = K extends 'If-Match' ? 'ifMatch' : Uncapitalize<K>;

export const camelCase = (name: string) =>
  name === 'If-Match' ? 'ifMatch' : name.charAt(0).toLowerCase() + name.slice(1);

/** How a kind is checked and read, and how a refusal says what it takes. */
interface Rule {
  readonly takes: string;
  readonly check?: (chain: ValidationChain) => ValidationChain;
  readonly read?: (text: string) => unknown;
  /** An empty text is a value of its own; for the others it is as good as absent. */
  readonly empty?: true;
  /** The parameter may come more than once. */
  readonly repeats?: true;
}

const rules: Readonly<Record<keyof KindTypes, Rule>> = {
  text: { takes: 'a string', empty: true },
  url: {
    takes: 'an absolute URL of http or https',
    check: (chain) => chain.custom((text: string) => text === '' || isUrl(text)),
    empty: true,
  },
  integer: {
    takes: 'a whole number',
    check: (chain) => chain.isInt({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    read: Number,
  },
  // "true", "1" and "yes" are true and everything else is false: twilio.com/docs/taskrouter/api/activity.
  boolean: { takes: 'true or false', read: (text) => /^(true|1|yes)$/i.test(text) },
  date: {
    takes: 'a valid ISO 8601 formatted datetime with a zone, such as 2026-01-31T09:00:00Z',
    check: (chain) => chain.isISO8601({ strict: true }).custom((text: string) => !Number.isNaN(dateOf(text))),
    read: dateOf,
  },
  texts: { takes: 'strings', repeats: true, read: items },
  seconds: {
    takes: 'whole numbers of seconds, comma-separated',
    check: (chain) => chain.matches(/^\s*\d{1,9}\s*(,\s*\d{1,9}\s*)*$/),
    read: (text) => items(text).map(Number),
  },
  json: {
    takes: 'a JSON object',
    check: (chain) => chain.isJSON().custom((text: string) => text.trim().startsWith('{')),
    read: JSON.parse,
  },
  queues: {
    takes: 'a list of 1 to 50 TaskQueue SIDs',
    check: (chain) =>
      chain
        .isArray({ min: 1, max: 50 })
        .custom((list: unknown[]) =>
          list.every((sid) => typeof sid === 'string' && TASK_QUEUE_SID.test(sid)),
        ),
  },
  version: { takes: 'a version', read: versionOf },
};

function items(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '');
}

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** NaN without a zone: Twilio refuses such a date. */
function dateOf(text: string): number {
  return /[Tt ].*(?:[Zz]|[+-]\d\d(?::?\d\d)?)$/.test(text) ? Date.parse(text) : Number.NaN;
}

/** `3`, `"3"` and `W/"3"` are one version: twilio.com/docs/usage/mutation-and-conflict-resolution shows it bare. */
function versionOf(text: string): number | undefined {
  if (text.trim() === '*') return undefined;
  const digits = /^(?:W\/)?"?(\d+)"?$/.exec(text.trim())?.[1];
  return digits === undefined ? Number.NaN : Number(digits);
}

/** The rule of a kind, without its `!`. */
export function ruleOf(kind: string): Rule {
  if (kind.startsWith('sid ')) {
    const prefixes = kind.slice(4);
    const form = sidForm(prefixes);
    return {
      takes: `a SID: ${prefixes.replaceAll('|', ' or ')} and 32 hexadecimal digits`,
      check: (chain) => chain.custom((text) => typeof text === 'string' && form.test(text)),
    };
  }
  if (kind.startsWith('words ')) {
    const words = kind.slice(6).split('|');
    const find = (text: string) => words.find((word) => word.toLowerCase() === text.toLowerCase());
    return {
      takes: `one of ${words.join(', ')}`,
      check: (chain) => chain.custom((text: string) => find(text) !== undefined),
      read: find,
    };
  }
  return rules[kind as keyof KindTypes];
}
