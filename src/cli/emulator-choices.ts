import type { EmulatorOptions } from '../emulator/index.js';
import { nearMiss } from '../near-miss.js';
import { UsageError } from './failure.js';

type Choices = NonNullable<EmulatorOptions['choices']>;

/** The values each choice takes: a list of words, or a whole number. */
const VALUES: { readonly [Name in keyof Required<Choices>]: 'number' | readonly string[] } = {
  afterReservationTimeout: ['same-step', 'next-step'],
  callbackBackoff: ['true', 'false'],
  coerceNumericStrings: ['true', 'false'],
  lenientExpressions: ['true', 'false'],
  maxAssignments: 'number',
  noContent: ['defer', 'fail'],
  purgeAfterMs: 'number',
  rerouteOnAttributes: ['true', 'false'],
  stepTimeoutsFrom: ['filter-entered', 'task-created', 'step-entered'],
};

/**
 * The `choices` of `createEmulator` from the values of `--choice`.
 *
 * @throws {UsageError} when the name or the value of one is unknown.
 * @example
 * readChoices(['lenientExpressions=false', 'maxAssignments=5']) // { lenientExpressions: false, maxAssignments: 5 }
 */
export function readChoices(pairs: readonly string[]): Choices {
  return Object.fromEntries(pairs.map(readChoice));
}

function readChoice(pair: string): readonly [string, string | number | boolean] {
  const [, name = pair, text = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
  const values = Object.hasOwn(VALUES, name) ? VALUES[name as keyof Choices] : undefined;
  if (values === undefined) {
    const meant = nearMiss(name, Object.keys(VALUES));
    const hint =
      meant === undefined ? `Choices: ${Object.keys(VALUES).join(', ')}.` : `Did you mean ${meant}?`;
    throw new UsageError(`--choice: there is no choice ${JSON.stringify(name)}. ${hint}`);
  }
  if (values === 'number') {
    if (/^\d{1,9}$/.test(text) && Number(text) > 0) return [name, Number(text)];
    throw new UsageError(`--choice: write ${name}= and a whole number from 1 to 999999999.`);
  }
  if (!values.includes(text)) {
    throw new UsageError(`--choice: write ${values.map((value) => `${name}=${value}`).join(' or ')}.`);
  }
  return [name, text === 'true' ? true : text === 'false' ? false : text];
}
