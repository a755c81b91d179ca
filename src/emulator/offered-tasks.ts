import type { NewTask } from './task-fields.js';

/** A task that is offered under a name: the fields `POST …/Tasks` takes, with attributes as an object. */
export type OfferedTask = Pick<
  NewTask,
  'workflow' | 'preset' | 'taskChannel' | 'attributes' | 'priority' | 'timeout'
>;

/** Those that `taskrouter trigger` and the page offer everywhere. */
export const OFFERED_TASKS: Readonly<Record<string, OfferedTask>> = {
  call: { preset: 'call', taskChannel: 'voice', attributes: { type: 'call', language: 'en' } },
  chat: { preset: 'chat', taskChannel: 'chat', attributes: { type: 'chat', language: 'en', from: 'Robin' } },
  sms: { preset: 'sms', taskChannel: 'sms', attributes: { type: 'sms', language: 'en' } },
  ticket: { taskChannel: 'ticket', attributes: { type: 'ticket', subject: 'A broken kettle' } },
};
