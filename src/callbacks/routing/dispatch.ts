import type { AttributesProblem } from '../context.js';
import type { Decider } from './handler.js';
import type { LiveAssignment } from '../assignment-context.js';
import { type Conditions, SID_CONDITIONS, type SidCondition } from './match.js';
import type { Attributes, Schema, SchemaIssue } from '../../standard-schema.js';

/** A registered handler with what it is for. */
export interface Route {
  readonly name: string;
  readonly conditions: Conditions;
  readonly decider: Decider;
}

/** The route to take, or why none fits: the schemas that refused the attributes, if any did. */
export type Selection =
  | { readonly route: Route }
  | { readonly route: undefined; readonly problems: readonly AttributesProblem[] };

export type Dispatch = (assignment: LiveAssignment) => Promise<Selection>;

type Sids = LiveAssignment['sids'];

/**
 * Finds the first registered route that fits. Routes are looked up by the SIDs they name: one look-up for each
 * combination of conditions in use (at most 16), however many routes there are. Only routes that fit by SID are
 * tried further, in the order of their registration.
 */
export function createDispatch(
  routes: readonly Route[],
  channelOf: (assignment: LiveAssignment) => string | undefined | Promise<string | undefined>,
): Dispatch {
  const shapes = indexBySids(routes);

  return async (assignment) => {
    const problems: AttributesProblem[] = [];
    let channelName: Promise<string | undefined> | string | undefined | null = null;
    for (const index of candidates(shapes, assignment.sids)) {
      const route = routes[index]!;
      const { channel, task, worker, where } = route.conditions;
      if (channel) {
        if (channelName === null) channelName = channelOf(assignment);
        const name = await channelName;
        if (name === undefined || !channel.includes(name)) continue;
      }
      assignment.resetAttributes();
      const refusal = task || worker ? await applySchemas(route, assignment) : undefined;
      if (refusal) {
        problems.push(refusal);
        continue;
      }
      if (where && !(await where(assignment))) continue;
      return { route };
    }
    assignment.resetAttributes();
    return { route: undefined, problems };
  };
}

interface Shape {
  readonly conditions: readonly SidCondition[];
  /** Places in the routing order, ascending, by the SIDs of `conditions` in one text. */
  readonly routes: Map<string, number[]>;
}

function indexBySids(routes: readonly Route[]): readonly Shape[] {
  const shapes = new Map<string, Shape>();
  for (const [place, { conditions }] of routes.entries()) {
    const named = CONDITIONS.filter((condition) => conditions.sids[condition]);
    const shape = shapes.get(named.join()) ?? { conditions: named, routes: new Map<string, number[]>() };
    shapes.set(named.join(), shape);
    for (const key of keysOf(named.map((condition) => [...new Set(conditions.sids[condition])]))) {
      const places = shape.routes.get(key);
      if (places) places.push(place);
      else shape.routes.set(key, [place]);
    }
  }
  return [...shapes.values()];
}

const CONDITIONS = Object.keys(SID_CONDITIONS) as SidCondition[];

/** Every way to take one SID of each list. */
function keysOf(lists: ReadonlyArray<readonly string[]>): string[] {
  return lists.reduce<string[]>((keys, list) => keys.flatMap((key) => list.map((sid) => key + sid)), ['']);
}

/** The places of the routes that fit by SID, in the order of registration. */
function candidates(shapes: readonly Shape[], sids: Sids): readonly number[] {
  let found: readonly number[] = [];
  for (const { conditions, routes } of shapes) {
    let key = '';
    for (const condition of conditions) key += sids[condition] ?? '';
    const places = routes.get(key);
    if (places) found = found.length === 0 ? places : [...found, ...places].sort((a, b) => a - b);
  }
  return found;
}

/** Puts the schemas' outputs in place of the attributes, or says which schema refused. */
async function applySchemas(
  route: Route,
  assignment: LiveAssignment,
): Promise<AttributesProblem | undefined> {
  const { task, worker } = route.conditions;
  for (const [of, schema] of [
    ['task', task],
    ['worker', worker],
  ] as const) {
    if (!schema) continue;
    const result = await check(schema, assignment[of].attributes);
    if (result.issues) return { of, handler: route.name, issues: result.issues };
    assignment.setAttributes(of, result.value);
  }
  return undefined;
}

async function check(
  schema: Schema,
  attributes: Attributes,
): Promise<{ value: Attributes; issues?: undefined } | { issues: readonly SchemaIssue[] }> {
  const result = await schema['~standard'].validate(attributes);
  return result.issues ? { issues: result.issues } : { value: result.value as Attributes };
}
