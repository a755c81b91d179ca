import { TaskRouterKitError } from '../errors.js';

/** What the command line tells its caller. */
export const EXIT = {
  ok: 0,
  /** The work failed, or the answer was no. */
  failed: 1,
  /** It was called or configured wrongly. */
  usage: 2,
} as const;

/** Called wrongly: an option that contradicts another, a file that is not there. The text says what to write. */
export class UsageError extends TaskRouterKitError {
  constructor(message: string, options?: ErrorOptions) {
    super('usage', message, options);
  }
}
