/*
 * The exceptions to the promises, each proven from what was done to the processes (the plan's faults, pauses, deaths) and
 * never from what the router itself says of them.
 */
import { holdsJournal } from './app.js';
import type { History, Run } from './history.js';
import type { Plan } from './plan.js';

export const STORE_TIMEOUT_MS = 250;
const RENEW_MS = 500;

/** A lease is 0.6 of the deadline, 400 to 1,500 ms. */
const leaseMsOf = ({ deadlineMs }: Plan): number =>
  Math.min(Math.max(400, 0.6 * deadlineMs), 1_500, deadlineMs - 100);

/** How long a call of the store is waited for: less under a short deadline. */
export const storeTimeoutOf = (plan: Plan): number =>
  Math.min(STORE_TIMEOUT_MS, Math.floor(leaseMsOf(plan) / 3));

/** What is left of a lease: it may be as old as a renewal, and as what travels to Redis and back. */
function leaseLeftMs({ plan }: History): number {
  const leaseMs = leaseMsOf(plan);
  return Math.max(50, leaseMs - leaseMs / 3 - 150);
}

/** How often a process looks whether a store that was away is back, and how long it then needs. */
const PROBE_MS = 1_000 + STORE_TIMEOUT_MS;
/** One try that began just before the store was back, and the next. */
const NEXT_TRY_MS = STORE_TIMEOUT_MS + 150;

/** Once the store is back, an answer it has not taken is stored within this time, or given up for another's. */
export const WRITE_BEHIND_MS = 3_500;

/** How long a callback waits for a store that is away. */
export const waitMs = (history: History): number => history.plan.deadlineMs / 4;

/** The store was emptied between the two. */
export const wasEmptied = (history: History, from: number, to: number): boolean =>
  history.emptied.some((at) => at >= from && at <= to);

/**
 * At `at` the process could not ask the store, and had waited for it as long as it has to: the store had been away for a
 * quarter of the deadline, if need be in several outages of one callback (and no answer of it has been read since the
 * last, but for one so recent that nothing could be asked and answered after it), or it was away as the deadline passed, or
 * the limit of a shutdown.
 */
export function wasCutOff(
  history: History,
  life: string,
  at: number,
  deadline = Number.POSITIVE_INFINITY,
): boolean {
  const outages = history.outagesOf(life);
  // Nor does it wait past the limit of its close().
  const patientUntil = Math.min(deadline, history.gaveUpAt(life));
  // Requests that join others share what these have waited for; two deadlines are enough for those that do.
  const callbackFrom = at - 2 * history.plan.deadlineMs;
  return outages.some(({ from, to }) => {
    if (at < from) return false;
    // Waiting for the answer of a try that began before it counts.
    // A process that stood still as the store came back finds that out when it goes on.
    const noticed = Math.max(
      to,
      ...history
        .pausesOf(life)
        .filter((pause) => pause.from <= to)
        .map((pause) => pause.to),
    );
    if (at >= patientUntil - 10 && at <= noticed + NEXT_TRY_MS) return true;
    if (at > noticed + PROBE_MS) return false;
    const during = outages.filter((each) => each.to > callbackFrom && each.from < at && each.from <= from);
    const awayMs = during.map((each) => Math.min(at, each.to) - Math.max(callbackFrom, each.from));
    // Each wait ends with a try that may take its whole timeout.
    const patienceMs = waitMs(history) - during.length * (STORE_TIMEOUT_MS + 50);
    const couldAskUntil = at - history.plan.redisMs[1];
    return (
      awayMs.reduce((sum, ms) => sum + ms, 0) >= patienceMs && !history.hadContact(life, to, couldAskUntil)
    );
  });
}

/** The lease of what this process ran passed at some time between the two: it was dead, stood still, or was cut off. */
export function lostLease(history: History, life: string, from: number, to: number): boolean {
  if (history.diedAt(life) <= to) return true;
  // Given back by close() at its limit.
  if (history.gaveUpAt(life) <= to) return true;
  const longEnough = (span: { from: number; to: number }) =>
    span.from <= to && span.to >= from && Math.min(span.to, to) - span.from >= leaseLeftMs(history);
  if (history.pausesOf(life).some(longEnough) || history.outagesOf(life).some(longEnough)) return true;
  // A pause and an outage, one after the other, can do together what each cannot alone.
  const both = [...history.pausesOf(life), ...history.outagesOf(life)].sort((a, b) => a.from - b.from);
  return both.some((span, i) => {
    const next = both[i + 1];
    return (
      next !== undefined &&
      next.from - span.to < RENEW_MS &&
      longEnough({ from: span.from, to: Math.max(span.to, next.to) })
    );
  });
}

/** Why `second` may have begun though `first` had begun before; undefined: nothing excuses it. */
export function whyRunAgain(history: History, first: Run, second: Run): string | undefined {
  if (wasEmptied(history, first.from - STORE_TIMEOUT_MS, second.from)) return 'store emptied';
  if (first.threwAt !== undefined && first.threwAt <= second.from) return 'failed';
  if (lostLease(history, first.life, first.from - RENEW_MS, second.from)) return 'lease passed';
  // Without the store a process still knows what it did itself.
  if (first.life === second.life) return undefined;
  if (wasCutOff(history, second.life, second.from)) return 'second process cut off';
  if (wasCutOff(history, first.life, first.from)) return 'first process cut off';
  return undefined;
}

/** The store never held the journal of what this process deferred, nor one that it took over. */
export function neverHeldJournal(history: History, life: string, reservation: string, at: number): boolean {
  return !history
    .all('script')
    .some(
      (entry) =>
        entry.life === life &&
        entry.key === reservation &&
        entry.at <= at &&
        holdsJournal(entry.script, entry.reply),
    );
}
