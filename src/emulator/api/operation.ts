import type { EngineEvent } from '../engine/events/outputs.js';
import type { InstructionExecutor, World } from '../world/world.js';
import type { Links } from './formatters/links.js';
import type { Params, Values } from './kinds.js';
import { parameterReader, type ReadParameters } from './parameters.js';

/** One operation of the API: a row of the table that is served. */
export interface Operation {
  /** Twilio's operationId. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As the OpenAPI file writes it: `/v1/Workspaces/{WorkspaceSid}/Tasks`. */
  readonly path: string;
  readonly params: Params;
  readonly read: ReadParameters<Params>;
  readonly run: (call: AnyCall) => Answer;
}

/** One request, checked. */
export interface Call<H extends string, P> {
  readonly world: World;
  readonly executor: InstructionExecutor;
  readonly path: { readonly [K in Placeholder<H>]: string };
  readonly params: Values<P>;
  /** Makes URLs under the host the client called. */
  readonly links: Links;
}
type AnyCall = Call<string, Params>;

/** `{WorkspaceSid}` and `{Sid}` of a path. */
type Placeholder<H extends string> = H extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

/** What an operation answers: nothing (204), one resource, or the page of a list. */
export type Answer =
  | undefined
  | { readonly status: 200 | 201; readonly body: object; readonly version?: number | undefined }
  | Listing;

/** A whole list, of which a page is answered. */
export interface Listing {
  readonly key: string;
  readonly items: readonly Listed[];
  readonly format: (item: never) => object;
  /** Is it in another order than that of creation? */
  readonly reordered: boolean;
}

/** What paging needs to know of an item. */
export type Listed = { readonly sid: string } & ({ readonly dateCreated: number } | Pick<EngineEvent, 'at'>);

/** What every list takes: twilio.com/docs/usage/twilios-response. */
export const paging = { PageSize: 'integer', Page: 'integer', PageToken: 'text' } as const satisfies Params;

/**
 * Defines one operation.
 *
 * @example
 * operation('FetchActivity', 'GET /v1/Workspaces/{WorkspaceSid}/Activities/{Sid}', {}, ({ path }) => …)
 */
export function operation<const H extends string, const P extends Params>(
  id: string,
  http: H,
  params: P,
  run: (call: Call<H, P>) => Answer,
): Operation {
  const [method, path] = http.split(' ') as [Operation['method'], string];
  return { id, method, path, params, read: parameterReader<Params>(params), run: run as Operation['run'] };
}

/** Defines a list: the same, with the parameters of paging. */
export function listing<const H extends string, const P extends Params>(
  id: string,
  http: H,
  params: P,
  run: (call: Call<H, P>) => Listing,
): Operation {
  return operation(id, http, { ...params, ...paging }, (call) => run(call as unknown as Call<H, P>));
}

/** The page of a list. */
export function page<T extends Listed>(
  key: string,
  items: Iterable<T>,
  format: (item: T) => object,
  reordered = false,
): Listing {
  return { key, items: [...items], format, reordered };
}

export const created = (body: object, version?: number): Answer => ({ status: 201, body, version });
/** The answer of a deletion, which has no body. */
export const removed = (_done: void): Answer => undefined;
export const ok = (body: object, version?: number): Answer => ({ status: 200, body, version });
