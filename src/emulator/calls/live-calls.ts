import type { Clock, Timer } from '../../clock.js';
import type { World } from '../world/world.js';
import type { StatusCallbacks } from './status-callbacks.js';
import { progressOf, progressParameters } from './status-parameters.js';
import type { CallStatus, Leg, NextStep } from './types.js';

export interface LiveCallsParts {
  readonly world: Pick<World, 'accountSid' | 'now' | 'workspaces'>;
  readonly clock: Clock;
  readonly callbacks: StatusCallbacks;
  /** 32 new hexadecimal digits. */
  readonly hex: () => string;
  /** The next step of a call is due. */
  readonly due: (leg: Leg, step: NextStep) => void;
}

export const isRinging = ({ status }: Leg) => status === 'initiated' || status === 'ringing';

/** The calls that live: their statuses, which status callback URLs hear of, and when the next step of each is due. */
export class LiveCalls {
  readonly #parts: LiveCallsParts;
  readonly #legs = new Map<string, Leg>();
  readonly #byTask = new Map<string, Set<Leg>>();
  readonly #timers = new Map<Leg, Timer>();

  constructor(parts: LiveCallsParts) {
    this.#parts = parts;
  }

  /** Oldest first. */
  list(): readonly Leg[] {
    return [...this.#legs.values()];
  }

  get(callSid: string): Leg | undefined {
    return this.#legs.get(callSid);
  }

  /** The calls of a task, oldest first. */
  ofTask(taskSid: string): readonly Leg[] {
    return [...(this.#byTask.get(taskSid) ?? [])];
  }

  /** The calls to a worker. */
  ofWorker(workerSid: string): readonly Leg[] {
    return this.list().filter(({ work }) => work?.workerSid === workerSid);
  }

  add(leg: Leg): void {
    this.#legs.set(leg.sid, leg);
    const legs = this.#byTask.get(leg.taskSid) ?? new Set();
    this.#byTask.set(leg.taskSid, legs.add(leg));
  }

  /** Says what happens next by itself, in place of what was planned. What is due already happens at once. */
  plan(leg: Leg, next: NextStep): void {
    this.unplan(leg);
    const ms = next.at - this.#parts.clock.now();
    if (ms <= 0) {
      this.#parts.due(leg, next);
      return;
    }
    leg.next = next;
    const timer = this.#parts.clock.setTimeout(() => {
      this.#timers.delete(leg);
      leg.next = undefined;
      this.#parts.due(leg, next);
    }, ms);
    this.#timers.set(leg, timer);
  }

  /** Nothing happens by itself any more. */
  unplan(leg: Leg): void {
    const timer = this.#timers.get(leg);
    if (timer !== undefined) this.#parts.clock.clearTimeout(timer);
    this.#timers.delete(leg);
    leg.next = undefined;
  }

  /** When the next thing happens by itself. */
  nextAt(): readonly number[] {
    return [...this.#timers.keys()].map(({ next }) => next!.at);
  }

  end(leg: Leg, status: CallStatus): void {
    this.unplan(leg);
    this.#legs.delete(leg.sid);
    const legs = this.#byTask.get(leg.taskSid);
    legs?.delete(leg);
    if (legs?.size === 0) this.#byTask.delete(leg.taskSid);
    this.become(leg, status);
  }

  /** Changes a call's status, and tells its status callback. */
  become(leg: Leg, status: CallStatus): void {
    leg.status = status;
    const event = progressOf(status);
    const { statusTarget, workspaceSid, taskSid, work } = leg;
    if (!statusTarget?.events.includes(event)) return;
    const { world, hex, callbacks } = this.#parts;
    const { call_sid: callSid } = this.#attributes(leg);
    const params = progressParameters(world.accountSid, leg, {
      time: world.now(),
      taskCallSid: work?.instruction !== 'conference' && typeof callSid === 'string' ? callSid : '',
      recordingSid: `RE${hex()}`,
    });
    leg.sequence += 1;
    const about = { workspaceSid, taskSid, eventType: event, reservationSid: work?.reservationSid };
    callbacks.tell(leg.sid, statusTarget, params, about);
  }

  /** Takes these calls in place of those there are; nobody is told. What is due already happens at once. */
  replace(legs: readonly Leg[]): void {
    this.stop();
    this.#legs.clear();
    this.#byTask.clear();
    for (const leg of legs) this.add(leg);
    for (const leg of legs) if (leg.next) this.plan(leg, leg.next);
  }

  /** Lets go of the clock. */
  stop(): void {
    for (const timer of this.#timers.values()) this.#parts.clock.clearTimeout(timer);
    this.#timers.clear();
  }

  #attributes({ workspaceSid, taskSid }: Leg): Readonly<Record<string, unknown>> {
    const task = this.#parts.world.workspaces.get(workspaceSid)?.tasks.get(taskSid);
    return task ? JSON.parse(task.attributes) : {};
  }
}
