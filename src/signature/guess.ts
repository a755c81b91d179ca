import type { FormParams } from './sign.js';

/** What stood between the request as it was seen and the request Twilio signed. */
export type MismatchCause =
  | 'scheme'
  | 'host'
  | 'port'
  | 'path-prefix'
  | 'trailing-slash'
  | 'query-missing'
  | 'query-order'
  | 'query-encoding'
  | 'nested-names'
  | 'value-trimmed'
  | 'value-decoding'
  | 'value-changed'
  | 'parameter-added'
  | 'parameter-missing'
  | 'body-not-form';

/** One change to try. What is not named stays as it was seen. */
export interface Guess {
  readonly cause: MismatchCause;
  /** Two or three sentences: what differs, and how to mend it. Never holds a value. */
  readonly text: string;
  readonly url?: string;
  /** How many things it changes; absent: one. */
  readonly changes?: 2;
  readonly params?: FormParams;
}

/** A name of a stranger's, made fit for one line of a log. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}
