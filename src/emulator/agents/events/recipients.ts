import type { EngineEvent } from '../../engine/index.js';
import type { WorkspaceView } from '../../engine/types.js';

const NOBODY: readonly string[] = [];
const OPEN: ReadonlySet<string> = new Set(['pending', 'accepted', 'wrapping']);

/** The events that the SDK listens for, and whose sockets hear each. */
const BY: Readonly<Partial<Record<EngineEvent['type'], 'worker' | 'reservation' | 'task' | 'transfer'>>> = {
  'worker.activity.update': 'worker',
  'worker.attributes.update': 'worker',
  'worker.capacity.update': 'worker',
  'worker.channel.availability.update': 'worker',
  'reservation.created': 'reservation',
  'reservation.accepted': 'reservation',
  'reservation.rejected': 'reservation',
  'reservation.timeout': 'reservation',
  'reservation.canceled': 'reservation',
  'reservation.rescinded': 'reservation',
  'reservation.wrapup': 'reservation',
  'reservation.completed': 'reservation',
  'reservation.failed': 'reservation',
  'task.updated': 'task',
  'task.canceled': 'task',
  'task.completed': 'task',
  'task.wrapup': 'task',
  'task.transfer-initiated': 'transfer',
  'task.transfer-completed': 'transfer',
  'task.transfer-failed': 'transfer',
  'task.transfer-attempt-failed': 'transfer',
  'task.transfer-canceled': 'transfer',
};

/** The workers whose sockets hear an event. */
export function workersOf(event: EngineEvent, view: WorkspaceView | undefined): readonly string[] {
  switch (BY[event.type]) {
    case 'worker':
      return [event.resourceSid];
    case 'reservation': {
      // reservation.failed alone names no worker.
      const sid = event.data.WorkerSid ?? view?.reservations.get(event.resourceSid)?.workerSid;
      return sid === undefined ? NOBODY : [sid];
    }
    case 'task':
      return view ? withTask(view, event) : NOBODY;
    case 'transfer':
      // Who hands the task on. The other hears of it with the reservation.
      return [event.data.TransferInitiatingWorkerSid!];
    default:
      return NOBODY;
  }
}

/** Who has the task on offer or accepted, and whoever has lost it by the same change. */
function withTask(view: WorkspaceView, { resourceSid, at }: EngineEvent): readonly string[] {
  const workers = new Set<string>();
  for (const { reservationStatus, dateUpdated, workerSid } of view.reservationsOfTask(resourceSid)) {
    if (OPEN.has(reservationStatus) || dateUpdated === at) workers.add(workerSid);
  }
  return [...workers];
}
