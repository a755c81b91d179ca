import type { CallbackKind } from '../world/faults.js';
import { Recent } from '../world/recent.js';
import type { CallbackMethod } from './post.js';

/** One request to a callback URL, and what came of it. */
export interface Delivery {
  readonly kind: 'delivery';
  /** Counts up from 1 with each start of the emulator. */
  readonly id: number;
  readonly callback: CallbackKind;
  /** `replay`: sent again by hand; its answer is not acted on. */
  readonly via: 'primary' | 'fallback' | 'replay';
  /** When it was sent, in milliseconds of the emulator's time. */
  readonly at: number;
  /** How long it took, in milliseconds of real time. */
  readonly ms: number;
  readonly url: string;
  /** Absent: `POST`. With `GET` the parameters were in the query. */
  readonly method?: CallbackMethod | undefined;
  readonly workspaceSid: string;
  /**
   * The event's type; `reservation.created` for an assignment callback. For what a simulated call requests: the progress
   * of the call (`answered`), the event of the conference (`participant-join`), or `twiml`.
   */
  readonly eventType: string;
  readonly taskSid: string | undefined;
  readonly reservationSid: string | undefined;
  readonly outcome: 'answered' | 'timeout' | 'connection' | 'hung up' | 'dropped';
  /** The HTTP status, if an answer came. */
  readonly status: number | undefined;
  /** The instruction the answer to an assignment callback named: `defer` for `{}`, undefined for none. */
  readonly instruction: string | undefined;
  /** What was sent. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The header `I-Twilio-Idempotency-Token`: one for each callback, duplicates included. */
  readonly token: string;
  /** The answer's `Server-Timing`, where an endpoint of this package names handler and verdict outside production. */
  readonly serverTiming?: string | undefined;
  /** The answer's media type; absent: no answer came. */
  readonly contentType?: string | undefined;
  /** The body of the answer, at most 2,000 characters of it. */
  readonly answer: string | undefined;
  /** The delivery that was sent again. */
  readonly replayOf?: number | undefined;
}

/** What Twilio's debugger would show. */
export interface DebuggerEntry {
  readonly kind: 'debugger';
  /** In milliseconds of the emulator's time. */
  readonly at: number;
  /** Twilio's error code: twilio.com/docs/api/errors. */
  readonly code: number;
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly workspaceSid: string;
  readonly taskSid: string | undefined;
  readonly reservationSid: string | undefined;
  /** The delivery whose answer it is about. */
  readonly deliveryId?: number | undefined;
}

/** Codes that Twilio documents as warnings. */
const WARNINGS = new Set([40001, 40005]);

/** What happened on the way out: kept, the newest 1,000 of each, and emitted to listeners. */
export class DeliveryLog {
  readonly #deliveries = new Recent<Delivery>(1_000);
  readonly #entries = new Recent<DebuggerEntry>(1_000);
  #lastId = 0;
  readonly #emit: (entry: Delivery | DebuggerEntry) => void;

  constructor(emit: (entry: Delivery | DebuggerEntry) => void) {
    this.#emit = emit;
  }

  /** @returns the number it goes by. */
  delivery(delivery: Omit<Delivery, 'kind' | 'id'>): number {
    this.#lastId += 1;
    const entry: Delivery = { kind: 'delivery', id: this.#lastId, ...delivery };
    this.#deliveries.push(entry);
    this.#emit(entry);
    return entry.id;
  }

  /** @param entry - without a `level` the code says which it is. */
  debug(
    entry: Omit<DebuggerEntry, 'kind' | 'level'> & { readonly level?: DebuggerEntry['level'] | undefined },
  ): void {
    const level = entry.level ?? (WARNINGS.has(entry.code) ? 'warning' : 'error');
    const whole: DebuggerEntry = { kind: 'debugger', ...entry, level };
    this.#entries.push(whole);
    this.#emit(whole);
  }

  /** Keeps these in place of what was kept; nobody is told. */
  replace(deliveries: readonly Delivery[], entries: readonly DebuggerEntry[]): void {
    this.#deliveries.replace(deliveries);
    this.#entries.replace(entries);
  }

  /** Oldest first. */
  deliveries(): readonly Delivery[] {
    return this.#deliveries.list();
  }

  /** Oldest first. */
  debugger(): readonly DebuggerEntry[] {
    return this.#entries.list();
  }
}
