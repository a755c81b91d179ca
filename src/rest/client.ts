import { WORKSPACE_SID } from '../sids.js';
import { Calls } from './calls.js';
import { readConfig, type TaskRouterClientOptions } from './config.js';
import { InputError } from './errors.js';
import { KeyedCreation } from './keyed-creation.js';
import { type LoadNames, type NameResolver, Names } from './names.js';
import {
  type ReservationHandle,
  reservationHandle,
  taskReservations,
  workerReservations,
} from './resources/reservations.js';
import { activities, taskChannels, taskQueues, workflows, workspaces } from './resources/setup.js';
import { statistics } from './resources/statistics.js';
import { tasks } from './resources/tasks.js';
import { events, workerChannels, workers } from './resources/workers.js';
import { OPERATIONS } from './spec/index.js';

/** Everything in one workspace. */
export type WorkspaceClient = ReturnType<typeof workspaceClient>;

/** A client of TaskRouter's REST API. What is not inside `workspaces` is about the default workspace. */
export interface TaskRouterClient extends WorkspaceClient {
  readonly accountSid: string;
  readonly workspaces: ReturnType<typeof workspaces>;
  /** Friendly names to SIDs. */
  readonly names: NameResolver;
  /**
   * The same client for another workspace.
   *
   * @example await client.workspace('WS…').tasks.fetch('WT…');
   */
  workspace(workspaceSid: string): WorkspaceClient;
}

/**
 * Makes a client of TaskRouter's REST API: typed, and safe to repeat. Credentials come from the options, else from the
 * environment; they appear in no error, no log and no `inspect`.
 *
 * @throws {ConfigurationError} on options that are missing or malformed.
 * @example
 * const client = createTaskRouterClient({ workspaceSid: 'WS…' });
 * for await (const task of client.tasks.list({ assignmentStatus: ['pending'] })) console.log(task.sid, task.age);
 */
export function createTaskRouterClient(options: TaskRouterClientOptions = {}): TaskRouterClient {
  const { accountSid, workspaceSid, requester, store, settleMs } = readConfig(options);
  const names: Names = new Names(loadNames, requester.clock, () => calls.workspaceSid);
  const calls: Calls = new Calls(requester, names, workspaceSid);
  const creation = new KeyedCreation({ requester, accountSid, store, settleMs });
  const scopes = new Map<string, WorkspaceClient>();

  async function loadNames(...[kind, workspace]: Parameters<LoadNames>): ReturnType<LoadNames> {
    const scope = calls.inWorkspace(workspace);
    if (kind === 'taskChannel') {
      const channels = await scope.list(OPERATIONS.taskChannels.list, [], {}).all();
      return channels.map(({ sid, uniqueName, friendlyName }) => ({
        sid,
        names: [uniqueName, friendlyName],
      }));
    }
    const operation = {
      activity: OPERATIONS.activities,
      taskQueue: OPERATIONS.taskQueues,
      workflow: OPERATIONS.workflows,
      worker: OPERATIONS.workers,
      workspace: OPERATIONS.workspaces,
    }[kind];
    const items = await scope.list(operation.list, [], {}).all();
    return items.map(({ sid, friendlyName }) => ({ sid, names: [friendlyName] }));
  }

  return {
    ...workspaceClient(calls, creation),
    accountSid,
    workspaces: workspaces(calls),
    names: {
      resolve: (kind, name, where) => names.resolve(kind, name, where),
      get: (kind, name, where) => names.get(kind, name, where),
      prime: (kinds, where) => names.prime(kinds, where),
    },
    workspace(sid) {
      if (!WORKSPACE_SID.test(sid)) {
        throw new InputError(
          'client.workspace',
          'the argument must be a workspace SID: WS and 32 hexadecimal digits',
        );
      }
      const scope = scopes.get(sid) ?? workspaceClient(calls.inWorkspace(sid), creation);
      scopes.set(sid, scope);
      return scope;
    },
  };
}

function workspaceClient(calls: Calls, creation: KeyedCreation) {
  const reservations = taskReservations(calls);
  return {
    activities: activities(calls),
    taskChannels: taskChannels(calls),
    taskQueues: taskQueues(calls),
    workflows: workflows(calls),
    workers: workers(calls),
    workerChannels: workerChannels(calls),
    tasks: tasks(calls, creation),
    reservations,
    workerReservations: workerReservations(calls),
    events: events(calls),
    statistics: statistics(calls),
    /**
     * One reservation, with everything that can be done to it.
     *
     * @example await client.reservation('WT…', 'WR…').accept();
     */
    reservation: (taskSid: string, reservationSid: string): ReservationHandle =>
      reservationHandle(reservations, taskSid, reservationSid),
  };
}
