/**
 * The part of the Standard Schema interface this package uses; zod, valibot and arktype schemas have it.
 *
 * @see standardschema.dev
 */
export interface Schema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** What a schema found wrong, in its own words. May quote values: show it to nobody but the developer. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}

/**
 * What a schema makes of attributes; plain attributes where there is no schema.
 *
 * The first test is for the compiler: while it infers a call inside a handler, such as `() => defer(({ task }) => …)`,
 * a schema that is not given is `never`, and a conditional type over a bare `never` would give the inner function's
 * context no type at all.
 */
export type OutputOf<S> = [S] extends [never]
  ? Attributes
  : S extends Schema<infer Output>
    ? Output
    : Attributes;

/** Task or worker attributes: the parsed JSON object, its values unchecked. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Whether a value is a Standard Schema. arktype's are functions. */
export function isSchema(value: unknown): value is Schema {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') && '~standard' in value
  );
}
