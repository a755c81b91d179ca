import type { Delivery } from 'taskrouter-kit/emulator';
import type { FaultKind, FaultWindow, HandlerLine, History } from './history.js';

/** Something that must not happen, and happened without an excuse. */
export interface Violation {
  readonly kind: string;
  readonly sid: string;
  readonly says: string;
}

/** A hiccup of the store is waited out for so long, in milliseconds: less, because a busy machine takes its part. */
const WAITED_OUT_MS = 600;
/** A process that stood still for so long may have lost its lease: less than a lease, because it was not just renewed. */
const LOST_LEASE_MS = 700;
/** How long after its end a fault may still be felt: connections are made anew, a busy machine catches up. */
const AFTER_MS = 1_500;
/** What Twilio waits, and so does the local TaskRouter. */
const LIMIT_MS = 5_000;

const STORE_AWAY: readonly FaultKind[] = ['refuse', 'swallow', 'slow', 'memory', 'readOnly'];

/**
 * Goes through the logs of a chaos run, and believes nothing else. What the guarantee leaves open is excused, and only by a
 * fault that happened to the reservation itself: to the process that ran its handler, or to the store while it lived.
 */
export function check(history: History): { violations: Violation[]; excused: Record<string, number> } {
  const violations: Violation[] = [];
  const excused: Record<string, number> = {};
  const linesOf = grouped(history.handlers, ({ sid }) => sid);
  const deliveriesOf = grouped(
    history.deliveries.filter(({ callback }) => callback === 'assignment'),
    ({ reservationSid = '' }) => reservationSid,
  );

  for (const [sid, deliveries] of deliveriesOf) {
    const lines = linesOf.get(sid) ?? [];
    const life: [number, number] = [
      Math.min(...deliveries.map(({ at }) => at)),
      Math.max(...deliveries.map(({ at, ms }) => at + ms), ...lines.map(({ at }) => at)),
    ];
    const reasons = reasonsFor(lines, life, history.faults);
    const wrong = (kind: string, says: string, excuses: readonly string[]) => {
      const excuse = excuses.find((one) => reasons.has(one));
      if (excuse === undefined) violations.push({ kind, sid, says });
      else excused[`${kind}: ${excuse}`] = (excused[`${kind}: ${excuse}`] ?? 0) + 1;
    };

    const decided = lines.filter(({ what }) => what === 'decided');
    if (decided.length > 1) {
      wrong('decided more than once', `${decided.length} handlers decided`, [
        'owner died',
        'owner stood still',
        'store away',
        'store emptied',
      ]);
    }
    const answered = deliveries.filter(({ outcome, status }) => outcome === 'answered' && status === 200);
    const bodies = new Set(answered.map(({ answer = '' }) => answer));
    if (bodies.size > 1) {
      wrong('different answers', [...bodies].join(' and '), [
        'owner died',
        'owner stood still',
        'store away',
        'store emptied',
      ]);
    }
    for (const body of bodies) {
      if (!decided.some(({ run }) => body.includes(run))) {
        violations.push({ kind: 'an answer that nobody decided', sid, says: body });
      }
    }
    const kept = history.stored.get(sid);
    if (bodies.size === 1 && kept !== undefined && !bodies.has(kept)) {
      wrong('another answer is stored', kept, [
        'owner died',
        'owner stood still',
        'store away',
        'store emptied',
      ]);
    }
    if (bodies.size > 0 && kept === undefined) {
      wrong('an answer that is not stored', [...bodies].join(), [
        'emptied later',
        'store away',
        'owner died',
        'owner stood still',
      ]);
    }
    for (const delivery of deliveries) judge(delivery, lines, history.faults, wrong);
  }

  for (const [task, ended] of history.tasks) {
    if (ended === undefined) violations.push({ kind: 'a task was lost', sid: task, says: 'it never ended' });
  }
  for (const [what, counts] of [
    ['accepted', history.accepted],
    ['completed', history.completed],
  ] as const) {
    for (const [sid, count] of counts) {
      if (count > 1) violations.push({ kind: `${what} more than once`, sid, says: `${count} times` });
    }
  }
  return { violations, excused };
}

type Tell = (kind: string, says: string, excuses: readonly string[]) => void;

/** One delivery: answered in time, and with a status that what happened explains. */
function judge(
  delivery: Delivery,
  lines: readonly HandlerLine[],
  faults: readonly FaultWindow[],
  tell: Tell,
): void {
  const { outcome, status, at, ms } = delivery;
  const during: [number, number] = [at, at + ms];
  const hit = (...kinds: readonly FaultKind[]) =>
    faults.some((fault) => kinds.includes(fault.kind) && overlaps(fault, during));
  if (outcome === 'timeout' || (outcome === 'answered' && ms > LIMIT_MS)) {
    // Which process had it is not known: the front chooses.
    if (!hit('stop', 'kill', 'descriptors')) tell('no answer in time', `after ${Math.round(ms)} ms`, []);
  }
  if (outcome === 'connection' && !hit('kill', 'descriptors', 'stop')) tell('no connection', '', []);
  if (outcome !== 'answered' || status === 200) return;
  const threw = lines.some(({ what }) => what === 'threw');
  const slow = slowest(lines) > 3_000;
  const explained =
    // Without descriptors a handler cannot write its line, and fails.
    (status === 500 && (threw || hit('descriptors'))) ||
    (status === 504 && (slow || hit('stop', 'kill', ...STORE_AWAY))) ||
    (status === 503 && hit('kill', 'descriptors', 'stop', ...STORE_AWAY));
  if (!explained) tell(`status ${status}`, `threw ${threw}, slow ${slow}`, []);
}

function slowest(lines: readonly HandlerLine[]): number {
  const times = lines
    .filter(({ what }) => what === 'begun')
    .map(
      ({ run, at }) =>
        (lines.find((one) => one.run === run && one.what !== 'begun')?.at ?? Number.POSITIVE_INFINITY) - at,
    );
  return Math.max(0, ...times);
}

/** What happened to a reservation that the guarantee leaves open. */
function reasonsFor(
  lines: readonly HandlerLine[],
  life: readonly [number, number],
  faults: readonly FaultWindow[],
): Set<string> {
  const reasons = new Set<string>();
  for (const fault of faults) {
    const { kind, process, from, to } = fault;
    const owned = lines.some(
      (line) => line.process === process && line.at <= to + AFTER_MS && life[1] >= from,
    );
    if (kind === 'kill' && owned && overlaps(fault, life)) reasons.add('owner died');
    if (kind === 'stop' && owned && to - from >= LOST_LEASE_MS && overlaps(fault, life))
      reasons.add('owner stood still');
    if (STORE_AWAY.includes(kind) && to - from >= WAITED_OUT_MS && overlaps(fault, life))
      reasons.add('store away');
    // Without descriptors a process cannot connect to Redis anew.
    if (kind === 'descriptors' && owned && overlaps(fault, life)) reasons.add('store away');
    if (kind === 'emptied' && overlaps(fault, life)) reasons.add('store emptied');
    if (kind === 'emptied' && to >= life[0] - AFTER_MS) reasons.add('emptied later');
  }
  return reasons;
}

const overlaps = ({ from, to }: FaultWindow, [begin, end]: readonly [number, number]) =>
  from <= end && to + AFTER_MS >= begin;

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
