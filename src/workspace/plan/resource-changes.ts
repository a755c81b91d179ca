import { type Routing, readRouting } from '../live/routing.js';
import { compareFields, compareRouting, type FieldChange } from './field-changes.js';
import type { Comparable } from './kinds.js';

/** The fields that differ from what is wanted; attributes and routing in their parts. */
export function changedFields(live: Comparable, wanted: Comparable): FieldChange[] {
  return Object.entries(wanted).flatMap(([name, value]): FieldChange[] => {
    if (value === undefined) return [];
    const now = live[name];
    if (name === 'attributes')
      return compareFields((now ?? {}) as Comparable, value as Comparable, 'attributes');
    if (name !== 'routing') return compareFields({ [name]: now }, { [name]: value });
    if (now === undefined) return [{ path: 'configuration', before: 'unreadable', after: 'as defined' }];
    return compareRouting(now as Routing, value as Routing);
  });
}

/** All fields of what is to be created. */
export function allFields(fields: Comparable): FieldChange[] {
  const { routing, ...others } = fields;
  const plain = compareFields({}, present(others));
  const empty = readRouting({ task_routing: {} })!;
  return routing === undefined ? plain : [...plain, ...compareRouting(empty, routing as Routing)];
}

/** The fields that have a value. */
export const present = (fields: Comparable): Comparable =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
