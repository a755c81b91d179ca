import type { Reservation, WorkspaceView } from './engine/types.js';
import { RESERVATION_ACTIONS, type ReservationActionName } from './vocabulary.js';
import { found } from './world/find.js';
import type { InstructionExecutor, World } from './world/world.js';

/**
 * Does what a worker does with a reservation on their screen. Who accepts while the phone rings for it answers the phone.
 *
 * @param activitySid - with `reject`: where the worker goes.
 * @throws {EngineRefusal} 404 for the reservation, 400 or 410 when its status does not allow it.
 */
export function actOn(
  world: Pick<World, 'dispatch' | 'workspaces'>,
  executor: Pick<InstructionExecutor, 'answer'>,
  workspaceSid: string,
  sid: string,
  action: ReservationActionName,
  activitySid?: string,
): Reservation {
  const reservation = () =>
    found(world.workspaces.get(workspaceSid)?.reservations.get(sid), `/Reservations/${sid}`);
  reservation();
  if (action === 'accept') executor.answer(workspaceSid, sid);
  else {
    const reservationStatus = RESERVATION_ACTIONS[action].to;
    world.dispatch('updateReservation', {
      workspaceSid,
      sid,
      reservationStatus,
      workerActivitySid: activitySid,
    });
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
