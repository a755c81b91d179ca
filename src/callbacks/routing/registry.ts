import { EVENT_SUBJECTS, meantEventType } from '../../documented-events.js';
import { ConfigurationError } from '../../errors.js';
import type { Decision, Instruction } from '../../instructions/index.js';
import type { AssignmentContext, BadAttributesContext } from '../context.js';
import type { ChosenEvent, EventChoice, EventContext, EventHandler } from '../event-types.js';
import { type Decider, type HandlerOf, readHandler } from './handler.js';
import { type Abilities, type AnyMatch, type Conditions, readMatch, shadows } from './match.js';

/**
 * Wraps every handler. `next()` runs the next middleware, and finally the handler, and returns its decision. Return that
 * decision or another one. Around an event handler the result is not used.
 */
export type Middleware = (
  context: AssignmentContext | EventContext,
  next: () => Promise<MiddlewareResult>,
) => MiddlewareResult | Promise<MiddlewareResult>;

export type MiddlewareResult = Decision<never> | undefined | void;

/** Gets every error a handler throws. May decide an assignment by returning an instruction; otherwise it is answered 500. */
export type ErrorHandler = (
  error: unknown,
  context: AssignmentContext | EventContext,
) => Instruction | undefined | void | Promise<Instruction | undefined | void>;

/** How the deferred part of a callback ended, after its answer `{}`. */
export interface DeferredOutcome {
  /**
   * `applied`: a REST reservation update was accepted. `refused`: the reservation was no longer pending. `failed`: nothing
   * was applied; `error` says why. `unknown`: the update may have been carried out. It is not sent again, because a phone
   * may already be ringing. Its answer was lost (`error` says how), or its process died while sending it. `left`: nothing
   * was sent, and the reservation is left to the agent's own screen or to its timeout. Either there was no instruction,
   * or it makes a phone ring and the store did not confirm in time that it was about to be sent (`error` says so).
   */
  readonly outcome: 'applied' | 'refused' | 'failed' | 'unknown' | 'left';
  readonly handler: string | undefined;
  /** The instruction's name. */
  readonly instruction: string | undefined;
  readonly error: unknown;
  /** Whether this process took over from one that died. */
  readonly takenOver: boolean;
  readonly workspaceSid: string;
  readonly taskSid: string;
  readonly reservationSid: string;
}

/** A registered handler with its conditions. */
export interface Route {
  readonly name: string;
  readonly conditions: Conditions;
  readonly decider: Decider;
}

/** The last resort: what runs when nothing else fits. */
export interface Named<D> {
  readonly name: string;
  readonly decider: D;
}

/**
 * Everything the user registered. It refuses duplicates, handlers that can never run and late registration, because
 * otherwise a waiting caller is the first to find a mistake in the routing table.
 */
export class Registry {
  readonly routes: Route[] = [];
  readonly events = new Map<string, Array<(context: EventContext) => unknown>>();
  readonly middleware: Middleware[] = [];
  readonly deferred: Array<(outcome: DeferredOutcome) => void> = [];
  otherwise: Named<Decider> | undefined;
  badAttributes: Named<Decider<BadAttributesContext>> | undefined;
  errorInstruction: Decider | undefined;
  errorHandler: ErrorHandler | undefined;
  readonly #can: Abilities;
  #sealed = false;

  constructor(can: Abilities) {
    this.#can = can;
  }

  addAssignment(match: AnyMatch, handler: HandlerOf<AssignmentContext>): void {
    this.#open('onAssignment');
    const place = this.routes.length + 1;
    const at = `onAssignment number ${place}${match.name ? ` ("${match.name}")` : ''}`;
    const conditions = readMatch(match, at, this.#can);
    const decider = readHandler(handler, at, this.#can);
    const earlier = this.routes.findIndex((route) => shadows(route.conditions, conditions));
    if (earlier !== -1) {
      throw new ConfigurationError(
        'unreachable-handler',
        `${at} can never run: number ${earlier + 1} ("${this.routes[earlier]!.name}") takes every assignment it would ` +
          'match, and the first match wins. Remove one of them, or register the narrower one first.',
      );
    }
    this.routes.push({ name: match.name ?? nameOf(handler) ?? `assignment-${place}`, conditions, decider });
  }

  setOtherwise(handler: HandlerOf<AssignmentContext>): void {
    this.#once('otherwise', this.otherwise);
    this.otherwise = { name: 'otherwise', decider: readHandler(handler, 'otherwise', this.#can) };
  }

  setBadAttributes(handler: HandlerOf<BadAttributesContext>): void {
    this.#once('onBadAttributes', this.badAttributes);
    this.badAttributes = {
      name: 'onBadAttributes',
      decider: readHandler(handler, 'onBadAttributes', this.#can),
    };
  }

  setError(handler: Instruction | ErrorHandler): void {
    this.#once('onError', this.errorHandler ?? this.errorInstruction);
    if (typeof handler === 'function') this.errorHandler = handler;
    else this.errorInstruction = readHandler<AssignmentContext>(handler, 'onError', this.#can);
  }

  addEvent<C extends EventChoice>(choices: C | readonly C[], handler: EventHandler<ChosenEvent<C>>): void {
    this.#open('onEvent');
    const types = (Array.isArray(choices) ? choices : [choices]).map(readEventType);
    if (types.length === 0)
      throw new ConfigurationError('bad-event', 'onEvent: name at least one event type.');
    if (typeof handler !== 'function') {
      throw new ConfigurationError(
        'bad-handler',
        `onEvent ${types.join(', ')}: the handler must be a function.`,
      );
    }
    for (const type of types) {
      const handlers = this.events.get(type) ?? [];
      if (handlers.includes(handler as (context: EventContext) => unknown)) {
        throw new ConfigurationError(
          'duplicate-handler',
          `onEvent ${type}: this handler is already registered for that type and would run twice.`,
        );
      }
      handlers.push(handler as (context: EventContext) => unknown);
      this.events.set(type, handlers);
    }
  }

  addMiddleware(middleware: Middleware): void {
    this.#open('use');
    if (typeof middleware !== 'function') {
      throw new ConfigurationError('bad-handler', 'use: a middleware is a function of (context, next).');
    }
    this.middleware.push(middleware);
  }

  addDeferred(listener: (outcome: DeferredOutcome) => void): void {
    this.#open('onDeferred');
    this.deferred.push(listener);
  }

  /** Ends registration. @throws {ConfigurationError} when `otherwise` is missing. */
  seal(): void {
    if (this.otherwise === undefined) {
      throw new ConfigurationError(
        'no-otherwise',
        'Nothing handles the assignments that no handler matches. Register a handler for them before mounting, for ' +
          "example taskRouter.otherwise(defer()): the agent's own screen decides, or the reservation times out.",
      );
    }
    this.#sealed = true;
  }

  #open(what: string): void {
    if (!this.#sealed) return;
    throw new ConfigurationError(
      'late-registration',
      `${what} comes too late: the router is already mounted, and earlier callbacks would have been answered without it. ` +
        'Register every handler before express(), node(), fetch() or ready().',
    );
  }

  #once(what: string, present: unknown): void {
    this.#open(what);
    if (present === undefined) return;
    throw new ConfigurationError('duplicate-handler', `${what} is registered twice; only one is allowed.`);
  }
}

function nameOf(handler: unknown): string | undefined {
  return typeof handler === 'function' && handler.name !== '' ? handler.name : undefined;
}

/** The type a choice stands for. A string must be a documented type; a new type must be given as an object. */
function readEventType(choice: EventChoice): string {
  const unlisted = typeof choice === 'object' && choice !== null ? choice.unlisted : undefined;
  const type: unknown = unlisted ?? choice;
  if (typeof type !== 'string' || !/^[\w.-]{1,100}$/.test(type)) {
    throw new ConfigurationError(
      'bad-event',
      "onEvent: an event type is a string such as 'task.created', or { unlisted: 'task.paused' } for one that this " +
        'version does not list.',
    );
  }
  if (unlisted !== undefined || Object.hasOwn(EVENT_SUBJECTS, type)) return type;
  const meant = meantEventType(type);
  throw new ConfigurationError(
    'bad-event',
    `onEvent: Twilio documents no event type ${JSON.stringify(type)}. ` +
      (meant === undefined ? '' : `Did you mean ${JSON.stringify(meant)}? `) +
      `If Twilio has added it since, write { unlisted: ${JSON.stringify(type)} }.`,
  );
}
