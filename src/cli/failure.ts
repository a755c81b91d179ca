import { TaskRouterKitError } from '../errors.js';

/** Exit codes. */
export const EXIT = {
  ok: 0,
  /** The work failed, or the result was negative. */
  failed: 1,
  /** Wrong usage or configuration. */
  usage: 2,
} as const;

/** Errors of this machine at this moment rather than of the configuration: another port or file would work. */
const FAILURES: readonly string[] = [
  'port-in-use',
  'cannot-listen',
  'damaged-data-file',
  'data-file-in-use',
  'cannot-write-data-file',
  'cannot-write-env',
  'cannot-write-state-file',
  'cannot-write-definition',
  'cannot-write-report',
];

export const isFailure = ({ code }: TaskRouterKitError): boolean => FAILURES.includes(code);

/** Wrong usage, such as contradicting options or a missing file. The message says what to write. */
export class UsageError extends TaskRouterKitError {
  constructor(message: string, options?: ErrorOptions) {
    super('usage', message, options);
  }
}
