import { TaskRouterKitError } from '../errors.js';

/** A run that is no longer this process' own, or has ended: what is left to do for it is not for the caller to do. */
export class RunLostError extends TaskRouterKitError {
  constructor() {
    super(
      'run-lost',
      'This run has ended, or another process has taken it over: do nothing more for its callback.',
    );
  }
}
