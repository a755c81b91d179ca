import { chain, isPromise, type MaybePromise } from '../../maybe-promise.js';
import type { Attributes, Schema } from '../../standard-schema.js';
import type { RunningAssignment } from '../assignment-context.js';
import type { AttributesProblem } from '../context.js';
import type { Decider } from './handler.js';
import { type Conditions, SID_CONDITIONS, type SidCondition } from './match.js';

/** A registered handler with its conditions. */
export interface Route {
  readonly name: string;
  readonly conditions: Conditions;
  readonly decider: Decider;
}

/** The route to take, or why none fits: the schemas that refused the attributes, if any did. */
export interface Selection {
  readonly route: Route | undefined;
  readonly problems: readonly AttributesProblem[];
}

/** Selects synchronously unless a schema, a `where` or a channel look-up has to wait. */
export type Dispatch = (assignment: RunningAssignment) => MaybePromise<Selection>;

const NO_PROBLEMS: readonly AttributesProblem[] = [];

/**
 * Finds the first registered route that fits. Routes are looked up by the SIDs they name: one look-up for each
 * combination of conditions in use (at most 16), however many routes there are. Only routes that fit by SID are
 * tried further, in the order of their registration.
 */
export function createDispatch(
  routes: readonly Route[],
  channelOf: (assignment: RunningAssignment) => MaybePromise<string | undefined>,
): Dispatch {
  const shapes = indexBySids(routes);
  const selections: readonly Selection[] = routes.map((route) => ({ route, problems: NO_PROBLEMS }));

  return (assignment) => {
    const places = candidates(shapes, assignment);
    let problems: AttributesProblem[] | undefined;
    let channel: { readonly name: MaybePromise<string | undefined> } | undefined;
    const channelName = () => {
      channel ??= { name: channelOf(assignment) };
      return channel.name;
    };

    const fits = (route: Route): MaybePromise<boolean> => {
      const { channel, task, worker, where } = route.conditions;
      assignment.resetAttributes();
      if (channel) {
        return chain(channelName(), (name) =>
          name !== undefined && channel.includes(name) ? fitsInside(route) : false,
        );
      }
      return task || worker || where ? fitsInside(route) : true;
    };
    const fitsInside = (route: Route): MaybePromise<boolean> => {
      const { task, worker, where } = route.conditions;
      return chain(task || worker ? applySchemas(route, assignment) : undefined, (refusal) => {
        if (refusal) {
          problems ??= [];
          problems.push(refusal);
          return false;
        }
        return where ? chain(where(assignment), Boolean) : true;
      });
    };
    const tryFrom = (start: number): MaybePromise<Selection> => {
      for (let at = start; at < places.length; at += 1) {
        const place = places[at]!;
        const fit = fits(routes[place]!);
        if (isPromise(fit)) return fit.then((does) => (does ? selections[place]! : tryFrom(at + 1)));
        if (fit) return selections[place]!;
      }
      assignment.resetAttributes();
      return { route: undefined, problems: problems ?? NO_PROBLEMS };
    };
    return tryFrom(0);
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

/** Every combination of one SID from each list. */
function keysOf(lists: ReadonlyArray<readonly string[]>): string[] {
  return lists.reduce<string[]>((keys, list) => keys.flatMap((key) => list.map((sid) => key + sid)), ['']);
}

/** The places of the routes that fit by SID, in the order of registration. */
function candidates(shapes: readonly Shape[], { sids }: RunningAssignment): readonly number[] {
  let found: readonly number[] = [];
  for (const { conditions, routes } of shapes) {
    let key = '';
    for (const condition of conditions) key += sids[condition] ?? '';
    const places = routes.get(key);
    if (places) found = found.length === 0 ? places : [...found, ...places].sort((a, b) => a - b);
  }
  return found;
}

/** Replaces the attributes by the schemas' outputs, or says which schema refused. */
function applySchemas(
  route: Route,
  assignment: RunningAssignment,
): MaybePromise<AttributesProblem | undefined> {
  const { task, worker } = route.conditions;
  return chain(apply('task', task), (refusal) => refusal ?? apply('worker', worker));

  function apply(
    of: 'task' | 'worker',
    schema: Schema | undefined,
  ): MaybePromise<AttributesProblem | undefined> {
    if (!schema) return undefined;
    return chain(schema['~standard'].validate(assignment[of].attributes), (result) => {
      if (result.issues) return { of, handler: route.name, issues: result.issues };
      assignment.setAttributes(of, result.value as Attributes);
      return undefined;
    });
  }
}
