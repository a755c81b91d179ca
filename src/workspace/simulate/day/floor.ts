import type { Reservation, Worker } from '../../../emulator/engine/types.js';
import type { DayLedger } from '../figures/day-ledger.js';
import type { StaffGroup } from '../plan/plan.js';
import type { Centre } from './centre.js';

/** One worker of the simulation. Off duty with open work: still there, until it is done. */
interface Post {
  readonly worker: Worker;
  readonly group: number;
  onDuty: boolean;
  open: number;
  /** Since when the worker has been there, and since when busy; undefined: is not. */
  staffedSince: number | undefined;
  busySince: number | undefined;
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
    const post: Post = {
      worker,
      group,
      onDuty: false,
      open: 0,
      staffedSince: undefined,
      busySince: undefined,
    };
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
    const onDuty = posts.filter((post) => post.onDuty);
    if (count > onDuty.length) {
      const off = posts
        .filter((post) => !post.onDuty)
        .sort((a, b) => Number(b.open > 0) - Number(a.open > 0));
      for (const post of off.slice(0, count - onDuty.length)) this.#setDuty(post, true, at);
    } else {
      const leavers = onDuty.reverse().sort((a, b) => Number(a.open > 0) - Number(b.open > 0));
      for (const post of leavers.slice(0, onDuty.length - count)) this.#setDuty(post, false, at);
    }
  }

  /** Puts one worker on or off duty. */
  setDuty(workerSid: string, onDuty: boolean, at: number): void {
    const post = this.#posts.get(workerSid);
    if (post && post.onDuty !== onDuty) this.#setDuty(post, onDuty, at);
  }

  #setDuty(post: Post, onDuty: boolean, at: number): void {
    this.#note(post, at);
    post.onDuty = onDuty;
    this.#resume(post, at);
    const { engine, workspaceSid, activities } = this.#centre;
    engine.dispatch('updateWorker', {
      workspaceSid,
      sid: post.worker.sid,
      activitySid: onDuty ? activities.on : activities.off,
    });
  }

  /** A reservation was made, or is over. In the middle of a change: only noted. */
  openChanged({ workerSid }: Reservation, by: 1 | -1, at: number): void {
    const post = this.#posts.get(workerSid);
    if (!post) return;
    if (post.open + by > 0 && post.open > 0) {
      post.open += by;
      return;
    }
    this.#note(post, at);
    post.open += by;
    this.#resume(post, at);
  }

  /** Where a single-tasking queue moves its workers with the work, they come back after it. */
  comeBack(workerSid: string): void {
    const post = this.#posts.get(workerSid);
    const { engine, workspaceSid, view, activities } = this.#centre;
    if (!post?.onDuty || view.activities.get(post.worker.activitySid)?.available) return;
    engine.dispatch('updateWorker', { workspaceSid, sid: workerSid, activitySid: activities.on });
  }

  /** The day is over. */
  close(at: number): void {
    for (const post of this.#posts.values()) this.#note(post, at);
  }

  /** Books the time until now. */
  #note(post: Post, at: number): void {
    if (post.staffedSince !== undefined) this.#ledger.worked(post.group, 'staffed', post.staffedSince, at);
    if (post.busySince !== undefined) this.#ledger.worked(post.group, 'busy', post.busySince, at);
  }

  #resume(post: Post, at: number): void {
    post.staffedSince = post.onDuty || post.open > 0 ? at : undefined;
    post.busySince = post.open > 0 ? at : undefined;
  }
}
