/**
 * What differs from one Twilio account to another comes from the environment. Activities have SIDs: see TaskRouter,
 * your workspace, Activities in the Twilio Console.
 */

/** `OFFLINE_ACTIVITY_SID`: where a worker goes whom nobody can call. It must not be an available activity. */
export const offlineActivity = activitySid('OFFLINE_ACTIVITY_SID');

/** `WRAP_UP_ACTIVITY_SID`: where a worker goes after a call, until they are ready for the next. */
export const wrapUpActivity = activitySid('WRAP_UP_ACTIVITY_SID');

/** An activity's SID; undefined when the variable is not set. A wrong one must not wait for a caller to be found. */
function activitySid(variable: string): string | undefined {
  const sid = process.env[variable] || undefined;
  if (sid === undefined || /^WA[0-9a-fA-F]{32}$/.test(sid)) return sid;
  throw new Error(`${variable} must be the SID of an activity: WA and 32 hexadecimal digits.`);
}
