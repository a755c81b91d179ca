import { sid } from 'taskrouter-kit/testing';
import { type Recorded, type Reply, type RestServer, startRestServer } from '../support/rest-server.js';

export const ACCOUNT = sid('AC', 1);
export const WORKSPACE = sid('WS', 1);
export const QUEUE = sid('WQ', 1);
export const OFFLINE = sid('WA', 1);

/** TaskRouter's REST API as far as deferred answers and names need it, on loopback. */
export interface TaskRouterDouble extends Pick<RestServer, 'url' | 'requests' | 'close'> {
  /** The statuses of reservations; one that is not here is pending. */
  readonly statuses: Map<string, string>;
  /** What is answered instead, by method and reservation or kind: `POST WR…`, `GET Activities`. A function may do more. */
  readonly replies: Map<string, Reply | (() => Reply)>;
  /** The forms of the updates of one reservation. */
  updatesOf(reservationSid: string): ReadonlyArray<Readonly<Record<string, string>>>;
  /** The variables that lead an endpoint here. */
  readonly env: Readonly<Record<string, string>>;
}

/** What an update makes of a reservation; other instructions accept it. */
const AFTER: Readonly<Record<string, string>> = { reject: 'rejected' };

export async function startTaskRouterDouble(port = 0): Promise<TaskRouterDouble> {
  const statuses = new Map<string, string>();
  const replies = new Map<string, Reply | (() => Reply)>();

  function reply({ method, path, fields }: Recorded): Reply {
    const [, , , , resource = '', taskSid, , reservationSid] = path.split('/');
    const told = replies.get(`${method} ${reservationSid ?? resource}`);
    if (told !== undefined) return typeof told === 'function' ? told() : told;
    if (reservationSid !== undefined) {
      const form = Object.fromEntries(fields);
      if (method === 'POST') statuses.set(reservationSid, AFTER[form.Instruction ?? ''] ?? 'accepted');
      const reservation_status = statuses.get(reservationSid) ?? 'pending';
      return { status: 200, json: { sid: reservationSid, task_sid: taskSid, reservation_status } };
    }
    if (resource === 'Workflows')
      return { status: 200, json: { sid: taskSid, task_reservation_timeout: 120 } };
    const list = { TaskQueues: [QUEUE, 'Support EN'], Activities: [OFFLINE, 'Offline'] }[resource];
    if (list === undefined) return { status: 404, json: { code: 20404, message: 'not found', status: 404 } };
    const key = resource === 'TaskQueues' ? 'task_queues' : 'activities';
    const items = [{ sid: list[0], friendly_name: list[1] }];
    return { status: 200, json: { meta: { key, next_page_url: null }, [key]: items } };
  }

  const server = await startRestServer(reply, undefined, port);
  return {
    url: server.url,
    requests: server.requests,
    close: server.close,
    statuses,
    replies,
    updatesOf: (reservationSid) =>
      server.requests
        .filter(({ method, path }) => method === 'POST' && path.endsWith(reservationSid))
        .map(({ fields }) => Object.fromEntries(fields)),
    env: {
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TWILIO_WORKSPACE_SID: WORKSPACE,
      TASKROUTER_BASE_URL: server.url,
    },
  };
}
