import type { Reservation, Worker } from '../../../emulator/engine/types.js';
import type { DayLedger } from '../figures/day-ledger.js';
import type { StaffGroup } from '../plan/plan.js';
import { Attendance } from './attendance.js';
import type { Centre } from './centre.js';

/** One worker of the simulation. */
interface Post {
  readonly worker: Worker;
  readonly attendance: Attendance;
}

/** What makes a worker. */
export interface NewWorker {
  readonly name: string;
  readonly attributes: string;
  readonly channels?: StaffGroup['channels'];
}

/** The staff: who is there, who has work, and for how long. */
export class Floor {
  readonly #centre: Centre;
  readonly #ledger: DayLedger;
  readonly #posts = new Map<string, Post>();
  readonly #groups: Post[][] = [];

  constructor(centre: Centre, ledger: DayLedger) {
    this.#centre = centre;
    this.#ledger = ledger;
  }

  /** Adds a worker to a group, off duty. */
  add(group: number, { name, attributes, channels = {} }: NewWorker): Worker {
    const { engine, workspaceSid, activities } = this.#centre;
    const worker = engine.dispatch('createWorker', {
      workspaceSid,
      friendlyName: name,
      attributes,
      activitySid: activities.off,
    });
    for (const [sid, { capacity, available }] of Object.entries(channels)) {
      engine.dispatch('updateWorkerChannel', {
        workspaceSid,
        workerSid: worker.sid,
        sid,
        capacity,
        available,
      });
    }
    const post: Post = { worker, attendance: new Attendance(this.#ledger, group) };
    this.#posts.set(worker.sid, post);
    this.#groups[group] ??= [];
    this.#groups[group].push(post);
    return worker;
  }

  /**
   * Puts so many of a group on duty. Whoever has to go finishes the work in hand: those without any go first. Whoever has
   * to come: those who are still there first.
   */
  setCount(group: number, count: number, at: number): void {
    const posts = this.#groups[group] ?? [];
    const busy = ({ attendance }: Post) => Number(attendance.busy);
    const onDuty = posts.filter(({ attendance }) => attendance.onDuty);
    if (count > onDuty.length) {
      const off = posts.filter(({ attendance }) => !attendance.onDuty).sort((a, b) => busy(b) - busy(a));
      for (const post of off.slice(0, count - onDuty.length)) this.#setDuty(post, true, at);
    } else {
      const leavers = onDuty.reverse().sort((a, b) => busy(a) - busy(b));
      for (const post of leavers.slice(0, onDuty.length - count)) this.#setDuty(post, false, at);
    }
  }

  /** Puts one worker of a group on or off duty. */
  setDuty(group: number, index: number, onDuty: boolean, at: number): void {
    const post = this.#groups[group]![index]!;
    if (post.attendance.onDuty !== onDuty) this.#setDuty(post, onDuty, at);
  }

  /** Gives one worker of a group other attributes, as a JSON text. */
  setAttributes(group: number, index: number, attributes: string): void {
    const { engine, workspaceSid } = this.#centre;
    const { sid } = this.#groups[group]![index]!.worker;
    engine.dispatch('updateWorker', { workspaceSid, sid, attributes });
  }

  #setDuty({ worker, attendance }: Post, onDuty: boolean, at: number): void {
    attendance.setDuty(onDuty, at);
    const { engine, workspaceSid, activities } = this.#centre;
    engine.dispatch('updateWorker', {
      workspaceSid,
      sid: worker.sid,
      activitySid: onDuty ? activities.on : activities.off,
    });
  }

  /** A reservation was made, or is over. In the middle of a change: only noted. */
  openChanged({ workerSid }: Reservation, by: 1 | -1, at: number): void {
    this.#posts.get(workerSid)?.attendance.openChanged(by, at);
  }

  /** Where a single-tasking queue moves its workers with the work, they come back after it. */
  comeBack(workerSid: string): void {
    const post = this.#posts.get(workerSid);
    const { engine, workspaceSid, view, activities } = this.#centre;
    if (!post?.attendance.onDuty || view.activities.get(post.worker.activitySid)?.available) return;
    engine.dispatch('updateWorker', { workspaceSid, sid: workerSid, activitySid: activities.on });
  }

  /** The day is over. */
  close(at: number): void {
    for (const { attendance } of this.#posts.values()) attendance.close(at);
  }
}
