import { TaskRouterKitError } from '../errors.js';
import type { Schema, SchemaIssue } from '../standard-schema.js';
import type { CallOptions } from './calls.js';
import type { List } from './list.js';

/** The options of a call that answers something with attributes. */
export interface AttributesOptions<Attributes> extends CallOptions {
  /** Checks the attributes and gives them its type. Without it they are typed as you say, and not looked at. */
  readonly schema?: Schema<Attributes> | undefined;
}

/** Attributes that are not what the schema takes. The resource was read, or written, all the same. */
export class AttributesError extends TaskRouterKitError {
  /** The schema's issues. */
  readonly issues: readonly SchemaIssue[];

  constructor(sid: string, issues: readonly SchemaIssue[]) {
    const paths = issues.map(
      ({ path = [] }) => path.map((one) => String(keyOf(one))).join('.') || 'the whole',
    );
    super(
      'invalid-attributes',
      `The attributes of ${sid} do not fit the schema (at: ${[...new Set(paths)].join(', ')}).`,
    );
    this.issues = issues;
  }
}

function keyOf(part: PropertyKey | { readonly key: PropertyKey }): PropertyKey {
  return typeof part === 'object' ? part.key : part;
}

interface WithAttributes {
  readonly sid: string;
  readonly attributes: unknown;
}

/**
 * The resource with its attributes as the schema says, or as the caller does.
 *
 * @throws {AttributesError} if the schema refuses them.
 */
export async function typed<R extends WithAttributes, A>(
  resource: R,
  options: AttributesOptions<A> | undefined,
): Promise<Omit<R, 'attributes'> & { readonly attributes: A }> {
  const schema = options?.schema;
  if (schema === undefined) return resource as Omit<R, 'attributes'> & { readonly attributes: A };
  const result = await schema['~standard'].validate(resource.attributes);
  if (result.issues !== undefined) throw new AttributesError(resource.sid, result.issues);
  return { ...resource, attributes: result.value };
}

/** The same for every item of a list. */
export function typedList<R extends WithAttributes, A>(
  list: List<R>,
  options: AttributesOptions<A> | undefined,
): List<Omit<R, 'attributes'> & { readonly attributes: A }> {
  return {
    async *[Symbol.asyncIterator]() {
      for await (const item of list) yield await typed(item, options);
    },
    async first() {
      const item = await list.first();
      return item && typed(item, options);
    },
    all: async (limits) => Promise.all((await list.all(limits)).map((item) => typed(item, options))),
  };
}
