import { ConfigurationError } from '../errors.js';
import { refuseUnknownKeys } from '../near-miss.js';
import {
  type CheckedDefinition,
  checkDefinition,
  type WorkspaceDefinition,
} from '../workspace/definition/index.js';
import { changeWorkspace, fillWorkspace, type Sids } from './apply-definition.js';
import type { World } from './world/world.js';

/** The SIDs of what a definition made, by the names in it. */
export interface Seeded<D extends WorkspaceDefinition> {
  readonly workspaceSid: string;
  readonly activities: SidsOf<D['activities']> &
    Readonly<Record<'Offline' | 'Available' | 'Unavailable', string>>;
  readonly taskChannels: SidsOf<D['taskChannels']> &
    Readonly<Record<'default' | 'voice' | 'sms' | 'chat' | 'video', string>>;
  readonly taskQueues: SidsOf<D['taskQueues']>;
  readonly workers: SidsOf<D['workers']>;
  readonly workflows: SidsOf<D['workflows']>;
}

type SidsOf<T> = { readonly [K in keyof NonNullable<T> & string]: string };

export interface SeedOptions {
  /**
   * Changes this workspace to what the definition says, in place of making one. What the definition no longer has is
   * deleted, except what tasks still need; workers keep the activity they are in.
   */
  readonly workspaceSid?: string | undefined;
}

/** What a change could not do, and why: `taskQueues.Support: Cannot delete …`. */
export type OnKept = (message: string) => void;

/**
 * Makes a workspace from its definition, or changes one.
 *
 * @param rehearse - runs a change against a TaskRouter of its own first, so that one that is refused changes nothing.
 * @throws {DefinitionError} what is wrong with the definition; EngineRefusal what TaskRouter would refuse. Nothing has
 * changed then.
 */
export function seedWorkspace<const D extends WorkspaceDefinition>(
  world: World,
  definition: D,
  options: SeedOptions,
  rehearse: () => Pick<World, 'dispatch' | 'workspaces'>,
): Seeded<D> {
  refuseUnknownKeys(options, ['workspaceSid'], 'seed');
  const checked = checkDefinition(definition);
  const { workspaceSid } = options;
  if (workspaceSid === undefined) return named(makeWorkspace(world, checked));
  if (!world.workspaces.has(workspaceSid)) {
    throw new ConfigurationError('unknown-workspace', `There is no workspace ${workspaceSid} to change.`);
  }
  makeWorkspace(rehearse(), checked);
  return named({
    workspaceSid,
    sids: changeWorkspace(world, workspaceSid, checked, (message) => world.log.warn({}, message)),
  });
}

interface Made {
  readonly workspaceSid: string;
  readonly sids: Sids;
}

function makeWorkspace(world: Pick<World, 'dispatch' | 'workspaces'>, definition: CheckedDefinition): Made {
  const { sid: workspaceSid } = world.dispatch('createWorkspace', {
    friendlyName: definition.friendlyName ?? 'Workspace',
    multiTaskEnabled: definition.multiTaskEnabled,
    prioritizeQueueOrder: definition.prioritizeQueueOrder,
    eventCallbackUrl: definition.eventCallbackUrl,
    eventsFilter: definition.eventsFilter?.join(','),
  });
  try {
    return { workspaceSid, sids: fillWorkspace(world, workspaceSid, definition) };
  } catch (error) {
    // Half a workspace helps nobody.
    world.dispatch('deleteWorkspace', { sid: workspaceSid });
    throw error;
  }
}

function named<D extends WorkspaceDefinition>({ workspaceSid, sids }: Made): Seeded<D> {
  const kinds = Object.entries(sids).map(([kind, map]) => [kind, Object.fromEntries(map)]);
  return { workspaceSid, ...Object.fromEntries(kinds) };
}
