import type { Links } from '../../api/formatters/links.js';
import type { Operation } from '../../api/operation.js';
import { operations } from '../../api/operations.js';
import type { CommandName, Commands } from '../../engine/command-types.js';
import type { InstructionExecutor, World } from '../../world/world.js';

/** The operations of the REST API, called from within: their parameters are read and checked as those of REST are. */

const byId: ReadonlyMap<string, Operation> = new Map(
  operations.map((operation) => [operation.id, operation]),
);

/** The answer of REST is not sent, so its URLs lead nowhere. */
const links = ({ accountSid, now }: World): Links => ({ accountSid, now: now(), url: (path) => path });

export interface RestCall {
  readonly world: World;
  readonly executor: InstructionExecutor;
  readonly id: string;
  readonly path: Readonly<Record<string, string>>;
  /** As a form would have them: texts. */
  readonly params: Readonly<Record<string, unknown>>;
}

type Seen = (resource: NonNullable<Commands[CommandName]['result']>) => void;

/**
 * Calls an operation.
 *
 * @param seen - sees the resource of every command it gives, before routing goes on: the client counts changes by itself
 * that come after the answer.
 * @returns what a list has, in order; nothing for other operations.
 * @throws {EngineRefusal} as REST would refuse.
 */
export async function callRest(call: RestCall, seen?: Seen): Promise<readonly unknown[]> {
  const { world, executor, id, path } = call;
  const operation = byId.get(id);
  if (!operation) throw new Error(`there is no operation ${id}`);
  const params = await operation.read(call.params);
  const answer = operation.run({ world: watched(world, seen), executor, path, params, links: links(world) });
  return answer && 'items' in answer ? answer.items : [];
}

function watched(world: World, seen: Seen | undefined): World {
  if (!seen) return world;
  return {
    ...world,
    dispatch: (name, params, alsoSeen) =>
      world.dispatch(name, params, (resource) => {
        alsoSeen?.(resource);
        if (resource) seen(resource);
      }),
  };
}
