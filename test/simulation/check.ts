import { endsDeferred } from './app.js';
import {
  lostLease,
  neverHeldJournal,
  STORE_TIMEOUT_MS,
  storeTimeoutOf,
  WRITE_BEHIND_MS,
  wasCutOff,
  wasEmptied,
  whyRunAgain,
} from './exceptions.js';
import { History } from './history.js';
import { RINGING } from './plan.js';
import type { Entry } from './trace.js';
import type { Played } from './world.js';

/** How long Twilio waits for an answer. */
const TWILIO_WAITS_MS = 5_000;
/** How long a process stands still, and then some. */
const PAUSED_AT_MOST_MS = 8_000;

/** What was promised and not kept. */
export type ViolationKind =
  | 'two answers'
  | 'ran twice'
  | 'rang twice'
  | 'told twice'
  | 'not told'
  | 'answer overwritten'
  | 'answer thrown away'
  | 'too late'
  | 'unanswered'
  | 'close hangs'
  | 'timer left'
  | 'listener left'
  | 'active left'
  | 'deferred run left'
  | 'index left'
  | 'error';

export interface Violation {
  readonly kind: ViolationKind;
  readonly what: string;
  /** Which reservation, where it is about one. */
  readonly reservation: string | undefined;
}

type Answer = Extract<Entry, { kind: 'answer' }>;
type Request = Extract<Entry, { kind: 'request' }>;

/** Everything in a world that breaks a promise, exceptions that can be proven left out. */
export function check(played: Played): Violation[] {
  const history = new History(played);
  const { plan } = history;
  const found: Violation[] = [];
  const violation = (kind: ViolationKind, what: string, reservation?: string) =>
    void found.push({ kind, what, reservation });
  const requests = new Map(history.all('request').map((entry) => [entry.request, entry]));

  for (const { name } of plan.reservations) {
    oneAnswer(name);
    oneRun(name);
    oneRing(name);
    toldOnce(name);
    nothingThrownAway(name);
  }
  inTime();
  leftovers();
  for (const { message, life } of history.all('error')) violation('error', `${life} ${message}`);
  for (const { key, from, to, at } of history.all('overwritten')) {
    violation('answer overwritten', `${from} became ${to} at ${at - played.start} ms`, key);
  }
  return found;

  /** All answers have the same bytes, except of a process that could not ask the store. */
  function oneAnswer(name: string): void {
    const firstOf = new Map<string, Answer>();
    const excused = new Map<string, number>();
    for (const answer of answersOf(name)) {
      const { life, body, at } = answer;
      const mine = `${life} ${body}`;
      // What this process answered without the store, it repeats until the store has told it better.
      const since = excused.get(mine);
      if (since !== undefined && !history.hadContact(life, since, at - WRITE_BEHIND_MS)) continue;
      const deadline = (requests.get(answer.request)?.at ?? at) + plan.deadlineMs;
      // An answer that nobody got binds its process as well: it is repeated.
      if (wasCutOff(history, life, at, deadline)) excused.set(mine, at);
      else if (!firstOf.has(body) && isHeard(answer)) firstOf.set(body, answer);
    }
    const [one, other] = [...firstOf.values()];
    if (one === undefined || other === undefined) return;
    const from = requests.get(one.request)?.at ?? one.at;
    if (wasEmptied(history, from, other.at)) return;
    violation('two answers', `${one.life}: ${one.body} and ${other.life}: ${other.body}`, name);
  }

  /** Twilio had not hung up by then. */
  function isHeard({ request, at }: Answer): boolean {
    return at - (requests.get(request)?.at ?? at) <= TWILIO_WAITS_MS;
  }

  /** Answers, and the `{}` that a REST update stands for. */
  function answersOf(name: string): Answer[] {
    return history.trace.flatMap((entry): Answer[] => {
      if (entry.kind === 'answer' && entry.reservation === name && entry.status === 200) return [entry];
      if (entry.kind !== 'sent' || entry.reservation !== name) return [];
      return [{ ...entry, kind: 'answer', request: -1, status: 200, body: '{}' }];
    });
  }

  /** The handler runs to its decision once. */
  function oneRun(name: string): void {
    const runs = history.runsOf(name);
    const decided = runs.filter(({ decidedAt }) => decidedAt !== undefined);
    for (const [i, second] of decided.entries()) {
      for (const first of decided.slice(0, i)) {
        const between = runs.filter(({ run }) => run >= first.run && run < second.run);
        // A run in between may be the reason: what took over from the first was lost itself.
        if (between.some((each) => whyRunAgain(history, each, second) !== undefined)) continue;
        violation(
          'ran twice',
          `run ${first.run} on ${first.life} and run ${second.run} on ${second.life} both decided`,
          name,
        );
        return;
      }
    }
  }

  /** What rings is sent once, except by a process whose journal the store never held. */
  function oneRing(name: string): void {
    const sent = history
      .all('sent')
      .filter((each) => each.reservation === name && RINGING.has(each.instruction));
    const counted = sent.filter(({ life, at }) => {
      const without = neverHeldJournal(history, life, name, at);
      const answered = history
        .all('answer')
        .find(
          (each) => each.reservation === name && each.life === life && each.status === 200 && each.at <= at,
        );
      const asked = answered && requests.get(answered.request);
      const deadline = asked && asked.at + plan.deadlineMs;
      return !(without && wasCutOff(history, life, answered?.at ?? at, deadline));
    });
    const [one, other] = counted;
    if (one === undefined || other === undefined) return;
    if (wasEmptied(history, arrivalOf(name), other.at)) return;
    violation('rang twice', `${one.instruction} by ${one.life}, ${other.instruction} by ${other.life}`, name);
  }

  /** `onDeferred` hears once how a deferred answer ended, except from a process whose journal the store never held. */
  function toldOnce(name: string): void {
    const told = history.all('deferred').filter(({ reservation }) => reservation === name);
    const [one, other] = told.filter(({ life, at }) => !neverHeldJournal(history, life, name, at));
    if (one && other && !wasEmptied(history, arrivalOf(name), other.at))
      violation('told twice', `${one.outcome} by ${one.life}, ${other.outcome} by ${other.life}`, name);
    for (const { life, script, reply, key, at } of history.all('script')) {
      if (key !== name || !endsDeferred(script, reply) || told.some((each) => each.life === life)) continue;
      // The reply was lost, and then the record. What another process begins anew is the one that counts.
      if (wasEmptied(history, at, at + plan.limitMs)) continue;
      // It ended before it could say so: the record has its end, and nobody looks at it again.
      const endedAt = Math.min(history.diedAt(life), history.gaveUpAt(life));
      if (endedAt > at + PAUSED_AT_MOST_MS) violation('not told', `${life} has ended it`, name);
    }
  }

  function arrivalOf(name: string): number {
    return plan.reservations.find((each) => each.name === name)!.atMs + played.start;
  }

  /** A decision that was there in time is answered: nobody who waits for it gets an error instead. */
  function nothingThrownAway(name: string): void {
    const runs = history.runsOf(name);
    if (new Set(runs.map(({ life }) => life)).size !== 1) return;
    for (const { life, decidedAt, from } of runs) {
      if (decidedAt === undefined) continue;
      for (const answer of history.all('answer')) {
        const request = requests.get(answer.request);
        if (answer.life !== life || answer.reservation !== name || request === undefined) continue;
        const waited =
          request.at <= decidedAt && answer.at > decidedAt && decidedAt < request.at + plan.deadlineMs - 20;
        if (!waited || answer.status === 200 || runs.some(({ threwAt }) => threwAt !== undefined)) continue;
        if (history.closingAt(life) <= answer.at || lostLease(history, life, from - 500, answer.at)) continue;
        if (wasEmptied(history, from - 500, answer.at)) continue;
        violation('answer thrown away', `${life} answered ${answer.status} though run had decided`, name);
        return;
      }
    }
  }

  /** Nobody waits past the deadline and one store call. A process that stood still has that long from then on. */
  function inTime(): void {
    const answers = new Map(history.all('answer').map((entry) => [entry.request, entry]));
    for (const request of requests.values()) {
      const answer = answers.get(request.request);
      const until = latest(request);
      if (answer === undefined) {
        if (history.diedAt(request.life) > until && history.end > until)
          violation('unanswered', `${request.life} request ${request.request}`, request.reservation);
      } else if (answer.at > until) {
        const lateMs = Math.round(answer.at - until);
        violation(
          'too late',
          `${request.life} request ${request.request}: ${lateMs} ms`,
          request.reservation,
        );
      }
    }
  }

  function latest({ life, at }: Request): number {
    let until = at + plan.deadlineMs + STORE_TIMEOUT_MS;
    // By its clock the call under way took longer than any may, so the store is asked once more, as after a pause.
    const callMs = storeTimeoutOf(plan);
    for (const jumped of history.jumpsAhead(life, 2 * callMs)) {
      if (jumped >= at && jumped <= until) until = Math.max(until, jumped + 2 * callMs);
    }
    for (const { from, to } of history.pausesOf(life)) {
      if (from <= until && to >= at) until = Math.max(until, to + STORE_TIMEOUT_MS);
    }
    return until + 20;
  }

  function leftovers(): void {
    const { timers, listeners, active, closing, open, index } = played.leftovers;
    for (const each of timers) violation('timer left', each);
    for (const each of closing) violation('close hangs', each);
    for (const each of active) violation('active left', each);
    for (const each of open) violation('deferred run left', each, each);
    if (open.length === 0) for (const each of index) violation('index left', each, each);
    if (listeners > 0) violation('listener left', String(listeners));
  }
}
