import { isJsonObject } from './error-answer.js';
import { InputError, TaskRouterConflictError } from './errors.js';
import { orderedJson } from './json.js';
import type { JsonObject } from './spec/kinds.js';

/**
 * A change to attributes: what is to be merged in, or a function of the present attributes that says so. Objects are
 * merged all the way down, `null` removes a name, everything else replaces (RFC 7396). A function may be asked more
 * than once, so it should say what is to be, not what to add.
 */
export type AttributesPatch =
  | JsonObject
  | ((attributes: JsonObject) => JsonObject | undefined | Promise<JsonObject | undefined>);

/** So many other writers in a row, and something is wrong. */
const MOST_CONFLICTS = 25;

/** Merges a patch into attributes. Source: RFC 7396. */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) merged.delete(name);
    else if (isJsonObject(value)) {
      const present = merged.get(name);
      merged.set(name, mergePatch(isJsonObject(present) ? present : {}, value));
    } else merged.set(name, value);
  }
  return Object.fromEntries(merged);
}

interface Patchable {
  readonly attributes: JsonObject;
  readonly etag?: string;
  readonly raw: JsonObject;
}

/**
 * Reads, merges and writes under the version that was read, and begins again when someone else was faster. What others
 * put in meanwhile, Twilio above all, stays.
 */
export async function patchAttributes<R extends Patchable>(
  operation: string,
  patch: AttributesPatch,
  read: () => Promise<R>,
  write: (input: { attributes: JsonObject; ifMatch: string | undefined }) => Promise<R>,
): Promise<R> {
  for (let conflicts = 0; ; conflicts += 1) {
    const resource = await read();
    // Writing would throw away what could not be read.
    if ('attributes' in resource.raw)
      throw new InputError(operation, 'the current attributes are not a JSON object');
    const change = typeof patch === 'function' ? await patch(resource.attributes) : patch;
    const attributes = mergePatch(resource.attributes, change ?? {});
    if (orderedJson(attributes) === orderedJson(resource.attributes)) return resource;
    try {
      return await write({ attributes, ifMatch: resource.etag });
    } catch (error) {
      if (!(error instanceof TaskRouterConflictError) || conflicts >= MOST_CONFLICTS) throw error;
    }
  }
}
