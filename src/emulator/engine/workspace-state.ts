import { channelOf } from './lookup.js';
import type { WorkspaceState } from './state.js';

/** A workspace with nothing in it. Its readers see the live maps. */
export function newWorkspaceState(workspace: WorkspaceState['workspace']): WorkspaceState {
  const ws: WorkspaceState = {
    workspace,
    activities: new Map(),
    taskChannels: new Map(),
    workers: new Map(),
    workersByName: new Map(),
    taskQueues: new Map(),
    workflows: new Map(),
    tasks: new Map(),
    reservations: new Map(),
    direct: new Map(),
    activityQueues: new Set(),
    loadQueues: new Set(),
    epoch: 0,
    dirtyWorkers: new Set(),
    dirtyTasks: new Set(),
    dirtyQueues: new Set(),
    taskChannel: (sidOrUniqueName) => channelOf(ws, sidOrUniqueName),
    workerChannels: (sid) => [...(ws.workers.get(sid)?.channels.values() ?? [])],
    reservationsOfTask: (sid) => ws.tasks.get(sid)?.reservations ?? [],
    reservationsOfWorker: (sid) => [...(ws.workers.get(sid)?.reservations ?? [])],
    workersOfQueue: (sid) => [...(ws.taskQueues.get(sid)?.workers ?? [])],
    queuesOfWorker: (sid) => [...(ws.workers.get(sid)?.queues ?? [])],
  };
  return ws;
}
