/** How long no other process may take over a run that goes on after its answer, in milliseconds. */
const DEFERRED_LEASE_MS = 1_500;

/**
 * How long a run's lease is and how often it is renewed, by the deadline of its callbacks. When a process dies, Twilio
 * calls the fallback at once. The lease must end in time for that request to run the handler again, but one or two
 * renewals must be able to fail before it ends.
 *
 * @param deadlineMs - how long a callback may take, in milliseconds.
 * @param storeTimeoutMs - how long one operation of the store may take at most, in milliseconds.
 * @example leasesFor(1_000, 250) // { leaseMs: 600, renewMs: 200, storeTimeoutMs: 200, … }
 */
export function leasesFor(deadlineMs: number, storeTimeoutMs: number) {
  const leaseMs = Math.min(Math.max(400, Math.round(0.6 * deadlineMs)), DEFERRED_LEASE_MS, deadlineMs - 100);
  const third = Math.floor(leaseMs / 3);
  return {
    leaseMs,
    renewMs: third,
    storeTimeoutMs: Math.min(storeTimeoutMs, third),
    // Nobody waits for these runs.
    deferredLeaseMs: DEFERRED_LEASE_MS,
  };
}
