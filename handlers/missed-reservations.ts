import { defineEvent } from 'taskrouter-kit';

/** Reservations nobody took: in the log, so that you can see who misses calls, and why callers wait. */
export default defineEvent(
  ['reservation.timeout', 'reservation.rejected', 'reservation.canceled'],
  ({ type, task, worker, log }) => {
    log.info({ taskSid: task.sid, workerSid: worker.sid, worker: worker.name }, `Not taken: ${type}`);
  },
);
