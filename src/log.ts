/**
 * The logger the library writes to. Its methods take the first two arguments of pino's, so a pino logger works as it is.
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

/** The default logger: writes warnings and errors to the console, and nothing else. */
export const consoleLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: (fields, message) => console.warn(`taskrouter-kit: ${message}`, fields),
  error: (fields, message) => console.error(`taskrouter-kit: ${message}`, fields),
};

/** The same logger, with these fields on every line. */
export function withFields(log: Logger, fields: object): Logger {
  return {
    debug: (more, message) => log.debug({ ...fields, ...more }, message),
    info: (more, message) => log.info({ ...fields, ...more }, message),
    warn: (more, message) => log.warn({ ...fields, ...more }, message),
    error: (more, message) => log.error({ ...fields, ...more }, message),
  };
}
