/**
 * The vocabulary of the tables in this folder: what a parameter takes, what a property holds, and the types that
 * follow from it. A kind may end in `!` (a parameter Twilio requires) or `?` (a property that may be null), and
 * words with `|` between them are an enumeration.
 */

/** A JSON object, of any shape. */
export type JsonObject = { readonly [name: string]: unknown };

/** A workflow's configuration: Twilio's own JSON document. Source: twilio.com/docs/taskrouter/workflow-configuration. */
export interface WorkflowConfiguration {
  readonly task_routing: {
    readonly filters?: readonly WorkflowFilter[];
    readonly default_filter?: JsonObject;
  };
}

/** One filter of a workflow; Twilio has renamed its label over time, so both spellings are here. */
export interface WorkflowFilter {
  readonly filter_friendly_name?: string;
  readonly friendly_name?: string;
  readonly expression: string;
  readonly targets: readonly JsonObject[];
}

/** Least, mean and greatest of a number of waits, and their sum, in seconds. */
export interface Durations {
  readonly avg: number;
  readonly min: number;
  readonly max: number;
  readonly total: number;
}

/** How many workers are in an activity. */
export interface ActivityCount {
  readonly sid: string;
  readonly friendlyName: string;
  readonly workers: number;
}

/** How long workers were in an activity, in seconds. */
export interface ActivityDuration extends Durations {
  readonly sid: string;
  readonly friendlyName: string;
}

/** What a parameter of each kind takes. */
export interface ParameterTypes {
  text: string;
  url: string;
  /** Any SID: sent as it is. */
  sid: string;
  /** A SID, or the friendly name of one in the same workspace. */
  activity: string;
  taskQueue: string;
  workflow: string;
  integer: number;
  boolean: boolean;
  /** Sent as ISO 8601 in UTC. */
  date: Date | string;
  /** Sent as JSON text of at most 4,096 characters. */
  attributes: object;
  configuration: WorkflowConfiguration;
  /** Sent as JSON text. */
  json: object;
  /** Sent once for each item. */
  repeated: readonly string[];
  /** Sent as one string with commas. */
  commas: ReadonlyArray<string | number>;
  /** The header If-Match: the `etag` of the resource as it was read. */
  version: string;
}

/** What a property of each kind holds. */
export interface PropertyTypes {
  text: string;
  url: string;
  sid: string;
  integer: number;
  boolean: boolean;
  date: Date;
  attributes: JsonObject;
  configuration: WorkflowConfiguration;
  /** Sent by Twilio as JSON text. */
  json: JsonObject;
  /** Sent by Twilio as one string with commas. */
  commas: readonly string[];
  links: Readonly<Record<string, string>>;
  counts: Readonly<Record<string, number>>;
  durations: Durations;
  activityCounts: readonly ActivityCount[];
  activityDurations: readonly ActivityDuration[];
  /** An object whose names are turned to camel case, all the way down. */
  object: JsonObject;
  objects: readonly JsonObject[];
}

type Words = `${string}|${string}`;
export type ParameterKind = `${keyof ParameterTypes}${'' | '!'}` | Words;
export type PropertyKind = `${keyof PropertyTypes}${'' | '?'}` | Words;
export type Parameters = Readonly<Record<string, ParameterKind>>;
export type Properties = Readonly<Record<string, PropertyKind>>;

type Split<S extends string> = S extends `${infer First}|${infer Rest}` ? First | Split<Rest> : S;
type Bare<K extends string> = K extends `${infer B}!` ? B : K extends `${infer B}?` ? B : K;
type InputValue<K> = K extends string
  ? Bare<K> extends keyof ParameterTypes
    ? ParameterTypes[Bare<K>]
    : Split<Bare<K>>
  : never;
type OutputValue<K> = K extends string
  ?
      | (Bare<K> extends keyof PropertyTypes ? PropertyTypes[Bare<K>] : Split<Bare<K>>)
      | (K extends `${string}?` ? null : never)
  : never;

/** The input object of an operation, from its parameters. */
export type Input<P> = {
  readonly [K in keyof P as P[K] extends `${string}!` ? K : never]: InputValue<P[K]>;
} & {
  readonly [K in keyof P as P[K] extends `${string}!` ? never : K]?: InputValue<P[K]> | undefined;
};

/** A resource, from its properties. */
export type Resource<P> = { readonly [K in keyof P]: OutputValue<P[K]> } & {
  /** What the answer held beyond the known properties, and known ones of an unknown form, by their wire names. */
  readonly raw: JsonObject;
};

/** One operation of the API, as a row of the table. */
export interface Operation {
  /** Method and path, as Twilio's OpenAPI file writes them. A placeholder stands for a SID of the collection before it. */
  readonly http: `${'GET' | 'POST' | 'DELETE'} /v1/Workspaces${string}`;
  /** In camel case; the wire has them in PascalCase, in the query of a GET and in the form of a POST. */
  readonly params?: Parameters;
  /** In camel case; the wire has them in snake_case. Absent: the answer is empty. */
  readonly returns?: Properties;
  /** The answer is a page, with the items under this name. */
  readonly list?: string;
  /** The body is JSON and has these names as they are. */
  readonly body?: 'json';
  /** A POST that changes nothing. */
  readonly reads?: true;
  /** With this parameter Twilio takes so many requests a second (twilio.com/docs/taskrouter/limits). */
  readonly limit?: { readonly when: string; readonly perSecond: number };
}

export type Operations = Readonly<Record<string, Operation>>;

/** What an operation takes beside the SIDs of its path. */
export type InputOf<O> = O extends { readonly params: infer P } ? Input<P> : Readonly<Record<never, never>>;
/** What an operation answers; for a list, one item. */
export type ResultOf<O> = O extends { readonly returns: infer P } ? Resource<P> : undefined;

/** What every list takes. `Page` is left out: asking by number is retired (twilio.com/docs/api/errors/40153). */
export const PAGING = {
  /** How many items a page holds: 1 to 1,000. Default 50. */
  pageSize: 'integer',
  /** Where to go on, as found in a page's `next_page_url`. Lists follow it by themselves. */
  pageToken: 'text',
} as const satisfies Parameters;

/** What nearly every resource has. */
export const OWNED = { accountSid: 'sid', workspaceSid: 'sid', url: 'url' } as const satisfies Properties;
export const DATED = { dateCreated: 'date', dateUpdated: 'date' } as const satisfies Properties;
