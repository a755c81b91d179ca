import { ConfigurationError } from '../errors.js';
import { nearMiss } from '../near-miss.js';
import type { Reservation, WorkspaceView } from './engine/types.js';
import { found } from './find.js';
import type { Hands, World } from './world.js';

/** What the worker of a reservation can do with it. */
export type WorkerDeed = 'accept' | 'reject' | 'wrap up' | 'complete';
export const workerDeeds: readonly WorkerDeed[] = ['accept', 'reject', 'wrap up', 'complete'];

/**
 * Does what a worker does with a reservation on their screen.
 *
 * @param activitySid - with `reject`: where the worker goes.
 * @throws EngineRefusal 404 for the reservation, 400 or 410 when its status does not allow it.
 */
export function actOn(
  world: Pick<World, 'dispatch' | 'workspaces'>,
  hands: Pick<Hands, 'accept'>,
  workspaceSid: string,
  sid: string,
  deed: WorkerDeed,
  activitySid?: string,
): Reservation {
  const reservation = () =>
    found(world.workspaces.get(workspaceSid)?.reservations.get(sid), `/Reservations/${sid}`);
  reservation();
  const fields = { workspaceSid, sid } as const;
  switch (deed) {
    case 'accept':
      hands.accept(workspaceSid, sid);
      break;
    case 'reject':
      world.dispatch('updateReservation', {
        ...fields,
        reservationStatus: 'rejected',
        workerActivitySid: activitySid,
      });
      break;
    case 'wrap up':
      world.dispatch('updateReservation', { ...fields, reservationStatus: 'wrapping' });
      break;
    case 'complete':
      world.dispatch('updateReservation', { ...fields, reservationStatus: 'completed' });
      break;
  }
  return reservation();
}

type Kind = 'activities' | 'workers' | 'workflows' | 'taskQueues';
const words: Readonly<Record<Kind, string>> = {
  activities: 'activity',
  workers: 'worker',
  workflows: 'workflow',
  taskQueues: 'task queue',
};

/**
 * What goes by a SID or a friendly name.
 * @throws ConfigurationError `unknown-name`, with the near miss.
 */
export function byName<K extends Kind>(
  view: WorkspaceView,
  kind: K,
  name: string,
): WorkspaceView[K] extends ReadonlyMap<string, infer T> ? T : never {
  const all = view[kind] as ReadonlyMap<string, { readonly sid: string; readonly friendlyName: string }>;
  const one = all.get(name) ?? [...all.values()].find(({ friendlyName }) => friendlyName === name);
  if (one) return one as never;
  const names = [...all.values()].map(({ friendlyName }) => friendlyName);
  const meant = nearMiss(name, names);
  const hint =
    meant === undefined
      ? `It has ${names.slice(0, 20).join(', ') || 'none'}.`
      : `Did you mean ${JSON.stringify(meant)}?`;
  throw new ConfigurationError(
    'unknown-name',
    `The workspace has no ${words[kind]} ${JSON.stringify(name.slice(0, 100))}. ${hint}`,
  );
}

/** The workspace that has a task, a worker or a reservation. @throws EngineRefusal 404 */
export function workspaceWith(
  world: Pick<World, 'workspaces'>,
  kind: 'tasks' | 'workers' | 'reservations',
  sid: string,
): WorkspaceView {
  const one = [...world.workspaces.values()].find((view) => view[kind].has(sid));
  return found(one, `/${kind[0]!.toUpperCase()}${kind.slice(1)}/${sid}`);
}
