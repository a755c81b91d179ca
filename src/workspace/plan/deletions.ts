import type { TaskRouterClient } from '../../rest/index.js';
import type { CheckedDefinition } from '../definition/index.js';
import { eachAtOnce, type LiveWorkspace } from '../live/read-live.js';
import { type Routing, readRouting } from '../live/routing.js';
import { wantedWorkflow } from './kinds.js';
import type { PlanChange } from './types.js';

export interface Deletion {
  readonly key: 'activities' | 'taskChannels' | 'taskQueues' | 'workers' | 'workflows';
  readonly change: PlanChange & { readonly sid?: string };
}

const LIVE_STATES = ['pending', 'reserved', 'assigned', 'wrapping'];

/**
 * Says of each deletion whether it must not be done: what a workflow that stays still names, what is in use, and what
 * has live tasks unless that is forced.
 */
export async function blockDeletions(
  client: TaskRouterClient,
  live: LiveWorkspace | undefined,
  definition: CheckedDefinition,
  deletions: readonly Deletion[],
  force: boolean,
): Promise<readonly PlanChange[]> {
  if (!live || deletions.length === 0) return [];
  const inside = client.workspace(live.workspace.sid);
  const blocked = new Map<Deletion, string>();
  const busy = async (kind: Deletion['key'], sid: string): Promise<boolean> => {
    if (kind === 'workers') {
      const open = (['pending', 'accepted', 'wrapping'] as const).map((reservationStatus) =>
        inside.workerReservations.list(sid, { reservationStatus }).first(),
      );
      return (await Promise.all(open)).some((one) => one !== undefined);
    }
    const by = kind === 'taskQueues' ? { taskQueueSid: sid } : { workflowSid: sid };
    return (await inside.tasks.list({ ...by, assignmentStatus: LIVE_STATES }).first()) !== undefined;
  };
  const ofKind = (...keys: Deletion['key'][]) => deletions.filter(({ key }) => keys.includes(key));
  if (!force) {
    await eachAtOnce(ofKind('workflows', 'taskQueues', 'workers'), async (deletion) => {
      if (await busy(deletion.key, deletion.change.sid!)) {
        blocked.set(deletion, 'it has live tasks: let them end, or use --force');
      }
    });
  }
  const goes = new Set(
    ofKind('workflows')
      .filter((one) => !blocked.has(one))
      .map(({ change }) => change.sid),
  );
  const uses = new Map<string, string>();
  for (const workflow of live.workflows) {
    const own = Object.hasOwn(definition.workflows ?? {}, workflow.friendlyName);
    if (own || goes.has(workflow.sid)) continue;
    for (const queue of queuesOf(readRouting(workflow.configuration))) uses.set(queue, workflow.friendlyName);
  }
  for (const [name, workflow] of Object.entries(definition.workflows ?? {})) {
    for (const queue of queuesOf(wantedWorkflow(workflow).routing)) uses.set(queue, name);
  }
  for (const deletion of ofKind('taskQueues')) {
    const { sid, name } = deletion.change;
    const workflow = uses.get(sid!) ?? uses.get(name);
    if (workflow !== undefined)
      blocked.set(deletion, `the workflow ${JSON.stringify(workflow)} still routes to it`);
  }
  await eachAtOnce(ofKind('activities'), async (deletion) => {
    const reason = await activityUse(deletion.change.sid!);
    if (reason !== undefined) blocked.set(deletion, reason);
  });
  return deletions.map((deletion) => {
    const blockedBy = blocked.get(deletion);
    return blockedBy === undefined ? deletion.change : { ...deletion.change, blockedBy };
  });

  async function activityUse(sid: string): Promise<string | undefined> {
    const { defaultActivitySid, timeoutActivitySid } = live!.workspace;
    if (sid === defaultActivitySid && definition.defaultActivity === undefined)
      return "it is the workspace's default activity";
    if (sid === timeoutActivitySid && definition.timeoutActivity === undefined)
      return "it is the workspace's timeout activity";
    const going = new Set(
      ofKind('taskQueues')
        .filter((one) => !blocked.has(one))
        .map(({ change }) => change.sid),
    );
    const queue = live!.taskQueues.find((one) => {
      const wanted = ownOf(definition.taskQueues, one.friendlyName);
      // A queue that is given another activity is changed before anything is deleted.
      const reserves = one.reservationActivitySid === sid && wanted?.reservationActivity === undefined;
      const assigns = one.assignmentActivitySid === sid && wanted?.assignmentActivity === undefined;
      return (reserves || assigns) && !going.has(one.sid);
    });
    if (queue) return `the task queue ${JSON.stringify(queue.friendlyName)} uses it`;
    const worker = await inside.workers.list({ activitySid: sid }).first();
    return worker && `the worker ${JSON.stringify(worker.friendlyName)} is in it`;
  }
}

const ownOf = <T>(all: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  all !== undefined && Object.hasOwn(all, name) ? all[name] : undefined;

function queuesOf(routing: Routing | undefined): readonly string[] {
  const targets = [
    ...(routing?.filters.flatMap((filter) => filter.targets) ?? []),
    ...(routing?.defaultFilter ? [routing.defaultFilter] : []),
  ];
  return targets.flatMap(({ queue }) => (typeof queue === 'string' ? [queue] : []));
}
