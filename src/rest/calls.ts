import { ConfigurationError } from '../errors.js';
import type { Answer } from './attempt.js';
import { withValueAt } from './configuration.js';
import { decode } from './decode.js';
import { encode, type WireRequest } from './encode.js';
import { isJsonObject } from './error-answer.js';
import { TaskRouterApiError } from './errors.js';
import { orderedJson } from './json.js';
import { Limiter } from './limiter.js';
import { type List, listOf, type Page } from './list.js';
import type { Names } from './names.js';
import { type Bounds, type Plan, perform, type Requester } from './request.js';
import type { Effect } from './retry-policy.js';
import type { InputOf, JsonObject, Operation, ResultOf } from './spec/kinds.js';
import { type NamedArgument, namedArguments, type Wire, wireOf } from './wire.js';

/** What bounds a call: a signal, the time for one attempt, the time for all of it. */
export type CallOptions = Bounds;

/** What a caller knows beyond the table. */
export interface Extra<T> {
  /** Parameters already in their wire form. */
  readonly form?: ReadonlyArray<readonly [string, string]>;
  readonly effect?: Effect;
  /** What its user called, where that is not the operation: `tasks.complete`. */
  readonly name?: string;
  readonly look?: Plan<T>['look'];
}

/** The calls of one workspace: every operation of the table goes through one of its two methods. */
export class Calls {
  readonly #requester: Requester;
  readonly #names: Names;
  readonly #limiters: Map<Operation, Limiter>;
  readonly #workspaceSid: string | undefined;

  constructor(
    requester: Requester,
    names: Names,
    workspaceSid: string | undefined,
    limiters: Map<Operation, Limiter> = new Map(),
  ) {
    this.#requester = requester;
    this.#names = names;
    this.#workspaceSid = workspaceSid;
    this.#limiters = limiters;
  }

  /** The same for another workspace; limits are kept by account. */
  inWorkspace(workspaceSid: string): Calls {
    return new Calls(this.#requester, this.#names, workspaceSid, this.#limiters);
  }

  get requester(): Requester {
    return this.#requester;
  }

  get names(): Names {
    return this.#names;
  }

  /** @throws {ConfigurationError} if no workspace was named. */
  get workspaceSid(): string {
    if (this.#workspaceSid === undefined) {
      const how = 'give createTaskRouterClient a workspaceSid (or set TWILIO_WORKSPACE_SID)';
      throw new ConfigurationError(
        'no-workspace',
        `This call needs a workspace: ${how}, or use client.workspace(sid).`,
      );
    }
    return this.#workspaceSid;
  }

  /**
   * Calls an operation that answers one resource, or nothing.
   *
   * @param sids those of the path after the workspace's.
   */
  async call<O extends Operation>(
    operation: O,
    sids: readonly string[],
    input: InputOf<O>,
    options?: CallOptions,
    extra: Extra<ResultOf<O>> = {},
  ): Promise<ResultOf<O>> {
    const wire = wireOf(operation);
    const path = this.#path(wire, sids);
    const result = await this.#named(wire, path, input, (whole, resolved) => {
      const request = encode(wire, whole, resolved, extra.form, extra.name);
      const effect = extra.effect ?? effectOf(operation, wire, resolved);
      const read = (answer: Answer) => resourceOf(operation, answer) as ResultOf<O>;
      const plan: Plan<ResultOf<O>> = {
        operation: wire.name,
        effect,
        request,
        limiter: this.#limiter(operation, input),
        read,
        gone: { result: undefined as ResultOf<O> },
      };
      const look = extra.look ?? (effect === 'guarded-update' ? this.#rereading(plan, resolved) : undefined);
      return perform(this.#requester, look === undefined ? plan : { ...plan, look }, options);
    });
    // What this client has changed, it knows to be changed.
    if (wire.collection !== undefined && wire.method !== 'GET') {
      this.#names.forget(wire.collection, path[0] as string);
    }
    return result;
  }

  /** Lists what an operation answers in pages. */
  list<O extends Operation>(
    operation: O,
    sids: readonly string[],
    input: InputOf<O>,
    options?: CallOptions,
  ): List<ResultOf<O>> {
    const wire = wireOf(operation);
    const path = this.#path(wire, sids);
    const limiter = this.#limiter(operation, input);
    const send = (request: WireRequest): Promise<Page<ResultOf<O>>> =>
      perform(
        this.#requester,
        {
          operation: wire.name,
          effect: 'read',
          request,
          limiter,
          read: (answer) => pageOf(operation, answer),
        },
        options,
      );
    return listOf((next, pageSize) => {
      if (next !== undefined) {
        return send({
          method: 'GET',
          target: next,
          headers: { accept: 'application/json' },
          body: undefined,
        });
      }
      const sized = { ...(pageSize === undefined ? {} : { pageSize }), ...defined(input) };
      return this.#named(wire, path, sized, (whole, resolved) => send(encode(wire, whole, resolved)));
    });
  }

  #path({ placeholders }: Wire, sids: readonly string[]): readonly string[] {
    return placeholders.length > sids.length ? [this.workspaceSid, ...sids] : sids;
  }

  #limiter(operation: Operation, input: object): Limiter | undefined {
    const { limit } = operation;
    if (limit === undefined || !(limit.when in input)) return undefined;
    const limiter = this.#limiters.get(operation) ?? new Limiter(limit.perSecond);
    this.#limiters.set(operation, limiter);
    return limiter;
  }

  /** Sends with SIDs for friendly names, once more if Twilio refuses one that has changed hands meanwhile. */
  async #named<T>(
    wire: Wire,
    path: readonly string[],
    input: object,
    send: (path: readonly string[], input: object) => Promise<T>,
  ): Promise<T> {
    const named = namedArguments(wire, path, input);
    if (named.length === 0) return send(path, input);
    const workspaceSid = path[0] as string;
    const resolve = () =>
      Promise.all(named.map(({ kind, name }) => this.#names.resolve(kind, name, { workspaceSid })));
    const sids = await resolve();
    try {
      return await send(...replaced(path, input, named, sids));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const { kind } of named) this.#names.forget(kind, workspaceSid);
      const now = await resolve();
      if (now.every((sid, index) => sid === sids[index])) throw error;
      return send(...replaced(path, input, named, now));
    }
  }

  /** Reads the resource of an update again, and says whether it is as the update was to make it. */
  #rereading<T>(plan: Plan<T>, input: object): NonNullable<Plan<T>['look']> {
    const request: WireRequest = {
      method: 'GET',
      target: plan.request.target,
      headers: { accept: 'application/json' },
      body: undefined,
    };
    return async (bounds) => {
      const { operation, read } = plan;
      const result = await perform(this.#requester, { operation, effect: 'read', request, read }, bounds);
      return isJsonObject(result) && isAsWritten(input, result) ? { result } : 'repeat';
    };
  }
}

function effectOf(operation: Operation, wire: Wire, input: object): Effect {
  if (wire.method === 'GET' || operation.reads) return 'read';
  if (wire.method === 'DELETE') return 'delete';
  if (wire.texts.at(-1) !== '') return 'create';
  return 'ifMatch' in input && input.ifMatch !== undefined ? 'guarded-update' : 'update';
}

function resourceOf(operation: Operation, { json, etag }: Answer): JsonObject | undefined {
  if (operation.returns === undefined) return undefined;
  const resource = decode(operation.returns, json);
  return etag === undefined ? resource : { ...resource, etag };
}

function pageOf<O extends Operation>(operation: O, { json }: Answer): Page<ResultOf<O>> {
  const { returns = {}, list = '' } = operation;
  const items = Array.isArray(json[list]) ? json[list].filter(isJsonObject) : [];
  const said = isJsonObject(json.meta) ? json.meta.next_page_url : undefined;
  const next = typeof said === 'string' && URL.canParse(said) ? new URL(said) : undefined;
  return {
    items: items.map((item) => decode(returns, item) as ResultOf<O>),
    // The host stays ours: a regional host may answer with the plain one, and credentials go nowhere else.
    next: next && next.pathname + next.search,
  };
}

/** Whether Twilio refused the request for what was in it. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof TaskRouterApiError &&
    (error.status === 400 || error.status === 404) &&
    !error.maybeApplied
  );
}

function defined(input: object): object {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function replaced(
  path: readonly string[],
  input: object,
  named: readonly NamedArgument[],
  sids: readonly string[],
): [path: readonly string[], input: object] {
  const newPath = [...path];
  const newInput: Record<string, unknown> = { ...input };
  named.forEach(({ where }, index) => {
    if ('sid' in where) newPath[where.sid] = sids[index] as string;
    else newInput[where.parameter] = withValueAt(newInput[where.parameter], where.path ?? [], sids[index]);
  });
  return [newPath, newInput];
}

/** Whether every value of an update is what the resource holds now. */
function isAsWritten(input: object, resource: JsonObject): boolean {
  return Object.entries(input).every(([name, value]) => {
    // A version and an order leave nothing that could be compared.
    if (value === undefined || name === 'ifMatch' || name === 'rejectPendingReservations') return true;
    if (name === 'taskChannel') {
      return value === resource.taskChannelSid || value === resource.taskChannelUniqueName;
    }
    const now = resource[name];
    if (now instanceof Date) {
      return Math.floor(now.getTime() / 1_000) === Math.floor(new Date(value).getTime() / 1_000);
    }
    return isJsonObject(value) ? orderedJson(value) === orderedJson(now) : value === now;
  });
}
