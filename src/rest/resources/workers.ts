import { WORKER_CHANNEL_SID } from '../../sids.js';
import type { CallOptions, Calls } from '../calls.js';
import { InputError } from '../errors.js';
import type { List } from '../list.js';
import { type AttributesPatch, patchAttributes } from '../patch.js';
import { type AttributesOptions, typed, typedList } from '../schema.js';
import { OPERATIONS } from '../spec/index.js';
import type { JsonObject } from '../spec/kinds.js';
import type {
  CreateWorker,
  DeleteVersion,
  ListEvents,
  ListWorkerChannels,
  ListWorkers,
  TaskRouterEvent,
  UpdateWorker,
  UpdateWorkerChannel,
  Worker,
  WorkerChannel,
} from '../types.js';

/** The workers of a workspace. */
export function workers(calls: Calls) {
  const { create, fetch, list, update, delete: remove } = OPERATIONS.workers;
  return {
    /** @example await client.workers.create({ friendlyName: 'Jamie', attributes: { languages: ['en', 'es'] } }); */
    create: async <A = JsonObject>(input: CreateWorker, options?: AttributesOptions<A>): Promise<Worker<A>> =>
      typed(await calls.call(create, [], input, options), options),
    /** @example const worker = await client.workers.fetch('WK…', { schema: Agent }); */
    fetch: async <A = JsonObject>(sid: string, options?: AttributesOptions<A>): Promise<Worker<A>> =>
      typed(await calls.call(fetch, [sid], {}, options), options),
    /** @example for await (const worker of client.workers.list({ available: true })) console.log(worker.friendlyName); */
    list: <A = JsonObject>(input: ListWorkers = {}, options?: AttributesOptions<A>): List<Worker<A>> =>
      typedList(calls.list(list, [], input, options), options),
    /**
     * Changes a worker; the activity by SID or name. With `ifMatch` (its `etag`) only if it is as you read it.
     *
     * @throws {TaskRouterConflictError} if the worker has changed since.
     * @example await client.workers.update('WK…', { activitySid: 'Offline', rejectPendingReservations: true });
     */
    update: async <A = JsonObject>(
      sid: string,
      input: UpdateWorker,
      options?: AttributesOptions<A>,
    ): Promise<Worker<A>> => typed(await calls.call(update, [sid], input, options), options),
    /** Deletes a worker. */
    delete: (sid: string, input: DeleteVersion = {}, options?: CallOptions): Promise<void> =>
      calls.call(remove, [sid], input, options),
    /** Merges into the attributes, as `tasks.patchAttributes` does. @example await client.workers.patchAttributes('WK…', { desk: 4 }); */
    patchAttributes: (sid: string, patch: AttributesPatch, options?: CallOptions): Promise<Worker> =>
      patchAttributes(
        'workers.patchAttributes',
        patch,
        () => calls.call(fetch, [sid], {}, options, { name: 'workers.patchAttributes' }),
        (input) => calls.call(update, [sid], input, options),
      ),
  };
}

/** The channels of workers: how many tasks of a kind a worker takes at the same time. */
export function workerChannels(calls: Calls) {
  const { fetch, list, update } = OPERATIONS.workerChannels;

  /** Twilio's pages do not say that the path takes a name, so the channel is found by it first. */
  async function sidOf(workerSid: string, channel: string, options?: CallOptions): Promise<string> {
    if (WORKER_CHANNEL_SID.test(channel)) return channel;
    for await (const one of calls.list(list, [workerSid], {}, options)) {
      if (one.taskChannelUniqueName === channel || one.taskChannelSid === channel) return one.sid;
    }
    throw new InputError(
      'workerChannels',
      `the worker has no channel "${channel}"; give its SID (WC…), the task channel's, or its unique name`,
    );
  }

  return {
    /** @example (await client.workerChannels.fetch('WK…', 'voice')).assignedTasks */
    fetch: async (workerSid: string, channel: string, options?: CallOptions): Promise<WorkerChannel> =>
      calls.call(fetch, [workerSid, await sidOf(workerSid, channel, options)], {}, options),
    /** @example await client.workerChannels.list('WK…').all(); */
    list: (workerSid: string, input: ListWorkerChannels = {}, options?: CallOptions): List<WorkerChannel> =>
      calls.list(list, [workerSid], input, options),
    /** @example await client.workerChannels.update('WK…', 'chat', { capacity: 3 }); */
    update: async (
      workerSid: string,
      channel: string,
      input: UpdateWorkerChannel,
      options?: CallOptions,
    ): Promise<WorkerChannel> =>
      calls.call(update, [workerSid, await sidOf(workerSid, channel, options)], input, options),
  };
}

/** What has happened in a workspace, kept for 30 days. */
export function events(calls: Calls) {
  const { fetch, list } = OPERATIONS.events;
  return {
    /** @example await client.events.fetch('EV…'); */
    fetch: (sid: string, options?: CallOptions): Promise<TaskRouterEvent> =>
      calls.call(fetch, [sid], {}, options),
    /** The last 15 minutes by default. @example await client.events.list({ taskSid: 'WT…', minutes: 60 }).all(); */
    list: (input: ListEvents = {}, options?: CallOptions): List<TaskRouterEvent> =>
      calls.list(list, [], input, options),
  };
}
