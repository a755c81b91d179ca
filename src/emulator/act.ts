import type { Reservation, WorkspaceView } from './engine/types.js';
import { found } from './world/find.js';
import type { InstructionExecutor, World } from './world/world.js';

/** What the worker of a reservation can do with it. */
export type WorkerDeed = 'accept' | 'reject' | 'wrap up' | 'complete';
export const workerDeeds: readonly WorkerDeed[] = ['accept', 'reject', 'wrap up', 'complete'];

/**
 * Does what a worker does with a reservation on their screen.
 *
 * @param activitySid - with `reject`: where the worker goes.
 * @throws {EngineRefusal} 404 for the reservation, 400 or 410 when its status does not allow it.
 */
export function actOn(
  world: Pick<World, 'dispatch' | 'workspaces'>,
  executor: Pick<InstructionExecutor, 'accept'>,
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
      executor.accept(workspaceSid, sid);
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

/** The workspace that has a task, a worker or a reservation. @throws {EngineRefusal} 404 */
export function workspaceWith(
  world: Pick<World, 'workspaces'>,
  kind: 'tasks' | 'workers' | 'reservations',
  sid: string,
): WorkspaceView {
  const one = [...world.workspaces.values()].find((view) => view[kind].has(sid));
  return found(one, `/${kind[0]!.toUpperCase()}${kind.slice(1)}/${sid}`);
}
