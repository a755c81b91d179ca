import { describeEvent, type EngineEvent, type ResourceType } from '../../engine/index.js';
import { iso, type Links } from './links.js';

const collections: Readonly<Record<Exclude<ResourceType, 'workspace' | 'reservation' | 'transfer'>, string>> =
  {
    activity: 'Activities',
    task: 'Tasks',
    taskchannel: 'TaskChannels',
    taskqueue: 'TaskQueues',
    worker: 'Workers',
    workflow: 'Workflows',
  };

export function formatEvent(links: Links, event: EngineEvent) {
  const workspace = `/Workspaces/${event.workspaceSid}`;
  return {
    sid: event.sid,
    account_sid: links.accountSid,
    workspace_sid: event.workspaceSid,
    // Who acted is not followed: everything counts as the workspace's own doing.
    actor_sid: event.workspaceSid,
    actor_type: 'workspace',
    actor_url: links.url(workspace),
    description: describeEvent(event),
    event_data: Object.fromEntries([
      ['workspace_sid', event.workspaceSid],
      ['workspace_name', event.workspaceName],
      ...Object.entries(event.data).map(([name, value]) => [snakeCase(name), value]),
    ]),
    event_date: iso(event.at),
    event_date_ms: event.at,
    event_type: event.type,
    resource_sid: event.resourceSid,
    resource_type: event.resourceType,
    resource_url: links.url(resourcePath(workspace, event)),
    source: 'twilio',
    source_ip_address: null,
    url: links.url(`${workspace}/Events/${event.sid}`),
  };
}

function resourcePath(workspace: string, { resourceType, resourceSid, data }: EngineEvent): string {
  if (resourceType === 'workspace') return workspace;
  if (resourceType === 'reservation') return `${workspace}/Tasks/${data.TaskSid}/Reservations/${resourceSid}`;
  // No page of Twilio's documents a resource of transfers.
  if (resourceType === 'transfer') return `${workspace}/Tasks/${data.TaskSid}`;
  return `${workspace}/${collections[resourceType]}/${resourceSid}`;
}

/** `TaskQueueSid` as `task_queue_sid`. */
const snakeCase = (name: string) =>
  name.replaceAll(/[A-Z]/g, (letter, at: number) => `${at > 0 ? '_' : ''}${letter.toLowerCase()}`);
