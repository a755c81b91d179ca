import { ConfigurationError } from '../errors.js';

/** Says that something happened; the function it returns ends that. */
export type OnChange = (listener: () => void) => () => void;

/** How long a test waits for something, unless it says otherwise, in milliseconds of the real clock. */
export const defaultWaitMs = 5_000;

/** What setTimeout takes; beyond it would be at once. */
const longestWaitMs = 2 ** 31 - 1;

/** @throws {ConfigurationError} for what is no time to wait. */
export function checkWithin(withinMs: number): number {
  if (typeof withinMs === 'number' && withinMs >= 0 && withinMs <= longestWaitMs) return withinMs;
  throw new ConfigurationError(
    'bad-option',
    `withinMs must be a number of milliseconds from 0 to ${longestWaitMs}.`,
  );
}

export interface Waiting<T> {
  readonly onChange: OnChange;
  /** In milliseconds of the real clock. */
  readonly withinMs: number;
  /** What was waited for, or undefined: not yet. An error it throws ends the waiting with that error. */
  readonly look: () => T | undefined;
  /** The error when the time is over. */
  readonly tooLate: () => Error;
}

/** Looks at once and after every change, until there is something to give. */
export function waitFor<T>({ onChange, withinMs, look, tooLate }: Waiting<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      stop();
    };
    const lookOnce = () => {
      try {
        const found = look();
        if (found === undefined) return;
        end();
        resolve(found);
      } catch (error) {
        end();
        reject(error);
      }
    };
    const timer = setTimeout(() => {
      end();
      reject(tooLate());
    }, withinMs);
    const stop = onChange(lookOnce);
    lookOnce();
  });
}
