import type { CommandName, Commands } from '../engine/command-types.js';
import { EngineRefusal } from '../engine/index.js';
import type { World } from '../world/world.js';

/** False: the engine refused, because the reservation or task has ended meanwhile. */
export function attempt<N extends CommandName>(
  world: Pick<World, 'dispatch'>,
  name: N,
  params: Commands[N]['params'],
): boolean {
  try {
    world.dispatch(name, params);
    return true;
  } catch (error) {
    if (error instanceof EngineRefusal) return false;
    throw error;
  }
}
