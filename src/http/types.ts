import type { WaitUntil } from '../callbacks/background.js';
import type { Clock } from '../clock.js';
import type { FormPairs } from '../signature/index.js';

/** A request as the neutral core sees it. An adapter makes it from its framework's request. */
export interface CallbackRequest {
  readonly method: string;
  /** The path below the mount point, without the query: `/assignment`. */
  readonly path: string;
  /** Path and query as received, mount point included. */
  readonly target: string;
  /** The Host header: whether there is at most one, and, where the URL is made of it, whether it is a host. */
  readonly host: 'good' | 'several' | 'malformed';
  /** The complete URLs Twilio may have called, the likeliest first. */
  urls(): readonly string[];
  /** A header by its lower-case name. */
  header(name: string): string | undefined;
  /** When the headers arrived, in milliseconds on the router's clock: deadlines count from here. */
  readonly receivedAt: number;
  /** Keeps the process at work for what goes on after the answer; `server`: it is so anyway. Absent where nothing can. */
  readonly waitUntil?: WaitUntil | undefined;
  /** Calls `done` with the body, within `timeoutMs`. Not used for a request that its headers get refused. */
  body(timeoutMs: number, done: (body: ReceivedBody) => void): void;
}

/** The body: its text or bytes, the pairs a body parser made of it, or why there is none. */
export type ReceivedBody =
  | { readonly bytes: string | Uint8Array }
  | { readonly pairs: FormPairs }
  | { readonly failure: BodyFailure };

/**
 * `too-large`: more than the limit. `consumed`: something read the stream before us and left neither `rawBody` nor
 * a usable `body`. `aborted`: the connection ended first. `slow`: it did not arrive before the deadline. `crowded`: too
 * many bodies were unfinished at once, and this one had been so for longest.
 */
export type BodyFailure = 'too-large' | 'consumed' | 'aborted' | 'slow' | 'crowded';

/** The answer, ready to be written. */
export interface CallbackResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers a request: `respond` is called once, with undefined when the path is none of ours. Never throws. */
export type HandleCallback = (
  request: CallbackRequest,
  respond: (response: CallbackResponse | undefined) => void,
) => void;

/** What an adapter is made from. */
export interface AdapterParts {
  readonly handle: HandleCallback;
  readonly clock: Clock;
  /** What Twilio was given, without a slash at its end. */
  readonly publicUrl: string | undefined;
  /** The path before `/assignment`, for adapters that see whole paths. */
  readonly basePath: string;
}
