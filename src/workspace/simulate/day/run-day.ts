import { Heap } from '../../../emulator/engine/heap.js';
import { type EngineObserver, type EngineOutput, EngineRefusal } from '../../../emulator/engine/index.js';
import type { Reservation, Task } from '../../../emulator/engine/types.js';
import type { CheckedDefinition } from '../../definition/schema.js';
import type { DayLedger } from '../figures/day-ledger.js';
import type { TaskKind } from '../plan/plan.js';
import type { Period } from '../plan/time-of-day.js';
import { type Centre, type Choices, isOpen, openCentre, taskFields } from './centre.js';
import type { Arrival, Demand } from './demand.js';
import { Floor, type NewWorker } from './floor.js';

/** A change of who works. */
export interface RosterChange {
  readonly at: number;
  apply(floor: Floor, at: number): void;
}

/** Everything one day is made of. */
export interface DayParts {
  readonly definition: CheckedDefinition;
  readonly choices: Choices;
  readonly period: Period;
  readonly kinds: readonly TaskKind[];
  readonly demand: Demand;
  /** The workers of each group. */
  readonly staff: readonly (readonly NewWorker[])[];
  /** In the order of time. */
  readonly roster: readonly RosterChange[];
  readonly ledger: DayLedger;
  /** Hears of a task that TaskRouter would refuse. Without it that is an error. */
  readonly onRefused?: ((arrival: Arrival, why: string) => void) | undefined;
  /** Hears the engine's events. Without it they are not even made. */
  readonly hear?: ((output: EngineOutput) => void) | undefined;
}

/** What is due at one instant happens in this order: who becomes free is there for who would give up or arrives. */
const COMPLETE = 0;
const ANSWER = 1;
const ROSTER = 2;
const LEAVE = 3;
const ARRIVE = 4;

interface Entry {
  readonly at: number;
  readonly kind: number;
  /** Among those of one kind at one instant. */
  readonly order: number;
  slot: number;
  readonly caller?: Caller | undefined;
  readonly reservation?: Reservation | undefined;
}

/** A task of the simulation. */
interface Caller {
  readonly arrival: Arrival;
  readonly number: number;
  sid: string;
  queue: number;
  enteredAt: number;
  answered: boolean;
  leaving: Entry | undefined;
}

/**
 * Simulates one day: the engine with a calendar of its own, from one event to the next. Returns when the last task ended, in
 * milliseconds since midnight, or the end of the period where that is later.
 */
export function runDay(parts: DayParts): number {
  return new Day(parts).run();
}

class Day {
  readonly #parts: DayParts;
  readonly #centre: Centre;
  readonly #floor: Floor;
  readonly #calendar = new Heap<'slot', Entry>('slot', before);
  readonly #callers = new Map<string, Caller>();
  /** Reservations that were made and are not answered yet. */
  #offers: Reservation[] = [];
  /** The task that is being created: the engine speaks of it before its SID is known here. */
  #creating: Caller | undefined;
  #made = 0;
  #lastEnd = 0;
  #time: number;

  constructor(parts: DayParts) {
    const { definition, choices, period, ledger, staff, roster, hear } = parts;
    this.#parts = parts;
    this.#time = period.from;
    this.#centre = openCentre(definition, { ...choices, observer: this.#observer() }, period.from);
    if (hear) this.#centre.engine.subscribe(hear);
    this.#floor = new Floor(this.#centre, ledger);
    staff.forEach((workers, group) => {
      for (const worker of workers) this.#floor.add(group, worker);
    });
    roster.forEach(({ at }, order) => {
      this.#calendar.put({ at: Math.max(at, period.from), kind: ROSTER, order, slot: -1 });
    });
  }

  run(): number {
    const { period, demand } = this.#parts;
    const { engine } = this.#centre;
    let arriving = demand();
    const expect = () => {
      if (arriving) this.#calendar.put({ at: arriving.at, kind: ARRIVE, order: 0, slot: -1 });
    };
    expect();
    for (;;) {
      const next = this.#calendar.peek();
      if (!arriving && this.#callers.size === 0 && (next === undefined || next.at > period.to)) break;
      const timer = engine.nextTimerAt();
      const timerAt = timer === undefined ? Number.POSITIVE_INFINITY : this.#centre.sinceMidnight(timer);
      if (next === undefined || timerAt <= next.at) {
        this.#setTime(timerAt);
        engine.runTimersUntil(timer!);
      } else {
        this.#calendar.remove(next);
        this.#setTime(next.at);
        if (next.kind === ARRIVE) {
          this.#arrive(arriving!);
          arriving = demand();
          expect();
        } else this.#happen(next);
      }
      this.#answerOffers();
    }
    const end = Math.max(period.to, this.#lastEnd);
    this.#floor.close(end);
    return end;
  }

  #setTime(ms: number): void {
    this.#time = ms;
    this.#centre.setTime(ms);
  }

  #happen({ kind, order, caller, reservation }: Entry): void {
    const { engine, workspaceSid } = this.#centre;
    switch (kind) {
      case COMPLETE:
        this.#complete(reservation!);
        return;
      case ANSWER:
        if (reservation!.reservationStatus === 'pending') this.#answer(caller!, reservation!);
        return;
      case ROSTER:
        this.#parts.roster[order]!.apply(this.#floor, this.#time);
        return;
      case LEAVE:
        engine.dispatch('updateTask', { workspaceSid, sid: caller!.sid, assignmentStatus: 'canceled' });
        return;
    }
  }

  #arrive(arrival: Arrival): void {
    const caller: Caller = {
      arrival,
      number: this.#made,
      sid: '',
      queue: -1,
      enteredAt: this.#time,
      answered: false,
      leaving: undefined,
    };
    this.#made += 1;
    this.#creating = caller;
    const created = this.#create(arrival);
    this.#creating = undefined;
    if (!created) return;
    this.#answerOffers();
    if (caller.answered || !this.#callers.has(caller.sid) || arrival.patience === Number.POSITIVE_INFINITY)
      return;
    caller.leaving = {
      at: arrival.at + arrival.patience,
      kind: LEAVE,
      order: caller.number,
      slot: -1,
      caller,
    };
    this.#calendar.put(caller.leaving);
  }

  #create(arrival: Arrival): boolean {
    const { kinds, onRefused } = this.#parts;
    try {
      this.#centre.engine.dispatch('createTask', taskFields(this.#centre, kinds[arrival.kind]!));
      return true;
    } catch (error) {
      if (!onRefused || !(error instanceof EngineRefusal)) throw error;
      onRefused(arrival, error.message);
      return false;
    }
  }

  /** Whoever was offered a task takes it: at once, or after it has rung. */
  #answerOffers(): void {
    while (this.#offers.length > 0) {
      const offers = this.#offers;
      this.#offers = [];
      for (const reservation of offers) {
        if (reservation.reservationStatus !== 'pending') continue;
        const caller = this.#callers.get(reservation.taskSid)!;
        const limit =
          this.#centre.view.workflows.get(reservation.workflowSid)!.taskReservationTimeout * 1_000;
        const ringing = Math.min(caller.arrival.ringing, limit - 1);
        if (ringing === 0) this.#answer(caller, reservation);
        else {
          this.#calendar.put({
            at: this.#time + ringing,
            kind: ANSWER,
            order: caller.number,
            slot: -1,
            caller,
            reservation,
          });
        }
      }
    }
  }

  #answer(caller: Caller, reservation: Reservation): void {
    const { engine, workspaceSid } = this.#centre;
    const { sid } = reservation;
    caller.answered = true;
    if (caller.leaving) this.#calendar.remove(caller.leaving);
    this.#leaveQueue(caller, 'answered');
    this.#parts.ledger.settled('answered', countedAt(caller), this.#time);
    this.#calendar.put({
      at: this.#time + caller.arrival.handling,
      kind: COMPLETE,
      order: caller.number,
      slot: -1,
      reservation,
    });
    engine.dispatch('updateReservation', { workspaceSid, sid, reservationStatus: 'accepted' });
  }

  #complete({ sid, workerSid }: Reservation): void {
    const { engine, workspaceSid, view } = this.#centre;
    // TaskRouter deletes what was accepted a day ago.
    if (!view.reservations.has(sid)) return;
    engine.dispatch('updateReservation', { workspaceSid, sid, reservationStatus: 'completed' });
    this.#floor.comeBack(workerSid);
  }

  #leaveQueue(caller: Caller, how: 'answered' | 'abandoned' | 'moved'): void {
    if (caller.queue < 0) return;
    this.#parts.ledger.leftQueue(caller.queue, how, countedAt(caller), caller.enteredAt, this.#time);
  }

  #observer(): Required<Pick<EngineObserver, 'arrived' | 'reservation' | 'ended'>> {
    return {
      arrived: (task, step) => {
        const caller = this.#callerOf(task);
        const queue = this.#centre.queueIndex.get(step.queue.sid) ?? -1;
        if (queue === caller.queue) return;
        this.#leaveQueue(caller, 'moved');
        caller.queue = queue;
        caller.enteredAt = this.#time;
      },
      reservation: (reservation) => {
        if (reservation.reservationStatus === 'pending') {
          this.#offers.push(reservation);
          this.#floor.openChanged(reservation, 1, this.#time);
        } else if (!isOpen(reservation)) this.#floor.openChanged(reservation, -1, this.#time);
      },
      ended: (task, how) => {
        const caller = this.#callers.get(task.sid);
        if (!caller) return;
        this.#callers.delete(task.sid);
        this.#lastEnd = this.#time;
        if (how !== 'canceled') return;
        if (caller.leaving) this.#calendar.remove(caller.leaving);
        this.#leaveQueue(caller, 'abandoned');
        this.#parts.ledger.settled('abandoned', countedAt(caller), this.#time);
      },
    };
  }

  #callerOf(task: Task): Caller {
    const known = this.#callers.get(task.sid);
    if (known) return known;
    const caller = this.#creating!;
    caller.sid = task.sid;
    this.#callers.set(task.sid, caller);
    return caller;
  }
}

const before = (a: Entry, b: Entry): boolean =>
  a.at !== b.at ? a.at < b.at : a.kind !== b.kind ? a.kind < b.kind : a.order < b.order;

/** When a task was created, for the ledger: what is not counted came before everything that is. */
const countedAt = ({ arrival }: Caller): number =>
  arrival.uncounted ? Number.NEGATIVE_INFINITY : arrival.at;
