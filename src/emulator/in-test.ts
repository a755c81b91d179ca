import { type Agent, type AgentParts, agentOf, plainWorker } from './agent.js';
import type { Activity, EngineEvent, TaskChannel, TaskQueue, Worker, Workflow } from './engine/index.js';
import { findNamed, type InWorkspace, inNames, type TaskInNames } from './named.js';
import type { EmulatorSnapshot } from './state.js';
import { plainTask, sidOfTask } from './until.js';

/** A worker, with the name of its activity. */
export interface WorkerInNames extends Worker {
  readonly activity: string;
}

/** What an emulator offers to tests beside TaskRouter's own. */
export interface InTest {
  /**
   * A worker who acts: accepts, rejects, wraps up, completes, changes activity. Each action waits until it can be done.
   * @param name - the friendly name, or the SID.
   * @throws {ConfigurationError} for a worker that is not there, with the near miss.
   * @example
   * const ann = emulator.agent('Ann');
   * await ann.accept();
   * await ann.wrapUp();
   * await ann.complete();
   * await ann.goTo('Break');
   */
  agent(name: string, where?: InWorkspace): Agent;

  /**
   * A worker as it is now, by friendly name or SID.
   * @throws {ConfigurationError}, as do the others, for a name that nothing has, with the near miss; and where several
   * workspaces have it.
   * @example expect(emulator.worker('Ann').activity).toBe('Offline');
   */
  worker(name: string, where?: InWorkspace): WorkerInNames;
  taskQueue(name: string, where?: InWorkspace): TaskQueue;
  workflow(name: string, where?: InWorkspace): Workflow;
  activity(name: string, where?: InWorkspace): Activity;
  /** By unique name or SID. */
  taskChannel(name: string, where?: InWorkspace): TaskChannel;
  /**
   * A task as it is now, with the names of its queue, workflow, channel and workers.
   * @throws {EngineRefusal} 404 for a task that does not exist (any more).
   * @example expect(emulator.task(task)).toMatchObject({ taskQueue: 'Experts', workers: ['Ann'] });
   */
  task(task: string | { readonly sid: string }): TaskInNames;

  /**
   * Every event so far, oldest first: at most 20,000 of each workspace.
   * @example expect(emulator.events.map(({ type }) => type)).toContain('reservation.timeout');
   */
  readonly events: readonly EngineEvent[];
  /** The events about one task, oldest first. @example emulator.eventsOf(task).map(({ type }) => type) */
  eventsOf(task: string | { readonly sid: string }): readonly EngineEvent[];

  /**
   * Everything as it is now, to come back to: the workspaces, the virtual time, events, deliveries, ringing phones and
   * switches. Waits for the callbacks under way.
   */
  snapshot(): Promise<EmulatorSnapshot>;
  /**
   * Goes back to a snapshot. The virtual clock goes back too; with the real clock, what has become due since happens at
   * once. SIDs made afterwards are new ones, so that a handler takes no reservation for one it knows. Waits for the
   * callbacks under way; whoever watches goes on watching.
   * @throws {ConfigurationError} for what is no snapshot; nothing has changed then.
   * @example
   * beforeAll(async () => { seeded = await emulator.snapshot(); });
   * beforeEach(() => emulator.restore(seeded));
   */
  restore(snapshot: EmulatorSnapshot): Promise<void>;
  /** Empties everything: no workspace, event, delivery or switch is left. The clock goes on. Waits as `restore` does. */
  reset(): Promise<void>;
}

export interface InTestParts extends AgentParts {
  /** The SID of the workspace that has the task. @throws {EngineRefusal} 404 */
  readonly workspaceOf: (taskSid: string) => string;
}

export function inTest(parts: InTestParts): Omit<InTest, 'events' | 'snapshot' | 'restore' | 'reset'> {
  const { world } = parts;
  return {
    agent: (name, where) => agentOf(parts, name, where),
    worker(name, where) {
      const worker = findNamed(world, 'worker', name, where);
      const activities = world.workspaces.get(worker.workspaceSid)?.activities;
      const activity = activities?.get(worker.activitySid)?.friendlyName ?? worker.activitySid;
      return { ...plainWorker(worker), activity };
    },
    taskQueue: (name, where) => plainQueue(findNamed(world, 'task queue', name, where)),
    workflow: (name, where) => plainWorkflow(findNamed(world, 'workflow', name, where)),
    activity: (name, where) => ({ ...findNamed(world, 'activity', name, where) }),
    taskChannel: (name, where) => ({ ...findNamed(world, 'task channel', name, where) }),
    task(task) {
      const sid = sidOfTask(task, 'task');
      const view = world.workspaces.get(parts.workspaceOf(sid))!;
      return inNames(view, plainTask(view.tasks.get(sid)!));
    },
    eventsOf(task) {
      const sid = sidOfTask(task, 'eventsOf');
      return allEvents(parts).filter(({ data }) => data.TaskSid === sid);
    },
  };
}

/** Every event that is kept, of all workspaces, in order. */
export function allEvents({ world }: Pick<InTestParts, 'world'>): readonly EngineEvent[] {
  const events = world.events.snapshot();
  return world.workspaces.size > 1 ? events.toSorted((a, b) => a.at - b.at) : events;
}

const plainQueue = (queue: TaskQueue): TaskQueue => ({
  sid: queue.sid,
  workspaceSid: queue.workspaceSid,
  dateCreated: queue.dateCreated,
  dateUpdated: queue.dateUpdated,
  friendlyName: queue.friendlyName,
  targetWorkers: queue.targetWorkers,
  maxReservedWorkers: queue.maxReservedWorkers,
  taskOrder: queue.taskOrder,
  reservationActivitySid: queue.reservationActivitySid,
  assignmentActivitySid: queue.assignmentActivitySid,
});

const plainWorkflow = (workflow: Workflow): Workflow => ({
  sid: workflow.sid,
  workspaceSid: workflow.workspaceSid,
  dateCreated: workflow.dateCreated,
  dateUpdated: workflow.dateUpdated,
  friendlyName: workflow.friendlyName,
  configuration: workflow.configuration,
  assignmentCallbackUrl: workflow.assignmentCallbackUrl,
  fallbackAssignmentCallbackUrl: workflow.fallbackAssignmentCallbackUrl,
  taskReservationTimeout: workflow.taskReservationTimeout,
});
