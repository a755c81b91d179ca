import { sleep } from '../clock.js';
import { type Answer, AttemptError, attempt, type Line } from './attempt.js';
import type { WireRequest } from './encode.js';
import {
  apiError,
  type RequestDetails,
  TaskRouterApiError,
  TaskRouterConnectionError,
  type TaskRouterRequestError,
} from './errors.js';
import type { Limiter } from './limiter.js';
import { backoff, type Decision, decide, type Effect, type FailReason, isAmbiguous } from './retry-policy.js';

/** How often, and how patiently, a call is repeated. */
export interface RetryOptions {
  /** Retries after the first attempt; 0 for none. Default 4. */
  readonly retries?: number;
  /** The longest first wait, doubled with every retry. The wait itself is random below it. Default 200. */
  readonly minDelayMs?: number;
  /** The longest wait of all. Default 5,000. What `Retry-After` asks for is waited whatever it is. */
  readonly maxDelayMs?: number;
}

/** What `onRetry` is told before each retry. It must not throw: the call would end with its error. */
export interface RetryNotice {
  readonly operation: string;
  /** The number of the attempt that failed, from 1. */
  readonly attempt: number;
  /** `repeat`: it is sent again. `look` and `confirm`: first the resource is looked at. */
  readonly action: 'repeat' | 'look' | 'confirm';
  readonly delayMs: number;
  /** How it failed: `status`, `unsent`, `lost`, `timeout`, `unreadable`. */
  readonly failure: string;
  /** Twilio's HTTP status, where there was an answer. */
  readonly status: number | undefined;
}

/** What bounds one call. */
export interface Bounds {
  /** Ends the call, waits included. */
  readonly signal?: AbortSignal | undefined;
  /** The longest one attempt may take, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** The longest the whole call may take, retries and waits included, in milliseconds. */
  readonly budgetMs?: number | undefined;
}

/** What is left of a call's bounds for a look. */
export interface LookBounds {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly budgetMs: number;
}

export interface Requester extends Line {
  readonly random: () => number;
  readonly timeoutMs: number;
  readonly budgetMs: number;
  readonly retry: Required<RetryOptions>;
  readonly onRetry: ((notice: RetryNotice) => void) | undefined;
}

/** One call: what is sent, what it does, and how its answer is understood. */
export interface Plan<T> {
  readonly operation: string;
  readonly effect: Effect;
  readonly request: WireRequest;
  readonly limiter?: Limiter | undefined;
  read(answer: Answer): T | Promise<T>;
  /**
   * Looks whether an attempt whose answer was lost has been carried out: its result, `'repeat'` to send it again, or
   * `'unknown'` if that cannot be told in time. A failing request of its own counts as unknown; whatever else it
   * throws ends the call.
   */
  look?(bounds: LookBounds): Promise<{ readonly result: T } | 'repeat' | 'unknown'>;
  /** The result where Twilio says that a deletion is done already. */
  readonly gone?: { readonly result: T };
}

/**
 * Sends a request until it succeeds, is refused, or comes to the end of its bounds. What happens after a failure is
 * for `decide` to say; this carries it out.
 *
 * @throws {TaskRouterRequestError} the last failure.
 */
export async function perform<T>(requester: Requester, plan: Plan<T>, bounds: Bounds = {}): Promise<T> {
  const { clock, retry } = requester;
  const { signal, timeoutMs = requester.timeoutMs, budgetMs = requester.budgetMs } = bounds;
  const end = clock.now() + budgetMs;
  const left = () => end - clock.now();
  let attempts = 0;
  let uncertain = false;
  let next: 'repeat' | 'look' | 'confirm' = 'repeat';
  let lastError: AttemptError | undefined;

  const fail = (because: FailReason): Error => {
    const details: RequestDetails = {
      operation: plan.operation,
      attempts,
      maybeApplied: uncertain && plan.effect !== 'read',
    };
    return publicError(lastError ?? new AttemptError({ kind: 'timeout' }), because, details);
  };

  /** Finds out what became of an attempt whose answer was lost. */
  const look = async (): Promise<{ readonly result: T } | undefined> => {
    if (next === 'repeat' || plan.look === undefined) return undefined;
    const found = await plan
      .look({ signal, timeoutMs, budgetMs: left() })
      .catch((error: unknown): 'unknown' => {
        if (error instanceof TaskRouterApiError || error instanceof TaskRouterConnectionError)
          return 'unknown';
        throw error;
      });
    if (found === 'unknown') throw fail('ambiguous');
    if (found === 'repeat' && next === 'confirm') throw fail('refused');
    return found === 'repeat' ? undefined : found;
  };

  /** One turn: an AttemptError asks for another, everything else is for the caller. */
  const once = async (): Promise<T> => {
    const found = await look();
    if (found !== undefined) return found.result;
    const turnMs = plan.limiter === undefined ? 0 : plan.limiter.reserve(clock.now(), left());
    if (turnMs === undefined || turnMs >= left()) throw fail('no-time-left');
    await pause(requester, turnMs, signal);
    if (signal?.aborted) {
      lastError = new AttemptError({ kind: 'aborted' }, { cause: signal.reason });
      throw fail('aborted');
    }
    attempts += 1;
    try {
      const limits = { timeoutMs: Math.min(timeoutMs, left()), signal };
      return await plan.read(await attempt(requester, plan.request, limits));
    } catch (error) {
      if (!(error instanceof AttemptError)) throw error;
      lastError = error;
      const decision = judge(error);
      if (decision.action === 'done' && plan.gone !== undefined) return plan.gone.result;
      uncertain ||= isAmbiguous(error.failure);
      if (decision.action === 'done') throw fail('refused');
      if (decision.action === 'fail') throw fail(decision.because);
      if (decision.action !== 'repeat' && plan.look === undefined) throw fail('ambiguous');
      next = decision.action;
      const delayMs = decision.action === 'confirm' ? 0 : decision.delayMs;
      requester.onRetry?.({
        operation: plan.operation,
        attempt: attempts,
        action: decision.action,
        delayMs,
        failure: error.failure.kind,
        status: error.answer?.status,
      });
      await pause(requester, delayMs, signal);
      throw error;
    }
  };

  const judge = ({ failure }: AttemptError): Decision =>
    decide({
      effect: plan.effect,
      failure,
      uncertain,
      retriesLeft: retry.retries - (attempts - 1),
      leftMs: left(),
      backoffMs: backoff(attempts, retry, requester.random()),
    });

  try {
    return await once();
  } catch (error) {
    if (!(error instanceof AttemptError)) throw error;
  }
  // p-retry, loaded when something fails, turns the wheel from here on. Its own bounds and delays are off, because
  // they know neither the clock nor the budget.
  const { default: pRetry } = await import('p-retry');
  return pRetry(once, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 0,
    shouldRetry: ({ error }) => error instanceof AttemptError,
  });
}

/** Waits, at most until the signal: what follows sees it. */
export function pause({ clock }: Line, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms <= 0 || signal?.aborted) return Promise.resolve();
  if (signal === undefined) return sleep(clock, ms);
  return new Promise((resolve) => {
    const end = () => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}

const WHAT: Readonly<Record<string, string>> = {
  unsent: 'the connection to Twilio failed before anything was sent; check baseUrl and the network',
  lost: 'the connection to Twilio broke before its answer came',
  timeout: 'no answer from Twilio in time; allow a longer timeoutMs or budgetMs',
  unreadable: 'Twilio answered with a success whose body cannot be parsed',
  aborted: 'given up, because the signal was aborted',
};

function publicError(
  error: AttemptError,
  because: FailReason,
  details: RequestDetails,
): TaskRouterRequestError {
  if (error.answer !== undefined) return apiError(error.answer, details);
  const { kind } = error.failure;
  const spent = because === 'no-time-left' ? '; the budget is used up' : '';
  return new TaskRouterConnectionError(kind, `${WHAT[kind]}${spent}`, details, { cause: error.cause });
}
