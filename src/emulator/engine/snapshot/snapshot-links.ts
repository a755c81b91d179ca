import type { SnapshotData, WorkspaceData } from './snapshot-data.js';

/**
 * Checks what schemas cannot: that every SID leads somewhere, that none is there twice, and that the counters say what
 * the reservations say. Routing relies on all of it, and would go wrong much later and elsewhere.
 *
 * @throws {RangeError} saying what is wrong.
 */
export function checkLinks(data: SnapshotData): void {
  bySid(
    'workspace',
    data.workspaces.map(({ workspace }) => workspace),
  );
  for (const workspace of data.workspaces) checkWorkspace(workspace, data.lastOrder);
}

function checkWorkspace(data: WorkspaceData, lastOrder: number): void {
  const { workspace } = data;
  const activities = bySid('activity', data.activities);
  const channels = bySid('task channel', data.taskChannels);
  const workers = bySid('worker', data.workers);
  const queues = bySid('task queue', data.taskQueues);
  const workflows = bySid('workflow', data.workflows);
  const tasks = bySid('task', data.tasks);
  bySid('reservation', data.reservations);
  const { activities: _a, workspace: _w, ...lists } = data;
  for (const { workspaceSid } of [data.activities, ...Object.values(lists)].flat()) {
    demand(workspaceSid === workspace.sid, 'a resource of another workspace');
  }

  demand(activities.has(workspace.defaultActivitySid), 'a default activity that is not there');
  demand(activities.has(workspace.timeoutActivitySid), 'a timeout activity that is not there');
  for (const { gone, reservationActivitySid, assignmentActivitySid } of data.taskQueues) {
    for (const sid of [reservationActivitySid, assignmentActivitySid]) {
      demand(gone || sid === null || activities.has(sid), 'a task queue with an activity that is not there');
    }
  }
  for (const worker of data.workers) {
    const of = bySid(
      'worker channel',
      worker.channels.map((channel) => ({ sid: channel.taskChannelSid })),
    );
    demand(
      worker.gone || data.taskChannels.every(({ sid }) => of.has(sid)),
      'a worker without one of the task channels',
    );
    demand(
      worker.channels.every(({ workerSid }) => workerSid === worker.sid),
      "another worker's channel",
    );
  }
  for (const task of data.tasks) {
    demand(workflows.has(task.workflowSid), 'a task of a workflow that is not there');
    demand(
      task.assignmentStatus === 'completed' ||
        task.assignmentStatus === 'canceled' ||
        (queues.has(task.taskQueueSid) && channels.has(task.taskChannelSid)),
      'an open task without its task queue or task channel',
    );
  }
  for (const reservation of data.reservations) {
    demand(tasks.has(reservation.taskSid), 'a reservation of a task that is not there');
    demand(workers.has(reservation.workerSid), 'a reservation of a worker who is not there');
    demand(queues.has(reservation.taskQueueSid), 'a reservation of a task queue that is not there');
  }
  checkCounts(data);
  checkOrder(data, lastOrder);
}

/** A worker's counters follow from the reservations. */
function checkCounts({ workers, reservations }: WorkspaceData): void {
  const open = new Map<string, number>();
  const accepted = new Map<string, number>();
  const add = (to: Map<string, number>, key: string) => void to.set(key, (to.get(key) ?? 0) + 1);
  for (const { workerSid, taskChannelSid, reservationStatus } of reservations) {
    if (!['pending', 'accepted', 'wrapping'].includes(reservationStatus)) continue;
    add(open, workerSid);
    add(open, `${workerSid} ${taskChannelSid}`);
    if (reservationStatus === 'accepted') add(accepted, `${workerSid} ${taskChannelSid}`);
  }
  for (const { sid, openReservations, channels } of workers) {
    demand(openReservations === (open.get(sid) ?? 0), 'a worker with another number of open reservations');
    for (const { taskChannelSid, consumedCapacity, assignedTasks } of channels) {
      const key = `${sid} ${taskChannelSid}`;
      demand(
        consumedCapacity === (open.get(key) ?? 0) && assignedTasks === (accepted.get(key) ?? 0),
        'a worker channel with another number of reservations',
      );
    }
  }
}

/** Ties are broken by numbers given out once. */
function checkOrder({ workers, tasks, reservations, taskChannels }: WorkspaceData, lastOrder: number): void {
  const present = workers.filter(({ gone }) => !gone);
  const ranks = [
    present.map(({ idleRank }) => idleRank),
    ...taskChannels.map(({ sid }) =>
      present.flatMap(({ channels }) =>
        channels.filter(({ taskChannelSid }) => taskChannelSid === sid).map(({ idleRank }) => idleRank),
      ),
    ),
    [...tasks, ...reservations].map(({ order }) => order),
  ];
  for (const row of ranks) {
    demand(new Set(row).size === row.length, 'two places in a row that are the same');
    demand(
      row.every((place) => place <= lastOrder),
      'a place in a row that was never given out',
    );
  }
}

function bySid(what: string, resources: readonly { readonly sid: string }[]): ReadonlySet<string> {
  const sids = new Set(resources.map(({ sid }) => sid));
  demand(sids.size === resources.length, `the same ${what} twice`);
  return sids;
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new RangeError(`the snapshot has ${what}`);
}
