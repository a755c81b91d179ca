/**
 * The base of every error this package throws. `code` is stable and meant for programs; the message says what is
 * wrong and what to do next, and never holds a token, a signature or a value a caller sent.
 */
export class TaskRouterKitError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/**
 * The program is set up wrongly: an unknown option, a missing token, a second handler for the same thing. It is thrown
 * at the start, so that no live call is the first to fail.
 */
export class ConfigurationError extends TaskRouterKitError {}

/** The system's name for what failed, such as `EADDRINUSE`; `unknown` where it has none. */
export const systemCode = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
