import { TaskRouterKitError } from '../../errors.js';
import { certainlyNotApplied } from './store.js';

/**
 * A safe copy of an error of a store or its client: `name`, `code`, `message`, `stack` and causes, and nothing else. A
 * Redis client's own error carries the failed command with every argument: a password, a customer's name.
 */
export class StoreError extends TaskRouterKitError {
  #notApplied = false;

  /** The operation certainly changed nothing: it never left this process, or the store refused it. */
  get notApplied(): boolean {
    return this.#notApplied;
  }

  static notApplied(error: StoreError): StoreError {
    error.#notApplied = true;
    return error;
  }

  constructor(name: string, code: string, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = name;
  }
}

/** Deeper causes are left out: there may be a cycle, and they say nothing new. */
const MAX_DEPTH = 4;
const MAX_MESSAGE = 500;
const MAX_FRAMES = 20;
/** A shorter secret could be part of any word, so it is cut only where it stands alone. */
const SAFE_LENGTH = 6;

/**
 * Copies a store's error so that it is safe to log: its text is free of `secrets` and of command arguments.
 *
 * @param secrets - passwords of the connection, decoded and in any other form they were given in.
 * @example
 * redis.on('error', (error) => console.warn(storeError(error, [password])));
 */
export function storeError(error: unknown, secrets: readonly string[] = []): StoreError {
  if (error instanceof StoreError) return error;
  const copy = copyOf(error, cutter(secrets), 0);
  return certainlyNotApplied(error) ? StoreError.notApplied(copy) : copy;
}

function copyOf(error: unknown, cut: (text: string) => string, depth: number): StoreError {
  if (!(error instanceof Error)) {
    const message =
      typeof error === 'string' ? error : 'The store failed with something that is not an Error.';
    return new StoreError('Error', 'store-error', shortened(cut(message)));
  }
  const { name, message, code, stack, cause, errors, lastNodeError } = fieldsOf(error);
  const causes = [cause, lastNodeError, ...(Array.isArray(errors) ? errors : [])]
    .filter((one) => one !== undefined && one !== null)
    .slice(0, MAX_DEPTH)
    .map((one) => (depth < MAX_DEPTH ? copyOf(one, cut, depth + 1) : undefined))
    .filter((one) => one !== undefined);
  // The error that Node throws after trying every address of a name has no text itself.
  const said = cut(text(message) || causes.map((one) => one.message).join('; ') || text(name));
  const copy = new StoreError(
    wordOf(cut(text(name))) ?? 'Error',
    wordOf(cut(text(code))) ?? /^[A-Z]{2,30}(?=\s|$)/.exec(said)?.[0] ?? 'store-error',
    shortened(said),
    causes.length > 0 ? { cause: causes[0] } : undefined,
  );
  // Its own frames, because ours would only show that it passed here. The text above them is replaced.
  const frames = text(stack).split('\n').filter(isFrame).slice(0, MAX_FRAMES);
  copy.stack = [`${copy.name}: ${copy.message}`, ...frames.map(cut)].join('\n');
  return copy;
}

/** An error's fields, even if reading one throws. */
function fieldsOf(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const name of ['name', 'message', 'code', 'stack', 'cause', 'errors', 'lastNodeError']) {
    try {
      fields[name] = (error as unknown as Record<string, unknown>)[name];
    } catch {
      // A getter that throws.
    }
  }
  return fields;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const isFrame = (line: string): boolean => /^\s+at \S/.test(line);

/** A name or a code, if it looks like one: anything else may hold a secret. */
const wordOf = (value: string): string | undefined => (/^[\w-]{1,60}$/.test(value) ? value : undefined);

const shortened = (message: string): string =>
  message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;

/** Redis repeats what it was sent when it does not know a command: `…, with args beginning with: 'user' 'password'`. */
const ARGUMENTS = /(with args beginning with:).*/s;

function cutter(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]));
  forms.delete('');
  // The longest first: one may be the beginning of another.
  const patterns = [...forms]
    .sort((a, b) => b.length - a.length)
    .map((form) => {
      const literal = form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      const alone = form.length < SAFE_LENGTH;
      return new RegExp(alone ? `(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])` : literal, 'gu');
    });
  return (whole) => {
    let clean = whole.replace(ARGUMENTS, '$1 [redacted]');
    for (const pattern of patterns) clean = clean.replace(pattern, '[redacted]');
    return clean;
  };
}
