import type { Calls } from '../../calls/calls.js';
import type { WorkspaceView } from '../../engine/types.js';
import type { InstructionExecutor, World } from '../../world/world.js';
import type { Shaping } from '../shapes.js';
import type { Grant } from '../tokens/grant.js';
import { listOf } from './lists.js';
import type { PERMISSIONS } from './permissions.js';
import { callRest } from './rest.js';

/** Who is in the simulated conferences. */
export type Participants = Pick<Calls, 'updateParticipant' | 'kick'>;

/** A call that may be made. */
export interface AgentCall extends Shaping {
  readonly world: World;
  readonly executor: InstructionExecutor;
  readonly participants: Participants;
  readonly grant: Grant;
  readonly path: Readonly<Record<string, string>>;
  /** As texts, `If-Match` among them. */
  readonly params: Readonly<Record<string, string>>;
  readonly view: WorkspaceView;
}

/** A row of the table of calls. */
export interface AgentRoute {
  readonly method: 'GET' | 'POST';
  /** Below `Workspaces/{WorkspaceSid}/`. */
  readonly path: string;
  readonly may: keyof typeof PERMISSIONS;
  readonly answer: (call: AgentCall) => object | Promise<object>;
}

export const route = (
  method: AgentRoute['method'],
  path: string,
  may: AgentRoute['may'],
  answer: AgentRoute['answer'],
): AgentRoute => ({ method, path, may, answer });

/** Calls an operation of REST with the call's own parameters; `names` are those that REST calls differently. */
export function rest(
  call: AgentCall,
  id: string,
  path: Readonly<Record<string, string>>,
  seen?: Parameters<typeof callRest>[1],
  names: Readonly<Record<string, string>> = {},
): Promise<readonly unknown[]> {
  const { world, executor } = call;
  const params = Object.fromEntries(
    Object.entries(call.params).map(([name, value]) => [
      Object.hasOwn(names, name) ? names[name]! : name,
      value,
    ]),
  );
  return callRest({ world, executor, id, path: { ...call.path, ...path }, params }, seen);
}

/** One page of a list of REST, in the SDK's shape. */
export async function list<T extends { readonly sid: string }>(
  call: AgentCall,
  id: string,
  shape: (shaping: Shaping, item: T) => object,
  only: (item: T) => boolean = () => true,
): Promise<object> {
  const { PageSize: pageSize, AfterSid: afterSid, NextToken: nextToken, ...params } = call.params;
  const items = (await rest({ ...call, params }, id, {})) as readonly T[];
  const paging = { afterSid, nextToken, pageSize: pageSize === undefined ? undefined : Number(pageSize) };
  return listOf(items.filter(only), paging, (item) => shape(call, item));
}
