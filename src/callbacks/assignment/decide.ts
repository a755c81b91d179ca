import {
  checkTask,
  type Decision,
  encodeCallback,
  InstructionError,
  isSound,
} from '../../instructions/index.js';
import { chain, isPromise, type MaybePromise } from '../../maybe-promise.js';
import type { Attributes, Schema } from '../../standard-schema.js';
import type { RunningAssignment, Unreadable } from '../callback-context.js';
import type { AttributesProblem } from '../context.js';
import { runInside } from '../routing/compose.js';
import { checkDecision, type Decider } from '../routing/handler.js';
import { type Abilities, type Conditions, SID_CONDITIONS, type SidCondition } from '../routing/match.js';
import type { Named, Registry, Route } from '../routing/registry.js';

/** A decision, with its answer if that is encoded already. */
export interface Taken {
  readonly decision: Decision<never>;
  readonly prepared: string | undefined;
}

/** Where the dispatch comes from. */
export interface DispatchSource {
  /** The dispatch; undefined while friendly names have no SIDs yet. */
  readonly current: Dispatch | undefined;
  /** The dispatch; a promise while names are being looked up. */
  dispatch(): Dispatch | Promise<Dispatch>;
}

/** Which handler takes an assignment, and what it decides. */
export interface Deciding {
  /** The handler for this assignment. */
  choose(context: RunningAssignment, unreadable: Unreadable): MaybePromise<Named<Decider>>;
  /** Runs it, inside the middleware. @throws its errors, and InstructionError for a decision that cannot be carried out. */
  decide(chosen: Named<Decider>, context: RunningAssignment): MaybePromise<Taken>;
  /** What `onError` decides about an error; undefined: nothing, or it has already had this error. Never rejects. */
  decideError(error: unknown, context: RunningAssignment): Promise<Taken | undefined>;
}

export function createDeciding(registry: Registry, routing: DispatchSource, can: Abilities): Deciding {
  function orBadAttributes(
    problems: readonly AttributesProblem[],
    assignment: RunningAssignment,
  ): Named<Decider> {
    const { badAttributes } = registry;
    if (problems.length === 0 || !badAttributes) return registry.otherwise!;
    const { decider } = badAttributes;
    const context = Object.assign(assignment, { problems });
    return { name: badAttributes.name, decider: { ...decider, decide: () => decider.decide(context) } };
  }

  const taker = ({ route, problems }: Selection, context: RunningAssignment) =>
    route ?? orBadAttributes(problems, context);

  function judge(
    returned: unknown,
    decider: Decider | undefined,
    { task, worker }: RunningAssignment,
  ): Taken {
    const sound = isSound(returned);
    const decision = sound ? returned : checkDecision(returned, decider, can);
    if (decision.instruction !== 'defer') {
      const problem = checkTask(decision, { task: task.attributes, worker: worker.attributes });
      if (problem) throw new InstructionError(problem);
    }
    const fixed = decider?.fixed === decision;
    return { decision, prepared: fixed ? decider.answer : sound ? encodeCallback(decision) : undefined };
  }

  return {
    choose(context, unreadable) {
      if (unreadable.length > 0) {
        return orBadAttributes(
          unreadable.map((of) => ({ of, handler: undefined, issues: [] })),
          context,
        );
      }
      const selection = chain(routing.current ?? routing.dispatch(), (select) => select(context));
      return isPromise(selection)
        ? selection.then((later) => taker(later, context))
        : taker(selection, context);
    },

    decide({ decider }, context) {
      const { middleware } = registry;
      const decision =
        middleware.length === 0
          ? decider.decide(context)
          : runInside(middleware, context, () => decider.decide(context));
      return isPromise<unknown>(decision)
        ? Promise.resolve(decision).then((returned) => judge(returned, decider, context))
        : judge(decision, decider, context);
    },

    async decideError(error, context) {
      const { errorHandler, errorInstruction } = registry;
      // A run that is deferred while onError decides gets here a second time, with the same error.
      if (context.heard !== undefined && context.heard[0] === error) return undefined;
      context.heard = [error];
      try {
        const decision = await (errorHandler?.(error, context) ?? errorInstruction?.decide(context));
        return decision === undefined ? undefined : judge(decision, errorInstruction, context);
      } catch (second) {
        context.log.error({ err: second }, 'onError itself failed');
        return undefined;
      }
    },
  };
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
    const first = places[0];
    return first !== undefined && fitsBySids(routes[first]!.conditions)
      ? selections[first]!
      : tryAll(places, assignment);
  };

  function tryAll(places: readonly number[], assignment: RunningAssignment): MaybePromise<Selection> {
    let problems: AttributesProblem[] | undefined;
    let channel: { readonly name: MaybePromise<string | undefined> } | undefined;
    const channelName = () => {
      channel ??= { name: channelOf(assignment) };
      return channel.name;
    };

    const fits = (route: Route): MaybePromise<boolean> => {
      const { channel } = route.conditions;
      assignment.resetAttributes();
      if (channel) {
        return chain(channelName(), (name) =>
          name !== undefined && channel.includes(name) ? fitsInside(route) : false,
        );
      }
      return fitsBySids(route.conditions) || fitsInside(route);
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
  }
}

/** Whether a route that fits by its SIDs fits. */
const fitsBySids = ({ channel, task, worker, where }: Conditions): boolean =>
  !(channel || task || worker || where);

interface Shape {
  readonly conditions: readonly SidCondition[];
  /** Places in the routing order, ascending, by the SIDs of `conditions` in one string. */
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
function candidates(shapes: readonly Shape[], assignment: RunningAssignment): readonly number[] {
  let found: readonly number[] = [];
  for (const { conditions, routes } of shapes) {
    let key = '';
    for (const condition of conditions) key += assignment.sidOf(condition) ?? '';
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
