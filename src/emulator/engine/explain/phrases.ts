import { printValue } from '../../../expressions/index.js';
import type { Reason } from './explain-types.js';

export const iso = (at: number): string => new Date(at).toISOString();

/** Reasons in one line: what each comparison came to, what its names were, and what is wrong with their types. */
export function phrase(reasons: readonly Reason[]): string {
  return reasons
    .map((reason) => {
      const details = detailsOf(reason);
      return `${reason.text} is ${reason.result}${details.length > 0 ? ` (${details.join('; ')})` : ''}`;
    })
    .join('; ');
}

/** What is true needs no values beside it. */
function detailsOf({ result, missing, values = [], mismatch }: Reason): string[] {
  return [
    ...(missing.length > 0 ? [`${missing.join(', ')} has no value`] : []),
    ...(result ? [] : values.map(({ name, value }) => `${name} is ${printValue(value)}`)),
    ...(mismatch === undefined ? [] : [mismatch]),
  ];
}
