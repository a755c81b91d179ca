import type { Clock } from '../../clock.js';
import type { Logger } from '../../log.js';
import { createDispatch, type Dispatch, type DispatchSource } from '../assignment/decide.js';
import type { RunningAssignment } from '../callback-context.js';
import { type CallbackClient, type ClientOption, clientFor, type NameKind } from '../client.js';
import type { AssignmentContext } from '../context.js';
import { namesOf } from './handler.js';
import { isSidOf, type SidCondition } from './match.js';
import type { Registry, Route } from './registry.js';

export interface RoutingParts {
  readonly client: ClientOption | undefined;
  readonly channelOf:
    | ((context: AssignmentContext) => string | undefined | Promise<string | undefined>)
    | undefined;
  readonly log: Logger;
  readonly clock: Clock;
}

/** The routing table once its friendly names have SIDs. */
export interface Routing extends DispatchSource {
  /** Looks up the names, unless that is done. Rejects if that fails; may be called again. */
  ready(): Promise<void>;
}

/** Callbacks do not repeat a failed look-up more often than this. */
const RETRY_MS = 1_000;

export function createRouting(registry: Registry, { client, channelOf, log, clock }: RoutingParts): Routing {
  const whole = typeof client === 'function' ? undefined : client;
  let checked = whole === undefined;
  let looking: Promise<Dispatch> | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;

  async function look(): Promise<Dispatch> {
    try {
      if (!whole) return routing.current!;
      const routes = await resolveRoutes(registry, whole);
      checked = true;
      routing.current = createDispatch(routes, channel);
      return routing.current;
    } catch (error) {
      failedAt = clock.now();
      throw error;
    } finally {
      looking = undefined;
    }
  }

  function lookOnce(): Promise<Dispatch> {
    looking ??= look();
    return looking;
  }

  const routing: { current: Dispatch | undefined } & Routing = {
    current: namesRoutes(registry.routes) ? undefined : createDispatch(registry.routes, channel),
    async ready() {
      if (!checked) await lookOnce();
    },
    dispatch() {
      if (routing.current) return routing.current;
      if (looking || clock.now() - failedAt >= RETRY_MS) return lookOnce();
      throw new Error('Friendly names could not be looked up a moment ago: see the log for the reason');
    },
  };
  return routing;

  async function channel(assignment: RunningAssignment): Promise<string | undefined> {
    const told = assignment.form.get('TaskChannelUniqueName') || (await channelOf?.(assignment));
    if (told) return told;
    const { accountSid, workspaceSid, task } = assignment;
    try {
      const fetched = await clientFor(client, accountSid)?.workspace(workspaceSid).tasks.fetch(task.sid);
      return fetched?.taskChannelUniqueName ?? undefined;
    } catch (error) {
      log.warn(
        { err: error, taskSid: task.sid },
        "Could not look up a task's channel: no match on channel applies to this task",
      );
      return undefined;
    }
  }
}

/** The resource a condition names. */
const KINDS: Readonly<Record<SidCondition, NameKind>> = {
  workspace: 'workspace',
  workflow: 'workflow',
  queue: 'taskQueue',
  worker: 'worker',
};

/** Whether some route has a friendly name, whose SID must be known before callbacks can be matched. */
function namesRoutes(routes: readonly Route[]): boolean {
  return routes.some((route) => namedConditions(route).length > 0);
}

/**
 * Looks up every registered friendly name in the client's own workspace, and returns the routes with SIDs. Activities in
 * fixed instructions are looked up as well, so that a mistake is found now and not by a caller.
 *
 * @throws {UnknownNameError} with similar names.
 */
async function resolveRoutes(registry: Registry, { names }: CallbackClient): Promise<readonly Route[]> {
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
