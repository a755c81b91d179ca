/**
 * What becomes of a request that failed: the whole retry policy, as one pure function. docs/rest.md has it as a table,
 * and the tests go through that table row by row.
 */

/** What a request does at Twilio, as far as sending it twice is concerned. */
export type Effect =
  /** Changes nothing. */
  | 'read'
  /** Twice is as good as once. */
  | 'delete'
  /** An update that Twilio refuses with 412 if the resource has changed since it was read (If-Match). */
  | 'guarded-update'
  /** Any other update of a resource. */
  | 'update'
  /** A move of a task or reservation from one state to the next, which a look at the resource shows. */
  | 'transition'
  /** A task's creation under a key that a look-up finds. */
  | 'keyed-create'
  /** Any other creation. */
  | 'create'
  /** call, dequeue, conference, redirect, supervise: a phone may already ring. */
  | 'instruction';

/** How an attempt failed. */
export type Failure =
  /** Twilio answered with this status. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs?: number | undefined }
  /** Nothing was sent: connection refused, unknown host, no connection in time. */
  | { readonly kind: 'unsent' }
  /** It may have been sent: reset, closed, broken off. */
  | { readonly kind: 'lost' }
  /** No whole answer within `timeoutMs`. */
  | { readonly kind: 'timeout' }
  /** A success whose body cannot be read: truncated, or not JSON. */
  | { readonly kind: 'unreadable' }
  /** The caller's signal. */
  | { readonly kind: 'aborted' };

export interface Situation {
  readonly effect: Effect;
  readonly failure: Failure;
  /** Whether an earlier attempt may have been carried out. */
  readonly uncertain: boolean;
  /** Retries left. */
  readonly retriesLeft: number;
  /** Milliseconds left of the call's budget. */
  readonly leftMs: number;
  /** What to wait, in milliseconds, where Twilio does not say. */
  readonly backoffMs: number;
}

export type Decision =
  /** Send it again after `delayMs`. */
  | { readonly action: 'repeat'; readonly delayMs: number }
  /** After `delayMs`, look whether it was carried out; if not, send it again. */
  | { readonly action: 'look'; readonly delayMs: number }
  /** Look whether an earlier attempt was carried out; if not, this failure stands. */
  | { readonly action: 'confirm' }
  /** An earlier attempt has done it. */
  | { readonly action: 'done' }
  /** The failure goes to the caller. */
  | { readonly action: 'fail'; readonly because: FailReason };

export type FailReason =
  | 'aborted'
  /** Twilio's answer is final. */
  | 'refused'
  /** It may have been carried out, and sending it again could do it twice. */
  | 'ambiguous'
  | 'no-retries-left'
  | 'no-time-left';

/** Whether Twilio may have carried out an attempt that failed so. */
export function isAmbiguous(failure: Failure): boolean {
  switch (failure.kind) {
    case 'status':
      // 408: the server gave up reading, at some point. Below 500 every other answer is a decision.
      return failure.status >= 500 || failure.status === 408;
    case 'unsent':
      return false;
    default:
      return true;
  }
}

/**
 * Judges a failed attempt. The first rule that fits decides.
 *
 * @example decide({ effect: 'create', failure: { kind: 'lost' }, … }) // { action: 'fail', because: 'ambiguous' }
 */
export function decide(situation: Situation): Decision {
  const { effect, failure, uncertain } = situation;
  if (failure.kind === 'aborted') return { action: 'fail', because: 'aborted' };

  // Not processed, so sending it again is safe whatever it does. Source: twilio.com/docs/api/errors/20429.
  if (failure.kind === 'status' && failure.status === 429) {
    return after(situation, 'repeat', failure.retryAfterMs);
  }
  if (failure.kind === 'unsent') return after(situation, 'repeat');

  if (failure.kind === 'status' && !isAmbiguous(failure)) {
    // What refuses the repeat may be the state that the lost attempt has made.
    if (uncertain && effect === 'delete' && failure.status === 404) return { action: 'done' };
    if (uncertain && effect === 'guarded-update' && failure.status === 412) return { action: 'confirm' };
    if (uncertain && effect === 'transition' && [400, 404, 409, 410].includes(failure.status)) {
      return { action: 'confirm' };
    }
    return { action: 'fail', because: 'refused' };
  }

  const wanted = failure.kind === 'status' ? failure.retryAfterMs : undefined;
  switch (effect) {
    case 'read':
    case 'delete':
    case 'guarded-update':
      return after(situation, 'repeat', wanted);
    case 'transition':
    case 'keyed-create':
      return after(situation, 'look', wanted);
    default:
      return { action: 'fail', because: 'ambiguous' };
  }
}

/** Within the bounds: not one retry more than allowed, and no wait that the budget does not hold. */
function after(
  { retriesLeft, leftMs, backoffMs }: Situation,
  action: 'repeat' | 'look',
  wantedMs: number | undefined = undefined,
): Decision {
  if (retriesLeft <= 0) return { action: 'fail', because: 'no-retries-left' };
  // What Twilio asks for is kept to the letter; jitter is for our own waits only.
  const delayMs = wantedMs ?? backoffMs;
  return delayMs >= leftMs ? { action: 'fail', because: 'no-time-left' } : { action, delayMs };
}

/**
 * Full jitter: anything between nothing and `minDelayMs` doubled with every retry, up to `maxDelayMs`.
 *
 * @param retry 1 for the first retry.
 * @param random a number in [0, 1).
 */
export function backoff(
  retry: number,
  { minDelayMs, maxDelayMs }: { readonly minDelayMs: number; readonly maxDelayMs: number },
  random: number,
): number {
  return Math.floor(random * Math.min(maxDelayMs, minDelayMs * 2 ** (retry - 1)));
}
