/** A value, or a promise of it. If nothing has to wait, nothing is scheduled. */
export type MaybePromise<T> = T | Promise<T>;

export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Continues with a value: at once if it is already there. */
export function chain<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  if (!isPromise(value)) return next(value);
  return (value instanceof Promise ? value : Promise.resolve(value)).then(next);
}

/**
 * Tells a listener, who can fail without harm: an async function fits the type of one as well, and its rejection, left
 * alone, would end the process.
 */
export function notify<T>(listener: (value: T) => unknown, value: T, failed: (error: unknown) => void): void {
  try {
    const result = listener(value);
    if (isPromise(result)) Promise.resolve(result).catch(failed);
  } catch (error) {
    failed(error);
  }
}
