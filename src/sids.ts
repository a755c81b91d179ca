/**
 * The form of a SID inside a longer pattern: two letters that say what it names, and 32 hexadecimal digits.
 * Source: twilio.com/docs/glossary/what-is-a-sid.
 *
 * @param prefix the two letters; a pattern such as `WK|WQ` for several kinds.
 */
export function sidPattern(prefix: string): string {
  return `(?:${prefix})[0-9a-fA-F]{32}`;
}

/** What tests whether a whole text is a SID with this prefix, or, with a pattern, with one of several. */
export function sidForm(prefix: string): RegExp {
  return new RegExp(`^${sidPattern(prefix)}$`);
}

/** The characters of every SID. */
export const SID_LENGTH = 34;

/** The prefix of any SID, as a pattern. */
export const ANY_PREFIX = '[A-Z]{2}';
export const ANY_SID = sidForm(ANY_PREFIX);

export const ACCOUNT_SID = sidForm('AC');
export const API_KEY_SID = sidForm('SK');
export const CALL_SID = sidForm('CA');
export const WORKSPACE_SID = sidForm('WS');
export const WORKFLOW_SID = sidForm('WW');
export const TASK_QUEUE_SID = sidForm('WQ');
export const ACTIVITY_SID = sidForm('WA');
export const TASK_CHANNEL_SID = sidForm('TC');
export const WORKER_SID = sidForm('WK');
export const WORKER_CHANNEL_SID = sidForm('WC');
export const TASK_SID = sidForm('WT');
export const RESERVATION_SID = sidForm('WR');
