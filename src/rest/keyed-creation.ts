import { TaskRouterKitError } from '../errors.js';
import type { IdempotencyStore } from '../idempotency/store/store.js';
import type { Idempotency, RunResult } from '../idempotency/types.js';
import type { CallOptions, Calls } from './calls.js';
import { InputError, TaskRouterConnectionError } from './errors.js';
import { orderedJson } from './json.js';
import type { KeyLookups } from './key-lookups.js';
import { type LookBounds, pause, type Requester } from './request.js';
import { OPERATIONS } from './spec/index.js';
import type { CreateTask, Task } from './types.js';

/** The task attribute that an idempotency key travels in. */
export const IDEMPOTENCY_ATTRIBUTE = 'taskrouter_kit_key';

const KEY = /^[A-Za-z0-9_]{1,64}$/;

/** A key that is known with another input. */
export class IdempotencyKeyError extends TaskRouterKitError {}

export interface KeyedCreationOptions {
  readonly requester: Requester;
  /** Whose tasks they are: two accounts may use one store and one key. */
  readonly accountSid: string;
  readonly store: IdempotencyStore | undefined;
  /** How long a lost creation gets to show, in milliseconds. */
  readonly settleMs: number;
}

/**
 * Creates tasks effectively once: the store lets one process at a time create under a key and remembers the task, and
 * after a lost answer the task is looked up by the key in its attributes before it is created again.
 */
export class KeyedCreation {
  readonly #requester: Requester;
  readonly #accountSid: string;
  readonly #settleMs: number;
  readonly #store: IdempotencyStore | undefined;
  #idempotency: Promise<Idempotency> | undefined;

  constructor({ requester, accountSid, store, settleMs }: KeyedCreationOptions) {
    this.#requester = requester;
    this.#accountSid = accountSid;
    this.#store = store;
    this.#settleMs = settleMs;
  }

  /** @throws {IdempotencyKeyError} if the key was used with another input. */
  async create(
    calls: Calls,
    lookups: KeyLookups,
    input: CreateTask,
    key: string,
    options: CallOptions = {},
  ): Promise<Task> {
    const keyed = withKey(input, key);
    const { clock, budgetMs } = this.#requester;
    let created: Task | undefined;
    const { createHash } = await import('node:crypto');
    const engine = await this.#engine();
    const running = engine.run({
      key: `task:${this.#accountSid}:${calls.workspaceSid}:${key}`,
      fingerprint: createHash('sha256').update(orderedJson(keyed)).digest('base64url'),
      // A creation that failed is tried again by whoever waited for it, one at a time.
      path: 'fallback',
      // The creation keeps to the budget by itself, and its own error says more.
      deadline: clock.now() + (options.budgetMs ?? budgetMs) + 1_000,
      onDeadline: 'fail',
      execute: async ({ attempt }) => {
        const bounds = { signal: options.signal, budgetMs: options.budgetMs ?? budgetMs };
        // An earlier run has failed or died, or what other processes did cannot be known: the task may be there.
        const found =
          attempt > 1 || engine.storeState === 'degraded'
            ? await this.#look(lookups, key, bounds, attempt > 1 ? this.#settleMs : 0)
            : 'repeat';
        if (found === 'unknown') throw unsettled();
        created = found === 'repeat' ? await this.#send(calls, lookups, keyed, key, options) : found.result;
        return created.sid;
      },
    });
    const result = await orAborted(Promise.resolve(running), options.signal);
    if (result.status === 'answered' && created?.sid === result.answer) return created;
    return calls.call(OPERATIONS.tasks.fetch, [answerOf(result)], {}, options);
  }

  /** Made, and loaded, with the first key. */
  #engine(): Promise<Idempotency> {
    this.#idempotency ??= (async () => {
      const { createIdempotency } = await import('../idempotency/engine.js');
      const { memoryStore } = await import('../idempotency/store/memory-store.js');
      const { clock, random } = this.#requester;
      const store = this.#store ?? memoryStore({ clock, maxRecords: 10_000 });
      return createIdempotency({ store, clock, random });
    })();
    return this.#idempotency;
  }

  #send(
    calls: Calls,
    lookups: KeyLookups,
    input: CreateTask,
    key: string,
    options: CallOptions,
  ): Promise<Task> {
    return calls.call(OPERATIONS.tasks.create, [], input, options, {
      effect: 'keyed-create',
      look: (bounds) => this.#look(lookups, key, bounds, this.#settleMs),
    });
  }

  /** Waits, because a creation that Twilio is still busy with would not be found yet, and looks the task up. */
  async #look(
    lookups: KeyLookups,
    key: string,
    bounds: Pick<LookBounds, 'signal' | 'budgetMs'>,
    waitMs: number,
  ): Promise<{ readonly result: Task } | 'repeat' | 'unknown'> {
    const budgetMs = bounds.budgetMs - waitMs;
    if (budgetMs <= 0) return 'unknown';
    await pause(this.#requester, waitMs, bounds.signal);
    const found = await this.#within(lookups.find(key), { ...bounds, budgetMs });
    return found === 'unknown' ? found : found === undefined ? 'repeat' : { result: found };
  }

  /** What a shared look-up brings, if it comes within one's own bounds. */
  #within<T>(
    shared: Promise<T>,
    { signal, budgetMs }: Pick<LookBounds, 'signal' | 'budgetMs'>,
  ): Promise<T | 'unknown'> {
    const enough = new AbortController();
    const stop = () => enough.abort();
    signal?.addEventListener('abort', stop, { once: true });
    const late = pause(this.#requester, signal?.aborted ? 0 : budgetMs, enough.signal).then(
      () => 'unknown' as const,
    );
    return Promise.race([shared, late]).finally(() => {
      stop();
      signal?.removeEventListener('abort', stop);
    });
  }
}

function withKey(input: CreateTask, key: string): CreateTask {
  if (!KEY.test(key)) {
    throw new InputError('tasks.create', 'idempotencyKey must be 1 to 64 letters, digits and underscores');
  }
  const { attributes = {} } = input;
  if (IDEMPOTENCY_ATTRIBUTE in attributes) {
    throw new InputError(
      'tasks.create',
      `the attribute ${IDEMPOTENCY_ATTRIBUTE} is reserved for idempotencyKey; leave it out`,
    );
  }
  return { ...input, attributes: { ...attributes, [IDEMPOTENCY_ATTRIBUTE]: key } };
}

/** The SID under which someone else has created the task; else why there is none. */
function answerOf(result: RunResult): string {
  switch (result.status) {
    case 'answered':
      return result.answer;
    case 'mismatch':
      throw new IdempotencyKeyError(
        'idempotency-key-reused',
        'tasks.create: this idempotencyKey was used with other input; use a new key for another task.',
      );
    case 'failed':
      if (result.error !== undefined) throw result.error;
      break;
    default:
  }
  throw unsettled();
}

function unsettled(): TaskRouterConnectionError {
  const what = 'another call may be creating the task under this key, and its outcome was not known in time';
  const details = { operation: 'tasks.create', attempts: 0, maybeApplied: true };
  return new TaskRouterConnectionError('timeout', what, details);
}

function orAborted<T>(running: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return running;
  return new Promise((resolve, reject) => {
    const details = { operation: 'tasks.create', attempts: 0, maybeApplied: true };
    const onAbort = () => {
      const why = 'given up, because the signal was aborted';
      reject(new TaskRouterConnectionError('aborted', why, details, { cause: signal.reason }));
    };
    // One turn later than the creation itself, whose error says more.
    const later = () => setImmediate(onAbort);
    if (signal.aborted) later();
    signal.addEventListener('abort', later, { once: true });
    running.then(resolve, reject).finally(() => signal.removeEventListener('abort', later));
  });
}
