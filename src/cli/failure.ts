import { TaskRouterKitError } from '../errors.js';

/** What the command line tells its caller. */
export const EXIT = {
  ok: 0,
  /** The work failed, or the answer was no. */
  failed: 1,
  /** It was called or configured wrongly. */
  usage: 2,
} as const;

/** What is right in itself, and fails on this machine at this time: another port, another file, and it goes. */
const FAILURES: readonly string[] = [
  'port-in-use',
  'cannot-listen',
  'damaged-data-file',
  'data-file-in-use',
  'cannot-write-data-file',
  'cannot-write-env',
];

export const isFailure = ({ code }: TaskRouterKitError): boolean => FAILURES.includes(code);

/** Called wrongly: an option that contradicts another, a file that is not there. The text says what to write. */
export class UsageError extends TaskRouterKitError {
  constructor(message: string, options?: ErrorOptions) {
    super('usage', message, options);
  }
}
