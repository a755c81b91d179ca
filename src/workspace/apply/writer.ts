import type {
  CreateTaskQueue,
  CreateWorkflow,
  TaskRouterClient,
  UpdateTaskQueue,
  UpdateWorkflow,
  WorkflowConfiguration,
  WorkspaceClient,
} from '../../rest/index.js';
import { OWN_CHANNELS, workflowConfiguration } from '../definition/index.js';
import { KIND_KEYS, KINDS, type KindKey } from '../plan/kind-names.js';
import type { WorkspacePlan } from '../plan/plan.js';
import type { PlanChange } from '../plan/types.js';
import { type Creation, createOnce, type Patience, repeatSafely } from './repeat.js';

/** Writes the changes of a plan, and knows the SIDs of what it has written. */
export class Writer {
  workspaceSid: string | undefined;
  readonly #client: TaskRouterClient;
  readonly #planned: WorkspacePlan;
  readonly #patience: Patience;
  readonly #sids: Record<KindKey, Map<string, string>>;

  constructor(client: TaskRouterClient, planned: WorkspacePlan, patience: Patience) {
    this.#client = client;
    this.#planned = planned;
    this.#patience = patience;
    this.workspaceSid = planned.plan.workspace.sid ?? undefined;
    const { found } = planned;
    this.#sids = {
      activities: new Map(found.activities),
      taskChannels: new Map(found.taskChannels),
      taskQueues: new Map(found.taskQueues),
      workers: new Map(found.workers),
      workflows: new Map(found.workflows),
    };
  }

  sidOf(key: KindKey, name: string): string | undefined {
    return this.#sids[key].get(name);
  }

  async write(change: PlanChange): Promise<void> {
    if (change.kind === 'workspace') return this.#workspace(change);
    const key = KIND_KEYS.find((one) => KINDS[one] === change.kind)!;
    if (change.action === 'delete') return this.#inside[key].delete(change.sid!);
    const write = {
      activities: () => this.#activity(change),
      taskChannels: () => this.#taskChannel(change),
      taskQueues: () => this.#taskQueue(change),
      workers: () => this.#worker(change),
      workflows: () => this.#workflow(change),
    }[key];
    await write();
  }

  get #inside(): WorkspaceClient {
    return this.#client.workspace(this.workspaceSid!);
  }

  #update<T>(run: () => Promise<T>): Promise<T> {
    return repeatSafely(run, this.#patience);
  }

  async #create<T extends { readonly sid: string; readonly dateCreated: Date }>(
    creation: Creation<T>,
  ): Promise<string> {
    return (await createOnce(creation, this.#patience)).sid;
  }

  /** Called twice for a new workspace: it is created before its activities, and changed after them. */
  async #workspace(change: PlanChange): Promise<void> {
    const { definition, plan } = this.#planned;
    const { workspaces } = this.#client;
    if (this.workspaceSid === undefined) {
      const friendlyName = plan.workspace.name;
      this.workspaceSid = await this.#create({
        create: () => workspaces.create({ friendlyName, multiTaskEnabled: definition.multiTaskEnabled }),
        look: () => named(workspaces.list({ friendlyName }).all(), friendlyName),
        remove: (sid) => workspaces.delete(sid),
        unique: false,
      });
      for (const { sid, friendlyName: name } of await this.#inside.activities.list().all())
        this.#sids.activities.set(name, sid);
      for (const { sid, uniqueName } of await this.#inside.taskChannels.list().all())
        this.#sids.taskChannels.set(uniqueName, sid);
      return;
    }
    const touched = (path: string) => change.fields.some((one) => one.path === path);
    const { defaultActivity, timeoutActivity } = definition;
    const fields = {
      ...(change.action === 'rename' ? { friendlyName: change.name } : {}),
      ...(touched('multiTaskEnabled') ? { multiTaskEnabled: definition.multiTaskEnabled } : {}),
      ...(touched('prioritizeQueueOrder') ? { prioritizeQueueOrder: definition.prioritizeQueueOrder } : {}),
      ...(touched('eventCallbackUrl') ? { eventCallbackUrl: definition.eventCallbackUrl } : {}),
      ...(touched('eventsFilter') ? { eventsFilter: definition.eventsFilter } : {}),
      ...(touched('defaultActivity') ? { defaultActivitySid: this.#activitySid(defaultActivity) } : {}),
      ...(touched('timeoutActivity') ? { timeoutActivitySid: this.#activitySid(timeoutActivity) } : {}),
    };
    if (Object.keys(fields).length === 0) return;
    await this.#update(() => workspaces.update(this.workspaceSid!, fields));
  }

  #activitySid(name: string | undefined): string | undefined {
    return name === undefined ? undefined : this.#sids.activities.get(name);
  }

  async #activity({ action, name, sid }: PlanChange): Promise<void> {
    const { activities } = this.#inside;
    if (action === 'rename') {
      await this.#update(() => activities.update(sid!, { friendlyName: name }));
      return;
    }
    if (this.#sids.activities.has(name)) return;
    const available = this.#planned.definition.activities?.[name]?.available ?? false;
    const made = await this.#create({
      create: () => activities.create({ friendlyName: name, available }),
      look: () => named(activities.list({ friendlyName: name }).all(), name),
      remove: (one) => activities.delete(one),
      unique: false,
    });
    this.#sids.activities.set(name, made);
  }

  async #taskChannel({ action, name, sid }: PlanChange): Promise<void> {
    const { taskChannels } = this.#inside;
    const wanted = this.#planned.definition.taskChannels?.[name];
    const own = OWN_CHANNELS.includes(name);
    const fields = {
      friendlyName: wanted?.friendlyName ?? (own ? undefined : name),
      channelOptimizedRouting: wanted?.channelOptimizedRouting ?? (own ? undefined : false),
    };
    const existing = sid ?? this.#sids.taskChannels.get(name);
    if (action !== 'create' || existing !== undefined) {
      await this.#update(() => taskChannels.update(existing!, fields));
      return;
    }
    const made = await this.#create({
      create: () =>
        taskChannels.create({ ...fields, friendlyName: fields.friendlyName ?? name, uniqueName: name }),
      look: async () => (await taskChannels.list().all()).filter(({ uniqueName }) => uniqueName === name),
      remove: (one) => taskChannels.delete(one),
      adopt: (one) => taskChannels.update(one, fields),
      unique: true,
    });
    this.#sids.taskChannels.set(name, made);
  }

  async #taskQueue(change: PlanChange): Promise<void> {
    const { action, name, sid } = change;
    const { taskQueues } = this.#inside;
    const wanted = this.#planned.definition.taskQueues?.[name] ?? {};
    const fields = {
      targetWorkers: wanted.targetWorkers ?? '1==1',
      maxReservedWorkers: wanted.maxReservedWorkers ?? 1,
      taskOrder: wanted.taskOrder ?? 'FIFO',
      reservationActivitySid: this.#activitySid(wanted.reservationActivity),
      assignmentActivitySid: this.#activitySid(wanted.assignmentActivity),
    } as const satisfies Omit<CreateTaskQueue, 'friendlyName'>;
    if (action !== 'create') {
      const renamed: UpdateTaskQueue = action === 'rename' ? { friendlyName: name } : {};
      await this.#update(() => taskQueues.update(sid!, { ...fields, ...renamed }));
      return;
    }
    const made = await this.#create({
      create: () => taskQueues.create({ friendlyName: name, ...fields }),
      look: () => named(taskQueues.list({ friendlyName: name }).all(), name),
      remove: (one) => taskQueues.delete(one),
      adopt: (one) => taskQueues.update(one, fields),
      unique: false,
    });
    this.#sids.taskQueues.set(name, made);
  }

  async #worker({ action, name, sid, fields }: PlanChange): Promise<void> {
    const { workers } = this.#inside;
    const wanted = this.#planned.definition.workers?.[name] ?? {};
    let workerSid = sid;
    if (action === 'create') {
      workerSid = await this.#create({
        create: () =>
          workers.create({
            friendlyName: name,
            attributes: wanted.attributes ?? {},
            activitySid: this.#activitySid(wanted.activity),
          }),
        look: () => named(workers.list({ friendlyName: name }).all(), name),
        remove: (one) => workers.delete(one),
        adopt: async (one) => {
          if (wanted.attributes !== undefined) await workers.update(one, { attributes: wanted.attributes });
        },
        unique: true,
      });
      this.#sids.workers.set(name, workerSid);
    } else {
      const changed = {
        ...(action === 'rename' ? { friendlyName: name } : {}),
        ...(fields.some(({ path }) => path.startsWith('attributes'))
          ? { attributes: wanted.attributes }
          : {}),
      };
      if (Object.keys(changed).length > 0) await this.#update(() => workers.update(sid!, changed));
    }
    await this.#workerChannels(workerSid!, wanted.channels ?? {});
  }

  async #workerChannels(
    workerSid: string,
    wanted: Readonly<
      Record<string, { readonly capacity?: number | undefined; readonly available?: boolean | undefined }>
    >,
  ): Promise<void> {
    if (Object.keys(wanted).length === 0) return;
    const { workerChannels } = this.#inside;
    const all = await workerChannels.list(workerSid).all();
    for (const [channel, { capacity, available }] of Object.entries(wanted)) {
      const now = all.find((one) => one.taskChannelUniqueName === channel);
      const differs =
        !now ||
        (capacity !== undefined && capacity !== now.configuredCapacity) ||
        (available !== undefined && available !== now.available);
      if (!differs) continue;
      await this.#update(() =>
        workerChannels.update(workerSid, now?.sid ?? channel, { capacity, available }),
      );
    }
  }

  async #workflow({ action, name, sid }: PlanChange): Promise<void> {
    const { workflows } = this.#inside;
    const wanted = this.#planned.definition.workflows![name]!;
    const queueSid = (queue: string) => this.#sids.taskQueues.get(queue) ?? queue;
    const fields = {
      configuration: JSON.parse(workflowConfiguration(wanted, queueSid)) as WorkflowConfiguration,
      assignmentCallbackUrl: wanted.assignmentCallbackUrl ?? '',
      fallbackAssignmentCallbackUrl: wanted.fallbackAssignmentCallbackUrl ?? '',
      taskReservationTimeout: wanted.taskReservationTimeout ?? 120,
    } as const satisfies Omit<CreateWorkflow, 'friendlyName'>;
    if (action !== 'create') {
      const renamed: UpdateWorkflow = action === 'rename' ? { friendlyName: name } : {};
      await this.#update(() => workflows.update(sid!, { ...fields, ...renamed }));
      return;
    }
    const made = await this.#create({
      create: () => workflows.create({ friendlyName: name, ...fields }),
      look: () => named(workflows.list({ friendlyName: name }).all(), name),
      remove: (one) => workflows.delete(one),
      adopt: (one) => workflows.update(one, fields),
      unique: false,
    });
    this.#sids.workflows.set(name, made);
  }
}

/** Those that have exactly this name: Twilio's filter may be more generous. */
async function named<T extends { readonly friendlyName: string }>(
  all: Promise<readonly T[]>,
  name: string,
): Promise<readonly T[]> {
  return (await all).filter(({ friendlyName }) => friendlyName === name);
}
