import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createEngine,
  EngineRefusal,
  type Reservation,
  type ReservationStatus,
  type Task,
  type Worker,
} from '../../../src/emulator/engine/index.js';
import { World } from './world.js';

/**
 * Random commands, legal and not, against what must hold after every one of them. The rules are written out plainly
 * here, over all tasks and all workers, with none of the engine's indexes.
 */
const numRuns = Number(process.env.MODEL_RUNS ?? 150);

const skills = ['en', 'fr', 'de'];
const channels = ['default', 'chat'];

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

class Model {
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

const any = <T>(items: Iterable<T>, index: number): T | undefined => {
  const list = [...items];
  return list[index % Math.max(1, list.length)];
};

/** A command is a number for what to do and two for with what: shrinking stays simple. */
type Step = readonly [what: number, a: number, b: number];
const step: fc.Arbitrary<Step> = fc.tuple(fc.nat(19), fc.nat(50), fc.nat(50));
const reservationStatuses: readonly ReservationStatus[] = [
  'accepted',
  'accepted',
  'rejected',
  'wrapping',
  'completed',
  'timeout',
];
const taskStatuses = ['canceled', 'wrapping', 'completed', 'completed', 'pending'] as const;

function command(model: Model, [what, a, b]: Step): (world: World) => unknown {
  return (world) => {
    const { view, workspaceSid, engine } = world;
    const worker = any(view.workers.values(), a);
    const task = any(view.tasks.values(), a);
    const reservation = any(
      [...view.reservations.values()].filter(
        ({ reservationStatus }) => b % 5 === 0 || !['completed', 'rejected'].includes(reservationStatus),
      ),
      a,
    );
    const attributes = JSON.stringify({ level: a % 4, skills: skills.slice(b % 3) });
    switch (what) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        world.time += 1_000;
        return engine.dispatch('createTask', {
          workspaceSid,
          taskChannel: channels[a % 2],
          priority: b % 3,
          virtualStartTime: world.time - (a % 5) * 977 - b,
          attributes: JSON.stringify(
            [{}, { kind: 'stack' }, { kind: 'senior' }, { skill: skills[b % 3] }, {}][a % 5],
          ),
        });
      case 5:
      case 6:
        return engine.dispatch('createWorker', {
          workspaceSid,
          friendlyName: `worker ${a}`,
          attributes,
          activitySid: world.activity(['Available', 'Available', 'Offline'][b % 3]!),
        });
      case 7:
      case 8:
        return (
          worker &&
          world.move(worker.sid, ['Available', 'Available', 'Offline', 'Unavailable'][b % 4]!, b > 40)
        );
      case 9:
        return worker && engine.dispatch('updateWorker', { workspaceSid, sid: worker.sid, attributes });
      case 10:
        return (
          worker &&
          engine.dispatch('updateWorkerChannel', {
            workspaceSid,
            workerSid: worker.sid,
            sid: channels[b % 2]!,
            capacity: b % 4,
            available: b % 7 !== 0,
          })
        );
      case 11:
      case 12:
      case 13:
      case 14:
        return (
          reservation &&
          engine.dispatch('updateReservation', {
            workspaceSid,
            sid: reservation.sid,
            reservationStatus: reservationStatuses[b % 6]!,
          })
        );
      case 15:
        return task && world.update(task, { assignmentStatus: taskStatuses[b % 5], reason: 'r' });
      case 16:
        return (
          task &&
          world.update(
            task,
            b % 2
              ? { priority: b }
              : {
                  attributes: JSON.stringify({ skill: skills[b % 3] }),
                  taskChannel: b > 25 ? 'chat' : undefined,
                },
          )
        );
      case 17:
        return world.advance(b);
      case 18:
        if (b < 10) return task && engine.dispatch('deleteTask', { workspaceSid, sid: task.sid });
        if (b < 20) return worker && engine.dispatch('deleteWorker', { workspaceSid, sid: worker.sid });
        return reservation && engine.dispatch('callbackFailed', { workspaceSid, sid: reservation.sid });
      default:
        return (
          b < 5 &&
          engine.dispatch('updateWorkflow', { workspaceSid, sid: model.workflowSid, reEvaluateTasks: true })
        );
    }
  };
}

test('whatever is commanded, the rules of routing hold', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 }),
      fc.array(step, { maxLength: 80, size: 'max' }),
      (together, steps) => {
        const model = new Model(together);
        for (const one of steps) model.run(command(model, one));
        const snapshot = model.world.engine.snapshot();
        expect(createEngine({ snapshot }).snapshot()).toEqual(snapshot);
      },
    ),
    { numRuns },
  );
}, 600_000);
