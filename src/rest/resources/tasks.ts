import type { CallOptions, Calls } from '../calls.js';
import { TaskRouterApiError, TaskRouterStateError } from '../errors.js';
import { KeyLookups } from '../key-lookups.js';
import { IDEMPOTENCY_ATTRIBUTE, type KeyedCreation } from '../keyed-creation.js';
import type { List } from '../list.js';
import { type AttributesPatch, patchAttributes } from '../patch.js';
import { type AttributesOptions, typed, typedList } from '../schema.js';
import { OPERATIONS } from '../spec/index.js';
import type { JsonObject } from '../spec/kinds.js';
import { lookAt, TASK_TRANSITIONS } from '../transition.js';
import type { CreateTask, DeleteVersion, ListTasks, Task, UpdateTask } from '../types.js';

export interface CreateTaskOptions<Attributes> extends AttributesOptions<Attributes> {
  /**
   * 1 to 64 letters, digits and underscores: the same key creates the same task once, whatever happens on the way.
   * The key travels in the task's attribute `taskrouter_kit_key`. docs/rest.md says what remains possible.
   */
  readonly idempotencyKey?: string | undefined;
}

export interface EndTaskOptions extends CallOptions {
  /** What a task that is there already means: `'ok'` (default), or `'throw'` for a `TaskRouterStateError` or a 404. */
  readonly ifAlreadyDone?: 'ok' | 'throw';
}

/** The tasks of a workspace. */
export function tasks(calls: Calls, creation: KeyedCreation) {
  const { create, fetch, list, update, delete: remove } = OPERATIONS.tasks;
  const lookups = new KeyLookups(calls, IDEMPOTENCY_ATTRIBUTE);

  const read = (sid: string, options?: CallOptions, name?: string): Promise<Task> =>
    calls.call(fetch, [sid], {}, options, name === undefined ? {} : { name });

  /** Moves a task, and takes a task that is there already for moved. */
  async function move(
    method: string,
    sid: string,
    status: keyof typeof TASK_TRANSITIONS,
    reason: string | undefined,
    { ifAlreadyDone = 'ok', ...options }: EndTaskOptions = {},
  ): Promise<Task | undefined> {
    const look = lookAt<Task>(`tasks.${method}`, 'the task', TASK_TRANSITIONS[status], async (bounds) => {
      const resource = await read(sid, bounds);
      return { resource, state: resource.assignmentStatus };
    });
    try {
      const input = { assignmentStatus: status, reason };
      return await calls.call(update, [sid], input, options, {
        effect: 'transition',
        look,
        name: `tasks.${method}`,
      });
    } catch (error) {
      if (!(error instanceof TaskRouterApiError)) throw error;
      // Twilio removes a task minutes after its end (code 20404), and refuses a move its state rules out (20001).
      if (error.status === 404 && ifAlreadyDone === 'ok') return undefined;
      if (error.status !== 400) throw error;
      const task = await read(sid, options);
      const { from, reached } = TASK_TRANSITIONS[status];
      const state = task.assignmentStatus;
      if (ifAlreadyDone === 'ok' && reached.some((one) => one === state)) return task;
      // Where its state allows it, Twilio's reason is another.
      if (from.some((one) => one === state)) throw error;
      throw new TaskRouterStateError(state, 'the task', error, { cause: error });
    }
  }

  return {
    /**
     * Creates a task. With an `idempotencyKey` it is safe to call again; without, a lost answer comes back as an error
     * whose `maybeApplied` is true.
     *
     * @throws {IdempotencyKeyError} if the key was used with another input.
     * @example
     * await client.tasks.create(
     *   { workflowSid: 'Incoming calls', attributes: { type: 'callback', order: 17 } },
     *   { idempotencyKey: 'callback_17' },
     * );
     */
    create: async <A = JsonObject>(
      input: CreateTask,
      { idempotencyKey, ...options }: CreateTaskOptions<A> = {},
    ): Promise<Task<A>> =>
      typed(
        await (idempotencyKey === undefined
          ? calls.call(create, [], input, options)
          : creation.create(calls, lookups, input, idempotencyKey, options)),
        options,
      ),
    /** @example const task = await client.tasks.fetch('WT…', { schema: EnqueuedCall }); */
    fetch: async <A = JsonObject>(sid: string, options?: AttributesOptions<A>): Promise<Task<A>> =>
      typed(await read(sid, options), options),
    /** @example for await (const task of client.tasks.list({ assignmentStatus: ['pending'] })) console.log(task.age); */
    list: <A = JsonObject>(input: ListTasks = {}, options?: AttributesOptions<A>): List<Task<A>> =>
      typedList(calls.list(list, [], input, options), options),
    /**
     * Changes a task. With `ifMatch` (its `etag`) only if it is as you read it, and then a lost answer is repeated.
     *
     * @throws {TaskRouterConflictError} if the task has changed since.
     * @example await client.tasks.update('WT…', { priority: 10 });
     */
    update: async <A = JsonObject>(
      sid: string,
      input: UpdateTask,
      options?: AttributesOptions<A>,
    ): Promise<Task<A>> => typed(await calls.call(update, [sid], input, options), options),
    /** Deletes a task, in whatever state, and its pending reservations. */
    delete: (sid: string, input: DeleteVersion = {}, options?: CallOptions): Promise<void> =>
      calls.call(remove, [sid], input, options),
    /**
     * Merges into the attributes, and again if someone else writes in between. What is not named stays, so what Twilio
     * adds is safe.
     *
     * @example await client.tasks.patchAttributes('WT…', ({ calls }) => ({ calls: Number(calls ?? 0) + 1 }));
     */
    patchAttributes: (sid: string, patch: AttributesPatch, options?: CallOptions): Promise<Task> =>
      patchAttributes(
        'tasks.patchAttributes',
        patch,
        () => read(sid, options, 'tasks.patchAttributes'),
        (input) => calls.call(update, [sid], input, options),
      ),
    /**
     * Ends a task that is assigned or wrapping. Undefined: Twilio has removed it already.
     *
     * @throws {TaskRouterStateError} if its state does not allow it.
     * @example await client.tasks.complete('WT…', { reason: 'resolved' });
     */
    complete: (
      sid: string,
      { reason = 'completed', ...options }: EndTaskOptions & { readonly reason?: string } = {},
    ) => move('complete', sid, 'completed', reason, options),
    /** Moves an assigned task to wrapping. @example await client.tasks.wrapUp('WT…', { reason: 'hung up' }); */
    wrapUp: (sid: string, { reason, ...options }: EndTaskOptions & { readonly reason?: string } = {}) =>
      move('wrapUp', sid, 'wrapping', reason, options),
    /** Cancels a task that is pending or reserved. @example await client.tasks.cancel('WT…', { reason: 'hung up' }); */
    cancel: (
      sid: string,
      { reason = 'canceled', ...options }: EndTaskOptions & { readonly reason?: string } = {},
    ) => move('cancel', sid, 'canceled', reason, options),
  };
}
