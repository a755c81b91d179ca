import { conference, defineAssignment } from 'taskrouter-kit';
import { VoiceCall } from './attributes.js';

/**
 * A call: the worker's phone rings, and both meet in a conference that is recorded from its start and ends when the
 * worker hangs up. Conferences can be transferred and supervised, which is why Twilio recommends them.
 */
export default defineAssignment({ name: 'voice-conference', task: VoiceCall }, ({ task }) =>
  conference({
    from: task.attributes.to,
    timeout: 20,
    conferenceRecord: 'record-from-start',
    endConferenceOnExit: true,
  }),
);
