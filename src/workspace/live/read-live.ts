import { ConfigurationError } from '../../errors.js';
import { nearMiss } from '../../near-miss.js';
import type {
  Activity,
  TaskChannel,
  TaskQueue,
  TaskRouterClient,
  Worker,
  WorkerChannel,
  Workflow,
  Workspace,
} from '../../rest/index.js';
import { WORKSPACE_SID } from '../../sids.js';

/** A workspace as it is in an account, or in an emulator. */
export interface LiveWorkspace {
  readonly workspace: Workspace;
  readonly activities: readonly Activity[];
  readonly taskChannels: readonly TaskChannel[];
  readonly taskQueues: readonly TaskQueue[];
  /** Undefined: they were not asked for. */
  readonly workers: readonly Worker[] | undefined;
  readonly workflows: readonly Workflow[];
  /** By the SID of the worker; of those that were asked for. */
  readonly workerChannels: ReadonlyMap<string, readonly WorkerChannel[]>;
}

export interface ReadOptions {
  /** Read the workers. Default: true. */
  readonly workers?: boolean | undefined;
  /** Of which workers to read the channels, each of which is a request. Default: none. */
  readonly channelsOf?: ((worker: Worker) => boolean) | undefined;
}

/** How many requests run at the same time. Twilio publishes no rate; 429s are waited out by the client. */
export const CONCURRENCY = 8;

/** Reads a workspace, page by page. */
export async function readLive(
  client: TaskRouterClient,
  workspaceSid: string,
  { workers: withWorkers = true, channelsOf = () => false }: ReadOptions = {},
): Promise<LiveWorkspace> {
  const inside = client.workspace(workspaceSid);
  const [workspace, activities, taskChannels, taskQueues, workflows, workers] = await Promise.all([
    client.workspaces.fetch(workspaceSid),
    inside.activities.list().all(),
    inside.taskChannels.list().all(),
    inside.taskQueues.list().all(),
    inside.workflows.list().all(),
    withWorkers ? inside.workers.list().all() : undefined,
  ]);
  const workerChannels = new Map<string, readonly WorkerChannel[]>();
  await eachAtOnce((workers ?? []).filter(channelsOf), async ({ sid }) => {
    workerChannels.set(sid, await inside.workerChannels.list(sid).all());
  });
  return { workspace, activities, taskChannels, taskQueues, workers, workflows, workerChannels };
}

/** Runs for every item, several at a time. The first failure stops the rest from starting. */
export async function eachAtOnce<T>(
  items: readonly T[],
  run: (item: T) => Promise<void>,
  atOnce = CONCURRENCY,
): Promise<void> {
  const rest = items.values();
  let failed = false;
  const worker = async () => {
    for (const item of rest) {
      if (failed) return;
      try {
        await run(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  const rejected = ended.find((one) => one.status === 'rejected');
  if (rejected) throw rejected.reason;
}

/**
 * Finds a workspace by SID or friendly name.
 *
 * @returns undefined if none has the name.
 * @throws {ConfigurationError} `ambiguous-name` if several have it; `unknown-workspace` for a SID the account does not have.
 */
export async function findWorkspace(
  client: TaskRouterClient,
  nameOrSid: string,
): Promise<Workspace | undefined> {
  const all = await client.workspaces.list().all();
  const isSid = WORKSPACE_SID.test(nameOrSid);
  const found = all.filter(({ sid, friendlyName }) => nameOrSid === (isSid ? sid : friendlyName));
  if (found.length > 1) {
    throw new ConfigurationError(
      'ambiguous-name',
      `${found.length} workspaces are named ${JSON.stringify(nameOrSid)}: ${found.map(({ sid }) => sid).join(', ')}. Choose one by its SID with --workspace.`,
    );
  }
  if (found.length === 0 && isSid) {
    throw new ConfigurationError('unknown-workspace', `The account has no workspace ${nameOrSid}.`);
  }
  return found[0];
}

/** @throws {ConfigurationError} `unknown-workspace`, with the near miss, if there is none. */
export async function requireWorkspace(client: TaskRouterClient, nameOrSid: string): Promise<Workspace> {
  const found = await findWorkspace(client, nameOrSid);
  if (found) return found;
  const names = (await client.workspaces.list().all()).map(({ friendlyName }) => friendlyName);
  const meant = nearMiss(nameOrSid, names);
  throw new ConfigurationError(
    'unknown-workspace',
    `The account has no workspace named ${JSON.stringify(nameOrSid)}. ${meant === undefined ? `Workspaces: ${names.join(', ') || 'none'}.` : `Did you mean ${JSON.stringify(meant)}?`}`,
  );
}
