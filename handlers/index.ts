import { defer, defineOtherwise } from 'taskrouter-kit';
import chat from './chat.js';
import missedReservations from './missed-reservations.js';
import unreachableWorker from './unreachable-worker.js';
import voiceConference from './voice-conference.js';
import voiceDequeue from './voice-dequeue.js';

/**
 * Your routing table: change it, and the files beside it, to what your contact centre does.
 *
 * The order counts. An assignment goes to the first definition that fits it; those after it are not asked. So the
 * narrow ones come first: `voiceDequeue` takes some calls, `voiceConference` all others. An attribute schema that
 * does not fit is no error, it means "not this one". Events are different: every handler of a type runs.
 *
 * Handlers here match on task attributes, which work in any account. Where you have a queue or a workflow for each
 * kind of task, match on its SID instead, which is quicker: `defineAssignment({ queue: 'WQ…' }, …)`.
 *
 * The last one is required. `defer()` leaves what nobody expected to the worker's own screen, or to the timeout of
 * the reservation.
 */
export default [
  unreachableWorker,
  voiceDequeue,
  voiceConference,
  chat,
  missedReservations,
  defineOtherwise(defer()),
];
