import { expect } from 'vitest';
import {
  EngineRefusal,
  type Reservation,
  type ReservationStatus,
  type Task,
  type Worker,
} from '../../../src/emulator/engine/index.js';
import { World } from './world.js';

export const skills = ['en', 'fr', 'de'];
export const channels = ['default', 'chat'];

/** The three queues, and who belongs to each in plain code. */
const queues: Record<
  string,
  {
    readonly expression: string;
    readonly has: (worker: Attributes, activity: string) => boolean;
    readonly lifo: boolean;
  }
> = {
  Everyone: { expression: '1==1', has: () => true, lifo: false },
  Seniors: { expression: 'level >= 2', has: ({ level }) => level >= 2, lifo: false },
  Stack: {
    expression: "level < 3 AND activity_name != 'Unavailable'",
    has: ({ level }, activity) => level < 3 && activity !== 'Unavailable',
    lifo: true,
  },
};

interface Attributes {
  readonly level: number;
  readonly skills: readonly string[];
}

/**
 * A world, and what must hold in it after every command. The rules are written out plainly here, over all tasks and
 * all workers, with none of the engine's indexes.
 */
export class Model {
  readonly world = new World();
  readonly workflowSid: string;
  readonly statuses = new Map<string, ReservationStatus>();
  /** The moment from which a worker has been idle: the number of its last reservation, or of when it became available. */
  readonly idleSince = new Map<string, number>();
  readonly reserved = new Set<string>();
  #clock = 0;

  constructor(reservedTogether: number) {
    const { world } = this;
    const sid = Object.fromEntries(
      Object.entries(queues).map(([name, { expression, lifo }]) => [
        name,
        world.queue(name, {
          targetWorkers: expression,
          taskOrder: lifo ? 'LIFO' : 'FIFO',
          maxReservedWorkers: reservedTogether,
        }),
      ]),
    );
    this.workflowSid = world.workflow(
      {
        filters: [
          {
            expression: "kind == 'stack'",
            targets: [
              { queue: sid.Stack, timeout: 50 },
              { queue: sid.Everyone, priority: 2 },
            ],
          },
          {
            expression: "kind == 'senior'",
            targets: [{ queue: sid.Seniors, skip_if: 'workers.available == 0', timeout: 90 }],
          },
          {
            expression: 'skill != null',
            targets: [{ queue: sid.Everyone, expression: 'worker.skills HAS task.skill', timeout: 70 }],
          },
        ],
        default_filter: { queue: sid.Everyone },
      },
      { taskReservationTimeout: 40 },
    );
    world.engine.subscribe((output) => {
      if (output.kind !== 'event') return;
      this.#clock += 1;
      const workerSid = output.data.WorkerSid ?? '';
      if (output.type === 'reservation.created') {
        this.reserved.add(workerSid);
        this.idleSince.set(workerSid, this.#clock);
      } else if (!this.reserved.has(workerSid)) {
        if (output.type === 'worker.created') this.idleSince.set(workerSid, this.#clock);
        if (output.type === 'worker.activity.update' && output.data.WorkerActivityName === 'Available')
          this.idleSince.set(workerSid, this.#clock);
      }
    });
  }

  attributes = (worker: Worker): Attributes => JSON.parse(worker.attributes);

  inQueue(worker: Worker, queueSid: string): boolean {
    const { view } = this.world;
    const { friendlyName } = view.taskQueues.get(queueSid)!;
    return queues[friendlyName]!.has(
      this.attributes(worker),
      view.activities.get(worker.activitySid)!.friendlyName,
    );
  }

  /** Would this worker do for this task, were it not for what it has to do already? */
  suits(worker: Worker, task: Task): boolean {
    const { kind, skill } = JSON.parse(task.attributes);
    const needsSkill = kind === undefined && skill !== undefined;
    return (
      this.inQueue(worker, task.taskQueueSid) &&
      (!needsSkill || this.attributes(worker).skills.includes(skill))
    );
  }

  isFree(worker: Worker, task: Task): boolean {
    const { view } = this.world;
    const channel = view
      .workerChannels(worker.sid)
      .find(({ taskChannelSid }) => taskChannelSid === task.taskChannelSid)!;
    const open = this.open(view.reservationsOfWorker(worker.sid)).filter(
      ({ taskChannelSid }) => taskChannelSid === task.taskChannelSid,
    );
    return (
      view.activities.get(worker.activitySid)!.available &&
      channel.available &&
      open.length < channel.configuredCapacity
    );
  }

  open = (reservations: readonly Reservation[]) =>
    reservations.filter(({ reservationStatus }) =>
      ['pending', 'accepted', 'wrapping'].includes(reservationStatus),
    );

  goesBefore(a: Task, b: Task): boolean {
    const [lifoA, lifoB] = [a, b].map(
      ({ taskQueueSid }) => queues[this.world.queueOf({ taskQueueSid } as Task)]!.lifo,
    );
    if (lifoA !== lifoB) return lifoB === true;
    if (lifoA) return a.virtualStartTime > b.virtualStartTime;
    return a.priority !== b.priority ? a.priority > b.priority : a.virtualStartTime < b.virtualStartTime;
  }

  /** Runs one command; a refusal is as good as success, anything else is not. */
  run(command: (world: World) => unknown): void {
    const { view } = this.world;
    const before = new Map([...view.tasks.values()].map((task) => [task.sid, task.version]));
    const idleBefore = new Map(this.idleSince);
    const known = new Set(view.reservations.keys());
    try {
      command(this.world);
    } catch (error) {
      if (!(error instanceof EngineRefusal)) throw error;
    }
    const made = [...view.reservations.values()].filter(({ sid }) => !known.has(sid));
    this.checkTasks();
    this.checkWorkers();
    this.checkTransitions();
    this.checkNobodyWaitsInVain();
    for (const reservation of made) this.checkChoice(reservation, before, idleBefore);
  }

  checkTasks(): void {
    const { view } = this.world;
    for (const task of view.tasks.values()) {
      const statuses = this.open(view.reservationsOfTask(task.sid)).map(
        ({ reservationStatus }) => reservationStatus,
      );
      switch (task.assignmentStatus) {
        case 'reserved':
          expect(statuses.length).toBeGreaterThan(0);
          expect(new Set(statuses)).toEqual(new Set(['pending']));
          break;
        case 'assigned':
          expect(statuses).toEqual(['accepted']);
          break;
        case 'wrapping':
          expect(statuses).toEqual(['wrapping']);
          break;
        default:
          expect(statuses).toEqual([]);
      }
    }
  }

  checkWorkers(): void {
    const { view } = this.world;
    for (const worker of view.workers.values()) {
      const open = this.open(view.reservationsOfWorker(worker.sid));
      for (const channel of view.workerChannels(worker.sid)) {
        const here = open.filter(({ taskChannelSid }) => taskChannelSid === channel.taskChannelSid);
        expect(channel.consumedCapacity).toBe(here.length);
        expect(channel.assignedTasks).toBe(
          here.filter(({ reservationStatus }) => reservationStatus === 'accepted').length,
        );
      }
      const queueSids = [...view.taskQueues.keys()].filter((sid) => this.inQueue(worker, sid));
      expect(
        view
          .queuesOfWorker(worker.sid)
          .map(({ sid }) => sid)
          .sort(),
      ).toEqual(queueSids.sort());
    }
  }

  checkTransitions(): void {
    const next: Partial<Record<ReservationStatus, readonly ReservationStatus[]>> = {
      pending: ['pending', 'accepted', 'rejected', 'timeout', 'canceled', 'rescinded'],
      accepted: ['accepted', 'wrapping', 'completed'],
      wrapping: ['wrapping', 'completed'],
    };
    for (const { sid, reservationStatus } of this.world.view.reservations.values()) {
      const before = this.statuses.get(sid);
      if (before) expect(next[before] ?? [before]).toContain(reservationStatus);
      this.statuses.set(sid, reservationStatus);
    }
  }

  checkNobodyWaitsInVain(): void {
    const { view } = this.world;
    for (const task of view.tasks.values()) {
      if (task.assignmentStatus !== 'pending') continue;
      for (const worker of view.workers.values()) {
        const idle = this.suits(worker, task) && this.isFree(worker, task);
        expect(idle, `${worker.friendlyName} is idle while ${task.sid} waits`).toBe(false);
      }
    }
  }

  /** The worker had no better task, the task no worker who was idle for longer. */
  checkChoice(
    reservation: Reservation,
    versions: Map<string, number>,
    idleBefore: Map<string, number>,
  ): void {
    const { view } = this.world;
    const task = view.tasks.get(reservation.taskSid)!;
    const worker = view.workers.get(reservation.workerSid)!;
    // Within one command the task may have gone on, or the worker changed: then this reservation was another question.
    if (reservation.reservationStatus !== 'pending' || !this.isAvailable(worker)) return;
    const channel = view
      .workerChannels(worker.sid)
      .find(({ taskChannelSid }) => taskChannelSid === task.taskChannelSid)!;
    expect(channel.consumedCapacity).toBeLessThanOrEqual(channel.configuredCapacity);
    for (const other of view.tasks.values()) {
      const waited = other.assignmentStatus === 'pending' && versions.get(other.sid) === other.version;
      if (!waited || other.taskChannelSid !== task.taskChannelSid || !this.suits(worker, other)) continue;
      expect(this.goesBefore(other, task), `${other.sid} goes before ${task.sid}`).toBe(false);
    }
    for (const other of view.workers.values()) {
      const since = idleBefore.get(other.sid);
      if (since === undefined || since !== this.idleSince.get(other.sid)) continue;
      if (!this.suits(other, task) || !this.isFree(other, task)) continue;
      expect(since, `${other.friendlyName} was idle for longer`).toBeGreaterThanOrEqual(
        idleBefore.get(worker.sid) ?? 0,
      );
    }
  }

  isAvailable = (worker: Worker) => this.world.view.activities.get(worker.activitySid)!.available;
}
