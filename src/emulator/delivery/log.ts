import { Recent } from '../recent.js';
import type { CallbackKind } from '../trouble.js';

/** One request to a callback URL, and what came of it. */
export interface Delivery {
  readonly kind: 'delivery';
  readonly callback: CallbackKind;
  readonly via: 'primary' | 'fallback';
  /** When it was sent, in milliseconds of the emulator's time. */
  readonly at: number;
  /** How long it took, in milliseconds of real time. */
  readonly ms: number;
  readonly url: string;
  readonly workspaceSid: string;
  /** The event's type; `reservation.created` for an assignment callback. */
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
  /** The body of the answer, at most 2,000 characters of it. */
  readonly answer: string | undefined;
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
}

/** Codes that Twilio documents as warnings. */
const warnings = new Set([40001, 40005]);

/** What happened on the way out: kept, the newest 1,000 of each, and told to listeners. */
export class DeliveryLog {
  readonly #deliveries = new Recent<Delivery>(1_000);
  readonly #entries = new Recent<DebuggerEntry>(1_000);
  readonly #tell: (news: Delivery | DebuggerEntry) => void;

  constructor(tell: (news: Delivery | DebuggerEntry) => void) {
    this.#tell = tell;
  }

  delivery(delivery: Omit<Delivery, 'kind'>): void {
    const news: Delivery = { kind: 'delivery', ...delivery };
    this.#deliveries.push(news);
    this.#tell(news);
  }

  /** @param entry - without a `level` the code says which it is. */
  debug(
    entry: Omit<DebuggerEntry, 'kind' | 'level'> & { readonly level?: DebuggerEntry['level'] | undefined },
  ): void {
    const level = entry.level ?? (warnings.has(entry.code) ? 'warning' : 'error');
    const news: DebuggerEntry = { kind: 'debugger', ...entry, level };
    this.#entries.push(news);
    this.#tell(news);
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
