/**
 * The logger the library writes to: the first two arguments of pino's methods, so a pino logger fits as it is.
 * Fields are facts (SIDs, milliseconds, codes); never tokens, signatures, phone numbers or attribute values.
 */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const nothing = () => {};

/** Says nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Warnings and errors on the console, the rest unsaid: what a library does when it is given no logger. */
export const consoleLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: (fields, message) => console.warn(`taskrouter-kit: ${message}`, fields),
  error: (fields, message) => console.error(`taskrouter-kit: ${message}`, fields),
};

/** The same logger, with fields of its own on every line. */
export function withFields(log: Logger, fields: object): Logger {
  return {
    debug: (more, message) => log.debug({ ...fields, ...more }, message),
    info: (more, message) => log.info({ ...fields, ...more }, message),
    warn: (more, message) => log.warn({ ...fields, ...more }, message),
    error: (more, message) => log.error({ ...fields, ...more }, message),
  };
}
