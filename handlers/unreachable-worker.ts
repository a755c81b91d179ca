import { defer, defineAssignment, reject } from 'taskrouter-kit';
import { VoiceCall } from './attributes.js';
import { offlineActivity } from './settings.js';

/**
 * A call for a worker without `contact_uri` cannot be put through. The worker is moved to an activity that is not
 * available, else TaskRouter would offer the same call to the same worker again; the call goes to the next one.
 *
 * A callback cannot reject without an activity (Twilio error 40100). Without `OFFLINE_ACTIVITY_SID` the reservation
 * is left to time out, which moves the call on too, only later.
 */
export default defineAssignment(
  { name: 'unreachable-worker', task: VoiceCall, where: ({ worker }) => !worker.attributes.contact_uri },
  ({ log }) => {
    log.warn({}, 'This worker has no contact_uri and cannot take calls');
    return offlineActivity === undefined ? defer() : reject({ activity: offlineActivity });
  },
);
