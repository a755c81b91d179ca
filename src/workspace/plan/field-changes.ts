import type { Routing, RoutingFilter } from '../live/routing.js';

/** One field that differs. What is absent is null. */
export interface FieldChange {
  /** As in `filters[Spanish].targets[0].timeout`. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** A value with the keys of its objects in order, so that equal values have equal texts. */
export function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, ordered(one)]),
  );
}

export const same = (a: unknown, b: unknown): boolean =>
  JSON.stringify(ordered(a ?? null)) === JSON.stringify(ordered(b ?? null));

/** The keys in which two objects differ, below `path`. */
export function compareFields(before: Fields, after: Fields, path = ''): FieldChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) =>
    same(before[key], after[key])
      ? []
      : [{ path: joined(path, key), before: before[key] ?? null, after: after[key] ?? null }],
  );
}

const joined = (path: string, key: string) => (path === '' ? key : `${path}.${key}`);

/** How two ways of routing differ, filter by filter and step by step. */
export function compareRouting(before: Routing, after: Routing): FieldChange[] {
  const changes: FieldChange[] = [];
  const [was, is] = [labelled(before.filters), labelled(after.filters)];
  for (const [label, filter] of was) {
    const at = `filters[${label}]`;
    const now = is.get(label);
    if (!now) changes.push({ path: at, before: shown(filter), after: null });
    else changes.push(...compareFilters(filter, now, at));
  }
  for (const [label, filter] of is) {
    if (!was.has(label)) changes.push({ path: `filters[${label}]`, before: null, after: shown(filter) });
  }
  const common = [...is.keys()].filter((label) => was.has(label));
  const commonBefore = [...was.keys()].filter((label) => is.has(label));
  const placesMatter = is.size > common.length && !same([...is.keys()].slice(0, common.length), common);
  if (!same(common, commonBefore) || placesMatter) {
    changes.push({ path: 'filters', before: [...was.keys()], after: [...is.keys()] });
  }
  const { queue: oldDefault, ...oldOthers } = before.defaultFilter ?? {};
  const { queue: newDefault, ...newOthers } = after.defaultFilter ?? {};
  changes.push(...compareFields({ defaultQueue: oldDefault }, { defaultQueue: newDefault }));
  changes.push(...compareFields(oldOthers, newOthers, 'defaultFilter'));
  changes.push(...compareFields(before.others, after.others, 'configuration'));
  return changes;
}

function compareFilters(before: RoutingFilter, after: RoutingFilter, at: string): FieldChange[] {
  const changes = compareFields({ expression: before.expression }, { expression: after.expression }, at);
  for (let index = 0; index < Math.max(before.targets.length, after.targets.length); index += 1) {
    const [was, is] = [before.targets[index], after.targets[index]];
    const path = `${at}.targets[${index}]`;
    if (was && is) changes.push(...compareFields(was, is, path));
    else changes.push({ path, before: was ?? null, after: is ?? null });
  }
  return [...changes, ...compareFields(before.others, after.others, at)];
}

/** Filters by their names; a name that comes twice, or none, is told apart by a number. */
function labelled(filters: readonly RoutingFilter[]): Map<string, RoutingFilter> {
  const byLabel = new Map<string, RoutingFilter>();
  filters.forEach((filter, index) => {
    let label = filter.name ?? String(index);
    for (let count = 2; byLabel.has(label); count += 1) label = `${filter.name ?? index} (${count})`;
    byLabel.set(label, filter);
  });
  return byLabel;
}

const shown = ({ expression, targets, others }: RoutingFilter) => ({ expression, targets, ...others });
