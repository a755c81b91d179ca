import type { FieldChange } from './field-changes.js';
import type { Side } from './live-sides.js';
import { hashOf, type RecordedResource } from './state.js';
import type { PlanCause } from './types.js';

/**
 * Whose change it is: drift if any of the fields is not what was applied.
 * @param live - the resource as it is, if it can have attributes or routing.
 */
export function causeOf(
  record: RecordedResource | undefined,
  changes: readonly FieldChange[],
  live?: Side,
): PlanCause {
  if (!record) return 'unknown';
  const drifted = changes.some(({ path, before }) => {
    const hash = Object.hasOwn(record.fields, path) ? record.fields[path] : undefined;
    return hash !== undefined && hash !== hashOf(before);
  });
  return drifted || partDrifted(record, changes, live) ? 'drift' : 'definition';
}

/** Attributes and routing are recorded as a whole, and changed in parts. */
const PARTS = {
  attributes: /^attributes/,
  routing: /^(filters|defaultQueue|defaultFilter|configuration)/,
} as const;

function partDrifted(
  record: RecordedResource,
  changes: readonly FieldChange[],
  live: Side | undefined,
): boolean {
  return Object.entries(PARTS).some(([part, paths]) => {
    const hash = record.fields[part];
    if (hash === undefined || live?.sid !== record.sid) return false;
    if (!changes.some(({ path }) => paths.test(path))) return false;
    return hashOf(live.fields[part]) !== hash;
  });
}
