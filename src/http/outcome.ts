/** How one request ended. Every `onOutcome` listener gets it, for refused requests too. */
export interface CallbackOutcome {
  readonly route: 'assignment' | 'fallback' | 'events';
  /** The HTTP status of the answer. */
  readonly status: number;
  /**
   * `ran`: a handler ran for this request. `joined`: it waited for another request's run. `replayed`: the answer was
   * stored. `ignored`: no handler for this event. `refused`: it never reached a handler; `reason` says why. The rest
   * are failures: the handler `failed`, the `deadline` passed, the ReservationSid came with other SIDs (`mismatch`),
   * the store was `unavailable`, the router was `closed`.
   */
  readonly verdict:
    | 'ran'
    | 'joined'
    | 'replayed'
    | 'ignored'
    | 'refused'
    | 'failed'
    | 'deadline'
    | 'mismatch'
    | 'unavailable'
    | 'closed';
  /** The problem's code, if the answer is a problem. */
  readonly reason: string | undefined;
  /** The handler that ran for this request. */
  readonly handler: string | undefined;
  /** The instruction in the answer; `defer` for `{}`. */
  readonly instruction: string | undefined;
  /** From the arrival of the headers to the answer, in milliseconds, fractions included. */
  readonly durationMs: number;
  /** The answer is not in the store, so another process may not know it. */
  readonly degraded: boolean;
  /** The handler updated its reservation by REST and returned an instruction as well: two decisions. */
  readonly answeredTwice: boolean;
  /** A signed callback without a Timestamp, or with one that cannot be read: it may be of any age. */
  readonly ageUnknown: boolean;
  readonly workspaceSid: string | undefined;
  readonly taskSid: string | undefined;
  readonly workerSid: string | undefined;
  readonly reservationSid: string | undefined;
  readonly eventType: string | undefined;
}

/** The name of the instruction in an answer. */
export function instructionIn(answer: string): string | undefined {
  if (answer === '{}') return 'defer';
  return /^\{"instruction":"(\w+)"/.exec(answer)?.[1];
}
