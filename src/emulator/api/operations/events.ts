import { badRequest } from '../../engine/refusal.js';
import { EVENTS_KEPT_MS } from '../../world/event-log.js';
import { found, workspaceIn } from '../../world/find.js';
import { formatEvent } from '../formatters/event.js';
import { listing, ok, operation, page } from '../operation.js';

/** Events: twilio.com/docs/taskrouter/api/event. */

const EVENTS_OF = '/v1/Workspaces/{WorkspaceSid}/Events';

export const events = [
  listing(
    'ListEvent',
    `GET ${EVENTS_OF}`,
    {
      EndDate: 'date',
      EventType: 'text',
      Minutes: 'integer',
      ReservationSid: 'sid WR',
      StartDate: 'date',
      TaskQueueSid: 'sid WQ',
      TaskSid: 'sid WT',
      WorkerSid: 'sid WK',
      WorkflowSid: 'sid WW',
      TaskChannel: 'text',
      Sid: 'sid EV',
    },
    ({ world, path, params, links }) => {
      const view = workspaceIn(world, path.WorkspaceSid);
      const { minutes = 15, endDate = links.now, sid, taskChannel, eventType } = params;
      if (minutes < 1) throw badRequest('Minutes is not a positive whole number');
      const start = params.startDate ?? endDate - minutes * 60_000;
      if (start < links.now - EVENTS_KEPT_MS) throw badRequest('StartDate is more than 30 days ago');
      const wanted = {
        ReservationSid: params.reservationSid,
        TaskQueueSid: params.taskQueueSid,
        TaskSid: params.taskSid,
        WorkerSid: params.workerSid,
        WorkflowSid: params.workflowSid,
        TaskChannelSid: taskChannel === undefined ? undefined : (view.taskChannel(taskChannel)?.sid ?? ''),
      };
      const fields = Object.entries(wanted).filter(([, value]) => value !== undefined);
      const all = world.events
        .between(view.workspace.sid, start, endDate)
        .filter(
          (event) =>
            (sid === undefined || event.sid === sid) &&
            (eventType === undefined || event.type === eventType) &&
            fields.every(([name, value]) => event.data[name] === value),
        );
      return page('events', all, (event) => formatEvent(links, event));
    },
  ),
  operation('FetchEvent', `GET ${EVENTS_OF}/{Sid}`, {}, ({ world, path, links }) => {
    const { workspace } = workspaceIn(world, path.WorkspaceSid);
    const at = `/Workspaces/${workspace.sid}/Events/${path.Sid}`;
    const event = world.events.get(workspace.sid, path.Sid);
    const kept = event !== undefined && event.at >= links.now - EVENTS_KEPT_MS;
    return ok(formatEvent(links, found(kept ? event : undefined, at)));
  }),
];
