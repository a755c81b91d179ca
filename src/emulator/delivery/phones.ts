import type { Clock, Timer } from '../../clock.js';
import { EngineRefusal, type Reservation, type Task, type Worker } from '../engine/index.js';
import type { World } from '../world/world.js';

/** A worker's phone rings. */
export interface Ring {
  readonly instruction: 'dequeue' | 'call' | 'conference';
  readonly task: Task;
  readonly worker: Worker;
  readonly reservation: Reservation;
}

/** What the simulated worker does, in milliseconds of the emulator's time. */
export type PhoneBehaviour =
  /** Answers after `afterMs` (0), and talks for `talkMs` (30,000; `Infinity`: until the task is completed by REST). */
  | { readonly does: 'answer'; readonly afterMs?: number | undefined; readonly talkMs?: number | undefined }
  /** Declines the call after `afterMs` (0): the reservation is canceled. */
  | { readonly does: 'hang up'; readonly afterMs?: number | undefined }
  /** Lets it ring until the instruction's timeout (60 s): the reservation is canceled. */
  | { readonly does: 'not answer' };

/** Decides what each worker does when the phone rings. */
export type PhoneRule = (ring: Ring) => PhoneBehaviour;

/** What is to happen on the phone, as plain data. */
export interface PhoneStep {
  readonly workspaceSid: string;
  readonly reservationSid: string;
  /** In milliseconds of the emulator's time. */
  readonly at: number;
  readonly happens: 'answered' | 'unanswered' | 'ended';
  /** What the task's attributes gain when it is answered. */
  readonly taskAttributes?: Readonly<Record<string, unknown>> | undefined;
  /** How long the call goes on; undefined: no end is simulated. */
  readonly talkMs?: number | undefined;
  readonly postWorkActivitySid?: string | undefined;
}

/** The workers' simulated phones. */
export class Phones {
  readonly #world: World;
  readonly #clock: Clock;
  readonly #steps = new Map<string, { readonly step: PhoneStep; readonly timer: Timer }>();

  constructor(world: World, clock: Clock) {
    this.#world = world;
    this.#clock = clock;
  }

  /** Plans what happens next on one reservation's phone; what was planned before is off. */
  plan(step: PhoneStep): void {
    this.#forget(step.reservationSid);
    const wait = step.at - this.#clock.now();
    if (wait <= 0) {
      this.#take(step);
      return;
    }
    const timer = this.#clock.setTimeout(() => {
      this.#steps.delete(step.reservationSid);
      this.#take(step);
    }, wait);
    this.#steps.set(step.reservationSid, { step, timer });
  }

  /** What is planned. */
  steps(): readonly PhoneStep[] {
    return [...this.#steps.values()].map(({ step }) => step);
  }

  /** Plans these steps in place of those that are planned. One that is due already is taken at once. */
  replace(steps: readonly PhoneStep[]): void {
    this.stop();
    for (const step of steps) this.plan(step);
  }

  stop(): void {
    for (const sid of [...this.#steps.keys()]) this.#forget(sid);
  }

  #forget(sid: string): void {
    const planned = this.#steps.get(sid);
    if (!planned) return;
    this.#clock.clearTimeout(planned.timer);
    this.#steps.delete(sid);
  }

  #take(step: PhoneStep): void {
    const { workspaceSid, reservationSid: sid, postWorkActivitySid } = step;
    try {
      if (step.happens === 'answered') {
        this.#world.dispatch('workerAnswered', { workspaceSid, sid, taskAttributes: step.taskAttributes });
        if (step.talkMs !== undefined) {
          this.plan({
            workspaceSid,
            reservationSid: sid,
            at: step.at + step.talkMs,
            happens: 'ended',
            postWorkActivitySid,
          });
        }
      } else if (step.happens === 'unanswered') {
        this.#world.dispatch('workerDidNotAnswer', { workspaceSid, sid });
      } else {
        this.#world.dispatch('callEnded', { workspaceSid, sid, postWorkActivitySid });
      }
    } catch (error) {
      // The reservation ended while it rang, or the task was completed during the call: nothing is left to do.
      if (!(error instanceof EngineRefusal)) throw error;
    }
  }
}
