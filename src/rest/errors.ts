import { TaskRouterKitError } from '../errors.js';

/** What every failed call tells. */
export interface RequestDetails {
  /** The operation, as in `tasks.update`. */
  readonly operation: string;
  /** How many requests were sent, or tried to be. */
  readonly attempts: number;
  /** Whether Twilio may have carried it out all the same: the answer was lost, or said nothing for certain. */
  readonly maybeApplied: boolean;
}

/** A call that did not succeed: the base of the errors below. */
export class TaskRouterRequestError extends TaskRouterKitError implements RequestDetails {
  readonly operation: string;
  readonly attempts: number;
  readonly maybeApplied: boolean;

  constructor(code: string, what: string, details: RequestDetails, options?: ErrorOptions) {
    super(code, `${details.operation}: ${what}${closing(details)}`, options);
    this.operation = details.operation;
    this.attempts = details.attempts;
    this.maybeApplied = details.maybeApplied;
  }
}

/** Twilio did not answer, or not legibly. `code` is the kind: `unsent`, `lost`, `timeout`, `unreadable`, `aborted`. */
export class TaskRouterConnectionError extends TaskRouterRequestError {}

/** What Twilio's error answer said, in either of its two forms. */
export interface ErrorAnswer {
  readonly status: number;
  /** Twilio's error code, such as 20001; absent where the body had none. */
  readonly twilioCode: number | undefined;
  /** Twilio's own sentence, with long numbers masked. */
  readonly detail: string | undefined;
  /** The page about the code. */
  readonly moreInfo: string | undefined;
  /** The header `Twilio-Request-Id`, for Twilio's support. */
  readonly requestId: string | undefined;
  /** The header `Retry-After`, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** Twilio answered with an error. Its subclasses name the frequent ones. */
export class TaskRouterApiError extends TaskRouterRequestError implements ErrorAnswer {
  readonly status: number;
  readonly twilioCode: number | undefined;
  readonly detail: string | undefined;
  readonly moreInfo: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, answer: ErrorAnswer, details: RequestDetails, options?: ErrorOptions) {
    super(code, sentence(answer), details, options);
    this.status = answer.status;
    this.twilioCode = answer.twilioCode;
    this.detail = answer.detail;
    this.moreInfo = answer.moreInfo;
    this.requestId = answer.requestId;
    this.retryAfterMs = answer.retryAfterMs;
  }
}

/** 404, Twilio's code 20404: no such resource in this workspace, or no longer. */
export class TaskRouterNotFoundError extends TaskRouterApiError {}

/** The resource is not the version it was read as (412), or not in a state that allows it (409, 410). */
export class TaskRouterConflictError extends TaskRouterApiError {}

/** 429, Twilio's code 20429: not processed. `retryAfterMs` is how long Twilio asked to wait, if it did. */
export class TaskRouterRateLimitError extends TaskRouterApiError {}

/** 401 or 403: the credentials are wrong, or not allowed to do this. */
export class TaskRouterAuthenticationError extends TaskRouterApiError {}

/**
 * A move of a task or reservation that its state does not allow: someone else was first. `state` is its current state, and
 * nothing was sent again.
 */
export class TaskRouterStateError extends TaskRouterRequestError {
  readonly state: string;

  constructor(state: string, what: string, details: RequestDetails, options?: ErrorOptions) {
    super('state', `${what} is in state ${state}, which does not allow it`, details, options);
    this.state = state;
  }
}

/** The error for an answer, of the class its status has. */
export function apiError(answer: ErrorAnswer, details: RequestDetails): TaskRouterApiError {
  switch (answer.status) {
    case 401:
    case 403:
      return new TaskRouterAuthenticationError('authentication', answer, details);
    case 404:
      return new TaskRouterNotFoundError('not-found', answer, details);
    case 409:
    case 410:
    case 412:
      return new TaskRouterConflictError('conflict', answer, details);
    case 429:
      return new TaskRouterRateLimitError('rate-limit', answer, details);
    default:
      return new TaskRouterApiError('api', answer, details);
  }
}

/** An input this package can tell to be wrong before it is sent. */
export class InputError extends TaskRouterKitError {
  constructor(operation: string, what: string) {
    super('invalid-input', `${operation}: ${what}.`);
  }
}

const HINTS: Readonly<Record<number, string>> = {
  401: 'check accountSid and authToken, or apiKey and apiSecret',
  403: 'these credentials may not do this; a subaccount needs its own',
  404: 'check the SIDs, and that they belong to this workspace',
  412: 'the resource has changed since it was read; read it again',
  429: 'too many requests at once; send fewer, or allow more retries and a longer budget',
};

function sentence({ status, twilioCode, detail, moreInfo }: ErrorAnswer): string {
  const parts = [`Twilio answered ${status}${twilioCode === undefined ? '' : `, code ${twilioCode}`}`];
  if (detail !== undefined) parts.push(`"${detail}"`);
  const hint = HINTS[status];
  if (hint !== undefined) parts.push(hint);
  if (moreInfo !== undefined) parts.push(`see ${moreInfo}`);
  return parts.join('; ');
}

function closing({ attempts, maybeApplied }: RequestDetails): string {
  const tries = attempts > 1 ? ` (${attempts} attempts)` : '';
  return maybeApplied
    ? `${tries}. Twilio may have carried it out: look before you send it again.`
    : `${tries}.`;
}
