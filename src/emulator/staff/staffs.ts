import type { Clock } from '../../clock.js';
import type { Calls } from '../calls/calls.js';
import type { PhoneBehaviour, Ring } from '../calls/phones.js';
import type { EmulatorEvent } from '../options.js';
import type { InstructionExecutor, World } from '../world/world.js';
import type { Staff, StaffOptions } from './options.js';
import { PlayingStaff } from './playing-staff.js';

export interface StaffsParts {
  readonly world: World;
  readonly executor: Pick<InstructionExecutor, 'answer'>;
  readonly clock: Clock;
  readonly calls: Pick<Calls, 'isCalling' | 'leaveToPerson'>;
  readonly watch: (watcher: (event: EmulatorEvent) => void) => () => void;
  /** Who plays the workers of this workspace has changed. */
  readonly changed: (workspaceSid: string) => void;
}

/** Who plays a worker: simulated agents, a person who took over from them and from the phone, or nobody. */
export type PlayedBy = 'staff' | 'person' | null;

/** All the staff that plays, and the workers whom a person has taken over: for those nothing happens by itself. */
export class Staffs {
  readonly #parts: StaffsParts;
  readonly #staffs = new Set<PlayingStaff>();
  readonly #takenOver = new Set<string>();

  constructor(parts: StaffsParts) {
    this.#parts = parts;
  }

  /** @throws {ConfigurationError} as {@link PlayingStaff}. */
  start(options: StaffOptions | undefined): Staff {
    const { world, executor, clock, watch, calls } = this.#parts;
    const staff = new PlayingStaff(
      {
        ...{ world, executor, clock, watch },
        isCalling: (reservationSid) => calls.isCalling(reservationSid),
        isPlayed: (workerSid) => this.#playerOf(workerSid) !== undefined,
        isTakenOver: (workerSid) => this.#takenOver.has(workerSid),
      },
      options,
    );
    this.#staffs.add(staff);
    this.#changed();
    return {
      get workers() {
        return staff.workers;
      },
      stop: () => {
        if (!this.#staffs.delete(staff)) return;
        staff.stop();
        this.#changed();
      },
    };
  }

  playedBy(workerSid: string): PlayedBy {
    if (this.#takenOver.has(workerSid)) return 'person';
    return this.#playerOf(workerSid) ? 'staff' : null;
  }

  /** What a worker does with a ringing phone; undefined: it is not decided here. */
  phone(ring: Ring): PhoneBehaviour | undefined {
    if (this.#takenOver.has(ring.worker.sid)) return { does: 'not answer' };
    return this.#playerOf(ring.worker.sid)?.phone(ring);
  }

  /** A person plays this worker from now on: staff and phone keep their hands off. */
  takeOver({ sid, workspaceSid }: { readonly sid: string; readonly workspaceSid: string }): void {
    if (this.#takenOver.has(sid)) return;
    this.#takenOver.add(sid);
    this.#playerOf(sid)?.pause(sid);
    this.#parts.calls.leaveToPerson(sid);
    this.#parts.changed(workspaceSid);
  }

  /** Staff and phone go on from wherever the worker is. */
  handBack({ sid, workspaceSid }: { readonly sid: string; readonly workspaceSid: string }): void {
    if (!this.#takenOver.delete(sid)) return;
    this.#playerOf(sid)?.resume(sid);
    this.#parts.changed(workspaceSid);
  }

  /** The whole state was replaced. */
  replaced(): void {
    for (const staff of this.#staffs) staff.replaced();
  }

  stop(): void {
    for (const staff of this.#staffs) staff.stop();
    this.#staffs.clear();
  }

  #playerOf(workerSid: string): PlayingStaff | undefined {
    for (const staff of this.#staffs) if (staff.plays(workerSid)) return staff;
    return undefined;
  }

  #changed(): void {
    for (const workspaceSid of this.#parts.world.workspaces.keys()) this.#parts.changed(workspaceSid);
  }
}
