import type { CallbackClient, NameKind } from './client.js';
import type { Route } from './routing/dispatch.js';
import { namesOf } from './routing/handler.js';
import { isSidOf, type SidCondition } from './routing/match.js';
import type { Registry } from './routing/registry.js';

/** The resource a condition names. */
const KINDS: Readonly<Record<SidCondition, NameKind>> = {
  workspace: 'workspace',
  workflow: 'workflow',
  queue: 'taskQueue',
  worker: 'worker',
};

/** Whether some route is for a friendly name, whose SID must be found before callbacks can be told apart. */
export function namesRoutes(routes: readonly Route[]): boolean {
  return routes.some((route) => namedConditions(route).length > 0);
}

/**
 * Looks up every friendly name that was registered, in the client's own workspace: the routes come back with SIDs. An
 * activity in a fixed instruction is looked up as well, so that a slip is found now and not by a caller.
 *
 * @throws UnknownNameError, with the names that are spelt nearly so.
 */
export async function resolveRoutes(
  registry: Registry,
  { names }: CallbackClient,
): Promise<readonly Route[]> {
  await Promise.all(activitiesIn(registry).map((name) => names.resolve('activity', name)));
  return Promise.all(
    registry.routes.map(async (route) => {
      const sids = { ...route.conditions.sids };
      for (const condition of namedConditions(route)) {
        const values = sids[condition]!.map((value) =>
          isSidOf(condition, value) ? value : names.resolve(KINDS[condition], value),
        );
        sids[condition] = await Promise.all(values);
      }
      return { ...route, conditions: { ...route.conditions, sids } };
    }),
  );
}

function namedConditions({ conditions: { sids } }: Route): SidCondition[] {
  return (Object.keys(sids) as SidCondition[]).filter((condition) =>
    sids[condition]?.some((value) => !isSidOf(condition, value)),
  );
}

function activitiesIn({ routes, otherwise, badAttributes, errorInstruction }: Registry): string[] {
  const deciders = [...routes, otherwise, badAttributes]
    .map((named) => named?.decider)
    .concat(errorInstruction);
  const found = deciders.flatMap((decider) => (decider?.fixed ? namesOf(decider.fixed) : []));
  return [...new Set(found.map(({ name }) => name))];
}
