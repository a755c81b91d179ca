import { ConfigurationError } from '../../errors.js';
import { nearMiss, refuseUnknownKeys } from '../../near-miss.js';

import { CALLBACK_KINDS, FAULT_NAMES } from '../vocabulary.js';

/** `true`: from now on. A number: the next so many times. `false`: no longer. An object: with details. */
export type Switch<Details = unknown> =
  | boolean
  | number
  | ({ readonly times?: number | undefined } & Details);

/**
 * Faults injected on purpose. The first five are done to callbacks, of every kind unless `callbacks` says which; the others to REST requests under `/v1`
 * and to the calls of agents under `/v1/wschannels` (their sockets are left alone).
 */
export interface FaultSwitches {
  /** Sends the callback twice at once; the answer of the first counts. */
  readonly duplicate?: Switch<Callbacks> | undefined;
  /** Waits so many milliseconds (of the real clock) before it sends the callback. Default: 1,000. */
  readonly delay?: Switch<Callbacks & { readonly ms?: number | undefined }> | undefined;
  /** The callback never arrives: Twilio would see a failed connection, and try the fallback URL. */
  readonly drop?: Switch<Callbacks> | undefined;
  /** Holds the callback back until the next one of its kind is on its way, for at most a second. */
  readonly reorder?: Switch<Callbacks> | undefined;
  /** Hangs up after the request, before the answer is read. */
  readonly hangUp?: Switch<Callbacks> | undefined;

  /** REST: 429 with code 20429; nothing is carried out. `retryAfterS` (default 1) is the header Retry-After. */
  readonly tooManyRequests?: Switch<{ readonly retryAfterS?: number | undefined }> | undefined;
  /**
   * REST: 429 with code 20429 and Retry-After beyond so many requests a second (of the real clock): `lists`, those lists that
   * Twilio caps (default 3), for each workspace; `requests`, all of them together (default 100). `times` has no meaning.
   */
  readonly rateLimits?:
    | Switch<{ readonly lists?: number | undefined; readonly requests?: number | undefined }>
    | undefined;
  /** REST: 500; nothing is carried out. */
  readonly serverError?: Switch | undefined;
  /** REST: the request is carried out, but the connection is closed in place of an answer. */
  readonly lostAnswer?: Switch | undefined;
  /** REST: 412 for a request that carries If-Match. */
  readonly preconditionFailed?: Switch | undefined;
  /** When a reservation is accepted, another worker it was also offered to accepts first: 410. */
  readonly doubleAccept?: Switch | undefined;
}

interface Callbacks {
  /** Only to these callbacks. Default: all of them. */
  readonly callbacks?: CallbackKind | undefined;
}

export type FaultName = (typeof FAULT_NAMES)[number];
export type CallbackKind = (typeof CALLBACK_KINDS)[number];

/** A switch that is on. */
interface On {
  left: number;
  readonly details: {
    readonly callbacks?: CallbackKind;
    readonly ms?: number;
    readonly retryAfterS?: number;
    readonly lists?: number;
    readonly requests?: number;
  };
}

/** The switches as they stand. */
export class Faults {
  readonly #on = new Map<FaultName, On>();

  /**
   * Sets the switches that are named and leaves the others as they are.
   * @throws {ConfigurationError} for an unknown switch or value; nothing is set then.
   */
  set(switches: FaultSwitches): void {
    const entries = Object.entries(switches).map(
      ([name, value]) => [knownName(name), read(name, value)] as const,
    );
    for (const [name, on] of entries) {
      if (on) this.#on.set(name, on);
      else this.#on.delete(name);
    }
  }

  /** The switches that are on, and how often they still strike (true: without end), as {@link set} takes them. */
  list(): Readonly<Partial<Record<FaultName, number | true>>> {
    return Object.fromEntries(
      [...this.#on].map(([name, { left }]) => [name, Number.isFinite(left) ? left : true]),
    );
  }

  /** The switches that are on with their details, as {@link set} takes them. */
  switches(): FaultSwitches {
    return Object.fromEntries(
      [...this.#on].map(([name, { left, details }]) => {
        const { times: _times, ...others } = details as On['details'] & { readonly times?: number };
        return [name, { ...others, ...(Number.isFinite(left) ? { times: left } : {}) }];
      }),
    );
  }

  /** Sets these switches and no others. @throws {ConfigurationError} as {@link set}; nothing has changed then. */
  replace(switches: FaultSwitches): void {
    const before = new Map(this.#on);
    this.#on.clear();
    try {
      this.set(switches);
    } catch (error) {
      for (const [name, on] of before) this.#on.set(name, on);
      throw error;
    }
  }

  /** The details of a switch that is on; it does not wear off by this. */
  look(name: FaultName): On['details'] | undefined {
    return this.#on.get(name)?.details;
  }

  /** Strikes once, if the switch is on. */
  take(name: FaultName, kind?: CallbackKind): On['details'] | undefined {
    const on = this.#on.get(name);
    if (!on || (on.details.callbacks !== undefined && on.details.callbacks !== kind)) return undefined;
    on.left -= 1;
    if (on.left <= 0) this.#on.delete(name);
    return on.details;
  }
}

function knownName(name: string): FaultName {
  const known = FAULT_NAMES.find((one) => one === name);
  if (known) return known;
  const meant = nearMiss(name, FAULT_NAMES);
  throw new ConfigurationError(
    'bad-trouble',
    `There is no switch ${JSON.stringify(name)}${meant === undefined ? `: ${FAULT_NAMES.join(', ')}.` : `. Did you mean "${meant}"?`}`,
  );
}

function read(name: string, value: unknown): On | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return { left: Number.POSITIVE_INFINITY, details: {} };
  const given = typeof value === 'number' ? { times: value } : value;
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
    refuseUnknownKeys(
      given,
      ['times', 'callbacks', 'ms', 'retryAfterS', 'lists', 'requests'],
      `the switch ${name}`,
    );
    const { times, callbacks, ms, retryAfterS, lists, requests } = given as Record<string, unknown>;
    const fits =
      (times === undefined || isUpTo(1_000_000, times)) &&
      (callbacks === undefined || CALLBACK_KINDS.some((kind) => kind === callbacks)) &&
      (ms === undefined || isUpTo(LONGEST_DELAY_MS, ms)) &&
      (retryAfterS === undefined || isUpTo(86_400, retryAfterS)) &&
      (lists === undefined || isUpTo(1_000_000, lists)) &&
      (requests === undefined || isUpTo(1_000_000, requests));
    if (fits)
      return times === 0
        ? undefined
        : { left: Number(times ?? Number.POSITIVE_INFINITY), details: { ...(given as On['details']) } };
  }
  throw new ConfigurationError(
    'bad-trouble',
    `The switch ${name} takes true, false, a number of times up to 1,000,000, or an object such as { times: 3 } with callbacks, ms (up to 600,000), retryAfterS (up to 86,400), lists or requests (a second).`,
  );
}

/** Ten minutes of real time, far beyond every limit of a callback. */
const LONGEST_DELAY_MS = 600_000;

const isUpTo = (most: number, value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
