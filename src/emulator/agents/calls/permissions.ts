import { EngineRefusal } from '../../engine/refusal.js';
import type { WorkspaceView } from '../../engine/types.js';
import type { Grant } from '../tokens/grant.js';
import { allows } from '../tokens/policies.js';

/** What a token opens. That Twilio's own answer is 403 with 20003 is our choice; so are the roles' limits. */

/** A call, as far as permission goes. */
export interface AskedCall {
  readonly method: 'GET' | 'POST';
  /** `Workspaces/WS…/Workers/WK…`. */
  readonly url: string;
  readonly path: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Whether the bearer of an access token may; each is one word of the table of calls. */
export type Permission = (grant: Grant, call: AskedCall, view: WorkspaceView) => boolean;

const leads = ({ role }: Grant) => role !== 'worker';
const isOwn = ({ workerSid }: Grant, { path }: AskedCall) =>
  workerSid !== undefined && path.WorkerSid === workerSid;

export const PERMISSIONS = {
  /** Anybody in the workspace. */
  anyone: () => true,
  /** The worker of the path alone. */
  ownWorker: isOwn,
  /** The worker of the path, supervisors and admins. */
  ownWorkerOrLead: (grant, call) => isOwn(grant, call) || leads(grant),
  lead: leads,
  /** A worker who has, or had, a reservation of the task; supervisors and admins. */
  workerOfTaskOrLead: (grant, { path }, view) =>
    leads(grant) ||
    view.reservationsOfTask(path.TaskSid ?? '').some(({ workerSid }) => workerSid === grant.workerSid),
  /** A worker makes tasks for itself. */
  taskForSelfOrLead: (grant, { params }) =>
    leads(grant) || (grant.workerSid !== undefined && params.RoutingTarget === grant.workerSid),
  /** A supervisor listens in as itself. */
  supervisesAsSelf: (grant, { params }) => leads(grant) && params.Supervisor === grant.workerSid,
} satisfies Record<string, Permission>;

const TASK_ROUTER = 'https://taskrouter.twilio.com/v1';
const EVENT_BRIDGE = 'https://event-bridge.twilio.com/v1/wschannels';

/** @throws {EngineRefusal} 403 */
export function checkCall(
  permission: Permission,
  grant: Grant,
  call: AskedCall,
  accountSid: string,
  view: WorkspaceView,
): void {
  if (call.path.WorkspaceSid !== grant.workspaceSid)
    throw forbidden('the token is for another Workspace of this emulator');
  if (!grant.capability) {
    if (permission(grant, call, view)) return;
    throw forbidden(
      grant.role === 'worker'
        ? 'the role worker may read and change its own Worker, its Reservations and their Tasks; the rest is for supervisor and admin'
        : `the role ${grant.role} may not do this`,
    );
  }
  checkChannel(grant, 'POST', accountSid);
  const { method, url, params } = call;
  if (allows(grant.capability.policies, { method, url: `${TASK_ROUTER}/${url}`, params })) return;
  throw forbidden(
    `no policy of the token allows ${method} ${TASK_ROUTER}/${url} with ${Object.keys(params).join(', ') || 'no parameters'}`,
  );
}

/** A capability token also says whether its bearer may open a socket (GET) and make calls (POST). @throws {EngineRefusal} */
export function checkChannel({ capability }: Grant, method: 'GET' | 'POST', accountSid: string): void {
  if (!capability) return;
  const url = `${EVENT_BRIDGE}/${accountSid}/${capability.channel}`;
  if (!allows(capability.policies, { method, url, params: {} }))
    throw forbidden(`no policy of the token allows ${method} ${url}`);
}

const forbidden = (why: string) => new EngineRefusal(403, 20003, `Permission Denied: ${why}`);
