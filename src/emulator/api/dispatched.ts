import type { CommandName, Commands } from '../engine/command-types.js';
import type { World } from '../world/world.js';
import type { Answer } from './operation.js';

/**
 * Carries out a command and answers the resource as the command leaves it. TaskRouter routes after it has answered: a
 * task is pending in the answer to its creation, even if it is reserved a moment later.
 */
export function dispatched<N extends CommandName>(
  world: World,
  name: N,
  params: Commands[N]['params'],
  answer: (resource: Commands[N]['result']) => Answer,
): Answer {
  let seen: Answer;
  world.dispatch(name, params, (resource) => {
    seen = answer(resource);
  });
  return seen;
}
