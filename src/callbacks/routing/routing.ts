import type { Clock } from '../../clock.js';
import type { Logger } from '../../log.js';
import { type ClientOption, clientFor } from '../client.js';
import type { AssignmentContext } from '../context.js';
import { createDispatch, type Dispatch } from './dispatch.js';
import type { LiveAssignment } from '../assignment-context.js';
import { namesRoutes, resolveRoutes } from '../plan.js';
import type { Registry } from './registry.js';

export interface RoutingParts {
  readonly client: ClientOption | undefined;
  readonly channelOf:
    | ((context: AssignmentContext) => string | undefined | Promise<string | undefined>)
    | undefined;
  readonly log: Logger;
  readonly clock: Clock;
}

/** The routing table once its friendly names have SIDs. */
export interface Routing {
  /** Looks the names up, unless that is done. Rejects when it cannot be done; may be called again. */
  ready(): Promise<void>;
  /** The dispatch; a promise while names are being looked up. */
  dispatch(): Dispatch | Promise<Dispatch>;
}

/** A failed look-up is not repeated by callbacks more often than this. */
const RETRY_MS = 1_000;

export function createRouting(registry: Registry, { client, channelOf, log, clock }: RoutingParts): Routing {
  const whole = typeof client === 'function' ? undefined : client;
  let dispatch = namesRoutes(registry.routes) ? undefined : createDispatch(registry.routes, channel);
  let checked = whole === undefined;
  let looking: Promise<Dispatch> | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;

  async function look(): Promise<Dispatch> {
    try {
      if (!whole) return dispatch!;
      const routes = await resolveRoutes(registry, whole);
      checked = true;
      dispatch = createDispatch(routes, channel);
      return dispatch;
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

  return {
    async ready() {
      if (!checked) await lookOnce();
    },
    dispatch() {
      if (dispatch) return dispatch;
      if (looking || clock.now() - failedAt >= RETRY_MS) return lookOnce();
      throw new Error('Friendly names could not be looked up a moment ago: see the log for the reason');
    },
  };

  async function channel(assignment: LiveAssignment): Promise<string | undefined> {
    const told = assignment.form.get('TaskChannelUniqueName') || (await channelOf?.(assignment));
    if (told) return told;
    const { accountSid, workspaceSid, task } = assignment;
    try {
      const fetched = await clientFor(client, accountSid)?.workspace(workspaceSid).tasks.fetch(task.sid);
      return fetched?.taskChannelUniqueName ?? undefined;
    } catch (error) {
      log.warn(
        { err: error, taskSid: task.sid },
        "A task's channel could not be looked up: matches on channel do not fit",
      );
      return undefined;
    }
  }
}
