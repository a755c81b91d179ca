/** The replacement for a value that must not be in a log. */
const REDACTED = '[redacted]';

/** Names, in lower case and without separators, whose values never go to a log, at any depth. */
const SECRET_NAMES = new Set([
  'attributes',
  'taskattributes',
  'workerattributes',
  'form',
  'body',
  'rawbody',
  'token',
  'authtoken',
  'authtokens',
  'apisecret',
  'password',
  'secret',
  'signature',
  'xtwiliosignature',
  'authorization',
  'cookie',
]);

/** Deeper values are left out: they do not belong in a log line, and a cycle must end somewhere. */
const MAX_DEPTH = 6;

/**
 * Replaces attributes, form bodies, tokens and signatures by their names, at any depth. A log line without any, such
 * as the one of every callback, comes back as it is.
 */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return redactObject(fields, 0) as Record<string, unknown>;
}

function redactObject(value: object, depth: number): unknown {
  if (value instanceof Error) return errorFields(value);
  if (value instanceof Date) return value;
  if (depth === MAX_DEPTH) return REDACTED;
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const plain: unknown = value.toJSON();
    return isObject(plain) ? redactObject(plain, depth + 1) : plain;
  }
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const before: unknown = (value as Record<string, unknown>)[name];
    if (before === undefined) continue;
    const after = isSecret(name) ? REDACTED : isObject(before) ? redactObject(before, depth + 1) : before;
    if (after === before) continue;
    copy ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    copy[name] = after;
  }
  return copy ?? value;
}

/** Further fields of an error that are facts; any other text may be a customer's. */
const TOLD_TEXTS = ['code', 'syscall', 'operation', 'field', 'moreInfo'];

/** Deeper causes are left out. */
const MAX_CAUSES = 4;

/**
 * An error as it is logged: name, message, causes, codes and numbers. Database and HTTP clients attach their input to
 * their errors, passwords and customers' names included, so everything else is left out.
 */
export function errorFields(error: Error, depth = 0): Record<string, unknown> {
  const fields: Record<string, unknown> = { type: error.name, message: error.message, stack: error.stack };
  for (const [name, value] of Object.entries(error)) {
    const told = typeof value === 'string' ? TOLD_TEXTS.includes(name) : !isObject(value);
    if (told && typeof value !== 'function' && !isSecret(name) && !(name in fields)) fields[name] = value;
  }
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  if (depth === MAX_CAUSES) return fields;
  if (cause instanceof Error) fields.cause = errorFields(cause, depth + 1);
  if (Array.isArray(errors)) {
    fields.errors = errors
      .filter((one) => one instanceof Error)
      .slice(0, MAX_CAUSES)
      .map((one) => errorFields(one, depth + 1));
  }
  return fields;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

const plainNames = new Map<string, boolean>();

/** Field names come from code, so there are few of them; the bound is for those that do not. */
function isSecret(name: string): boolean {
  let secret = plainNames.get(name);
  if (secret === undefined) {
    secret = SECRET_NAMES.has(name.toLowerCase().replace(/[^a-z]/g, ''));
    if (plainNames.size < 1_000) plainNames.set(name, secret);
  }
  return secret;
}

/** Phone numbers as E.164 writes them, also percent-encoded as in a URL: a plus and seven to fifteen digits. */
const PHONE = /(?:\+|%2[Bb])[1-9]\d{6,14}(?!\d)/g;

/** What a signature looks like: 27 characters of base64 and its padding, with nothing of base64 around it. */
const SIGNATURE = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{27}=(?![A-Za-z0-9+/=])/g;

/** Below this a secret could be part of a word or a number, and replacing it would break the line. */
const LEAST_SECRET = 16;

/**
 * Takes a last look at a finished line, in every field and message: phone numbers, signatures
 * and the given secrets are replaced.
 *
 * @example
 * const clean = lineRedactor(['0123456789abcdef0123456789abcdef']);
 * clean('called +15017122661'); // called [redacted]
 */
export function lineRedactor(secrets: readonly string[]): (line: string) => string {
  const written = secrets
    .filter((secret) => secret.length >= LEAST_SECRET)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  return (line) => {
    let clean = line.replace(PHONE, REDACTED);
    if (clean.includes('=')) clean = clean.replace(SIGNATURE, REDACTED);
    for (const secret of written) if (clean.includes(secret)) clean = clean.replaceAll(secret, REDACTED);
    return clean;
  };
}
