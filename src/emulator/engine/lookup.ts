import type { JsonObject } from '../../expressions/index.js';
import type { Core } from './core.js';
import { badRequest, EngineRefusal, notFound } from './refusal.js';
import type { ActivityState, TaskChannelState, WorkspaceState } from './state.js';
import { isRecord } from './workflow/plan-fields.js';

/** Finds what a command names, and checks what it brings; refuses as TaskRouter would. */

export function workspaceOf(core: Core, sid: string): WorkspaceState {
  const ws = core.workspaces.get(sid);
  if (!ws) throw notFound(`/Workspaces/${sid}`);
  return ws;
}

const collections = {
  activities: 'Activities',
  workers: 'Workers',
  taskQueues: 'TaskQueues',
  workflows: 'Workflows',
  tasks: 'Tasks',
  reservations: 'Reservations',
} as const;

/** A resource of a workspace, by SID. */
export function find<K extends keyof typeof collections>(
  core: Core,
  collection: K,
  params: { readonly workspaceSid: string; readonly sid: string },
): NonNullable<ReturnType<WorkspaceState[K]['get']>> {
  const ws = workspaceOf(core, params.workspaceSid);
  const found = ws[collection].get(params.sid);
  if (!found) throw notFound(`/Workspaces/${params.workspaceSid}/${collections[collection]}/${params.sid}`);
  return found as NonNullable<ReturnType<WorkspaceState[K]['get']>>;
}

/** An activity a parameter names. */
export function activityOf(ws: WorkspaceState, sid: string, parameter: string): ActivityState {
  const activity = ws.activities.get(sid);
  if (!activity) throw badRequest(`${parameter} is not an Activity of this Workspace`);
  return activity;
}

/** A task channel by SID or unique name, in any case of letters unless two differ by nothing else. */
export function channelOf(ws: WorkspaceState, sidOrUniqueName: string): TaskChannelState | undefined {
  const bySid = ws.taskChannels.get(sidOrUniqueName);
  if (bySid) return bySid;
  const wanted = sidOrUniqueName.toLowerCase();
  let alike: TaskChannelState | undefined;
  for (const channel of ws.taskChannels.values()) {
    if (channel.uniqueName === sidOrUniqueName) return channel;
    if (channel.uniqueName.toLowerCase() === wanted) alike ??= channel;
  }
  return alike;
}

/** `If-Match`: twilio.com/docs/usage/mutation-and-conflict-resolution. The code 20412 is our choice. */
export function checkVersion(resource: { readonly version: number }, ifMatch: number | undefined): void {
  if (ifMatch === undefined || ifMatch === resource.version) return;
  throw new EngineRefusal(
    412,
    20412,
    'Precondition failed: the resource has changed; read it again, then retry',
  );
}

/** A name of 1 to 64 characters: twilio.com/docs/taskrouter/limits. */
export function checkName(name: string, parameter = 'FriendlyName'): void {
  if (name.trim() === '') throw badRequest(`${parameter} is missing`);
  if (name.length > 64) throw badRequest(`${parameter} is longer than 64 characters`);
}

export function checkInteger(
  value: number | undefined,
  parameter: string,
  least: number,
  most: number,
): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw badRequest(`${parameter} is not a whole number from ${least} to ${most}`);
}

/** A JSON object of at most 4,096 characters: twilio.com/docs/taskrouter/limits. */
export function parseAttributes(attributes: string): JsonObject {
  if (attributes.length > 4_096) throw badRequest('Attributes is longer than 4096 characters');
  let parsed: unknown;
  try {
    parsed = JSON.parse(attributes);
  } catch {
    throw badRequest('Attributes is not JSON');
  }
  if (!isRecord(parsed)) throw badRequest('Attributes is not a JSON object');
  return parsed as JsonObject;
}
