import { notFound } from '../engine/refusal.js';
import type { WorkspaceView } from '../engine/types.js';
import type { World } from './world.js';

/** A workspace by SID. @throws {EngineRefusal} 404 */
export function workspaceIn(world: Pick<World, 'workspaces'>, sid: string): WorkspaceView {
  return found(world.workspaces.get(sid), `/Workspaces/${sid}`);
}

/**
 * The resource, if there is one. `path` is its URL after the version.
 * @throws {EngineRefusal} 404
 */
export function found<T>(resource: T | undefined, path: string): T {
  if (resource === undefined) throw notFound(path);
  return resource;
}
