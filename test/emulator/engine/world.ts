import { expect } from 'vitest';
import type { Commands } from '../../../src/emulator/engine/command-types.js';
import {
  createEngine,
  type Engine,
  type EngineOptions,
  type EngineOutput,
  EngineRefusal,
  seededSid,
  type Task,
  type WorkspaceView,
} from '../../../src/emulator/engine/index.js';

/** A fixed first instant, so that every test sees the same times. */
export const start = Date.UTC(2026, 0, 1);

interface WorldOptions extends Omit<EngineOptions, 'now'> {
  readonly singleTasking?: boolean;
}

type Json = Record<string, unknown>;

/** One workspace in an engine whose clock the test moves. Names stand for SIDs. */
export class World {
  readonly engine: Engine;
  readonly outputs: EngineOutput[] = [];
  readonly workspaceSid: string;
  time = start;

  constructor({ singleTasking = false, ...options }: WorldOptions = {}) {
    this.engine = createEngine({ sid: seededSid(1), ...options, now: () => this.time });
    this.workspaceSid = this.engine.dispatch('createWorkspace', {
      friendlyName: 'Test',
      multiTaskEnabled: !singleTasking,
    }).sid;
    this.engine.subscribe((output) => this.outputs.push(output));
  }

  /** Changes something of the workspace. */
  change<Name extends keyof Commands>(
    name: Name,
    fields: Omit<Commands[Name]['params'], 'workspaceSid'>,
  ): void {
    const params = { ...fields, workspaceSid: this.workspaceSid } as unknown as Commands[Name]['params'];
    this.engine.dispatch(name, params);
  }

  get view(): WorkspaceView {
    return this.engine.workspaces.get(this.workspaceSid)!;
  }

  /** Moves the clock, timer by timer. */
  advance(seconds: number): void {
    this.time += seconds * 1_000;
    this.engine.runTimersUntil(this.time);
  }

  activity(name: string): string {
    return [...this.view.activities.values()].find(({ friendlyName }) => friendlyName === name)!.sid;
  }

  worker(friendlyName: string, attributes: Json = {}, activity = 'Available'): string {
    return this.engine.dispatch('createWorker', {
      workspaceSid: this.workspaceSid,
      friendlyName,
      attributes: JSON.stringify(attributes),
      activitySid: this.activity(activity),
    }).sid;
  }

  move(workerSid: string, activity: string, rejectPendingReservations?: boolean): void {
    const { workspaceSid } = this;
    const activitySid = this.activity(activity);
    this.engine.dispatch('updateWorker', {
      workspaceSid,
      sid: workerSid,
      activitySid,
      rejectPendingReservations,
    });
  }

  queue(friendlyName: string, fields: Json = {}): string {
    const { workspaceSid } = this;
    return this.engine.dispatch('createTaskQueue', { workspaceSid, friendlyName, ...fields }).sid;
  }

  /** A workflow with these filters and default filter; with none, everything goes to the queue `Everyone`. */
  workflow(routing?: { filters?: Json[]; default_filter?: Json }, fields: Json = {}): string {
    const task_routing = routing ?? { default_filter: { queue: this.queue('Everyone') } };
    return this.engine.dispatch('createWorkflow', {
      workspaceSid: this.workspaceSid,
      friendlyName: 'Workflow',
      configuration: JSON.stringify({ task_routing }),
      ...fields,
    }).sid;
  }

  task(attributes: Json = {}, fields: Json = {}): Task {
    const { workspaceSid } = this;
    return this.engine.dispatch('createTask', {
      workspaceSid,
      attributes: JSON.stringify(attributes),
      ...fields,
    });
  }

  update(task: Task, fields: Json): Task {
    return this.engine.dispatch('updateTask', { workspaceSid: this.workspaceSid, sid: task.sid, ...fields });
  }

  /** The newest reservation of a task. */
  reservation(task: Task) {
    return this.view.reservationsOfTask(task.sid).at(-1);
  }

  /** Who holds a task, by name: the workers of its pending, accepted and wrapping reservations. */
  holders(task: Task): string[] {
    return this.view
      .reservationsOfTask(task.sid)
      .filter(({ reservationStatus }) => ['pending', 'accepted', 'wrapping'].includes(reservationStatus))
      .map(({ workerSid }) => this.view.workers.get(workerSid)!.friendlyName);
  }

  answer(
    task: Task,
    reservationStatus: 'accepted' | 'rejected' | 'wrapping' | 'completed',
    fields: Json = {},
  ) {
    const { workspaceSid } = this;
    const { sid } = this.reservation(task)!;
    return this.engine.dispatch('updateReservation', { workspaceSid, sid, reservationStatus, ...fields });
  }

  queueOf(task: Task): string {
    return this.view.taskQueues.get(task.taskQueueSid)!.friendlyName;
  }

  /** The types of the events since the last call. */
  events(): string[] {
    return this.outputs.splice(0).flatMap((output) => (output.kind === 'event' ? [output.type] : []));
  }
}

/** A world with one queue of everyone, and these workers in it. */
export function withWorkers(
  names: string[],
  fields: Record<string, unknown> = {},
  queue: Record<string, unknown> = {},
) {
  const world = new World();
  world.workflow({ default_filter: { queue: world.queue('Everyone', queue) } }, fields);
  const sids = names.map((name) => world.worker(name));
  world.outputs.length = 0;
  return { world, sids };
}

/** How a command is refused: the status, Twilio's code and the message. */
export function refusal(run: () => unknown): { status: number; code: number; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof EngineRefusal)
      return { status: error.status, code: error.twilioCode, message: error.message };
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Most refusals. */
export const bad = expect.objectContaining({ status: 400, code: 20001 });

/** The message of a refusal with this status. */
export function refused(run: () => unknown, status = 400): string {
  const found = refusal(run);
  expect(found.status).toBe(status);
  return found.message;
}
