import { ConfigurationError } from '../errors.js';
import type { Instruction } from '../instructions/index.js';

/**
 * The part of a REST client that callbacks need; a client from `taskrouter-kit/rest` has it all. Callbacks know nothing
 * else of REST, so a router without a client loads nothing of it.
 */
export interface CallbackClient {
  readonly names: CallbackNames;
  /** Everything in one workspace: the one of the callback. */
  workspace(workspaceSid: string): CallbackWorkspace;
}

/** The resources that may be written by friendly name. */
export type NameKind = 'activity' | 'taskQueue' | 'workflow' | 'worker' | 'workspace';

/** Friendly names to SIDs. */
export interface CallbackNames {
  resolve(kind: NameKind, name: string, where?: { workspaceSid?: string | undefined }): Promise<string>;
  /** The SID if it is already known, without a request. */
  get(kind: NameKind, name: string, where?: { workspaceSid?: string | undefined }): string | undefined;
}

export interface CallbackWorkspace {
  reservation(taskSid: string, reservationSid: string): CallbackReservation;
  readonly tasks: {
    fetch(sid: string): Promise<{ readonly taskChannelUniqueName?: string | null | undefined }>;
  };
  readonly workflows: {
    fetch(sid: string): Promise<{ readonly taskReservationTimeout?: number | null | undefined }>;
  };
}

export interface CallbackReservation {
  readonly sid: string;
  fetch(options?: { signal?: AbortSignal }): Promise<{ readonly reservationStatus: string }>;
  apply(instruction: Instruction, options?: { signal?: AbortSignal }): Promise<unknown>;
}

/** The `client` of handlers. task-router.ts, which knows both, extends it to the client of one workspace. */
export interface HandlerClient {}

/** The `reservation` of handlers. Extended like {@link HandlerClient}. */
export interface HandlerReservation {
  /** `WR…` */
  readonly sid: string;
}

/** One client, or a function that returns the client for an account. */
export type ClientOption = CallbackClient | ((accountSid: string | undefined) => CallbackClient);

/** The client for the callback of an account; undefined when the router has none. */
export function clientFor(
  option: ClientOption | undefined,
  accountSid: string | undefined,
): CallbackClient | undefined {
  return typeof option === 'function' ? option(accountSid) : option;
}

/** The error a handler gets from `client` or `reservation` if its router has no client. */
export function noClient(what: string): ConfigurationError {
  return new ConfigurationError(
    'no-client',
    `${what} needs a REST client, but this router has none: pass createTaskRouter the option client, made by ` +
      'createTaskRouterClient of taskrouter-kit/rest.',
  );
}

const READS = new Set(['fetch']);

/**
 * The reservation as a handler gets it: its SID, and every method of the client's. `onUpdate` hears of each call that
 * changes it. Without a client the methods throw.
 */
export function handlerReservation(
  sid: string,
  handle: (() => CallbackReservation) | undefined,
  onUpdate: (method: string) => void,
): HandlerReservation {
  let made: CallbackReservation | undefined;
  return new Proxy({ sid } as HandlerReservation, {
    get(target, property) {
      if (
        property === 'sid' ||
        typeof property === 'symbol' ||
        property === 'then' ||
        property === 'toJSON'
      ) {
        return Reflect.get(target, property);
      }
      if (!handle) throw noClient(`reservation.${property}`);
      made ??= handle();
      const method: unknown = Reflect.get(made, property);
      if (typeof method !== 'function' || READS.has(property)) return method;
      return (...args: unknown[]) => {
        onUpdate(property);
        return Reflect.apply(method, made, args);
      };
    },
  });
}
