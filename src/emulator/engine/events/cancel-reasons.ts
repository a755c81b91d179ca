/** Why the router cancels a task: `Reason`, `TaskCanceledReason`, and the description of the event. */
export const cancelReasons = {
  /** twilio.com/docs/taskrouter/api/task */
  timeToLive: 'Task TTL Exceeded',
  /** Seen on a real account. */
  timedOut: 'Task canceled on Workflow timeout',
  skipped: 'Task canceled on Workflow skipped',
  noMatch: 'Task canceled because no filter of the Workflow matches',
  maxAssignments: 'Max assignment count exceeded',
} as const;

const ALL: ReadonlySet<string> = new Set(Object.values(cancelReasons));

/** Is this a reason of the router's own, and not a caller's? */
export const isCancelReason = (reason: string | undefined): reason is string =>
  reason !== undefined && ALL.has(reason);
