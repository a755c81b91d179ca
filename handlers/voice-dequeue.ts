import { defineAssignment, dequeue } from 'taskrouter-kit';
import { FrontDeskCall } from './attributes.js';
import { wrapUpActivity } from './settings.js';

/**
 * A call for the front desk: the two parties are connected directly, nothing is recorded, and afterwards the worker
 * has time to write things down. Without `WRAP_UP_ACTIVITY_SID` the worker is free for the next call at once.
 *
 * `postWorkActivity` is for workspaces without multitasking; with it, a task has a wrap-up state of its own.
 */
export default defineAssignment(
  { name: 'voice-dequeue', task: FrontDeskCall },
  dequeue({ postWorkActivity: wrapUpActivity, timeout: 20 }),
);
