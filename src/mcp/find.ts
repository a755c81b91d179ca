import { nearMiss } from '../near-miss.js';
import { type Ask, ToolError } from './call.js';

export interface FoundWorker {
  readonly sid: string;
  readonly name: string;
  readonly workspaceSid: string;
  readonly reservations: readonly FoundReservation[];
}

export interface FoundReservation {
  readonly sid: string;
  readonly status: string;
  readonly taskSid: string;
  readonly worker: { readonly sid: string; readonly name: string };
}

interface WithWorkers {
  readonly sid: string;
  readonly workers: readonly FoundWorker[];
}

/** Every worker there is, with its queues and its open reservations: of 2,000 workers in 500 queues, 20 MB. */
export async function allWorkers(ask: Ask, workspaceSid?: string): Promise<readonly FoundWorker[]> {
  const { workspaces } = await ask<{ readonly workspaces: readonly WithWorkers[] }>({
    method: 'GET',
    path: '/workspaces',
  });
  return workersIn(workspaces, workspaceSid);
}

/** Every worker there is, with the open reservations alone. */
async function workerRows(ask: Ask, workspaceSid?: string): Promise<readonly FoundWorker[]> {
  const { rows } = await ask<{ readonly rows: readonly WithWorkers[] }>({ method: 'GET', path: '/rows' });
  return workersIn(rows, workspaceSid);
}

function workersIn(
  workspaces: readonly WithWorkers[],
  workspaceSid: string | undefined,
): readonly FoundWorker[] {
  const chosen = workspaces.filter(({ sid }) => workspaceSid === undefined || sid === workspaceSid);
  if (chosen.length === 0 && workspaceSid !== undefined) {
    throw new ToolError(
      'unknown-workspace',
      `There is no workspace ${workspaceSid}: leave workspaceSid out.`,
    );
  }
  return chosen.flatMap(({ workers }) => workers);
}

/** A worker by friendly name or SID. @throws {ToolError} with the near miss, or where two have the name */
export async function findWorker(ask: Ask, name: string, workspaceSid?: string): Promise<FoundWorker> {
  const all = await workerRows(ask, workspaceSid);
  const bySid = all.find(({ sid }) => sid === name);
  if (bySid) return bySid;
  const [found, another] = all.filter((worker) => worker.name === name);
  if (another) {
    throw new ToolError(
      'which-workspace',
      `Several workspaces have a worker named ${JSON.stringify(name)}: give the SID, which list_workers shows.`,
    );
  }
  if (found) return found;
  const meant = nearMiss(
    name,
    all.map((worker) => worker.name),
  );
  throw new ToolError(
    'unknown-name',
    `There is no worker named ${JSON.stringify(name)}. ${meant === undefined ? 'list_workers shows which there are.' : `Did you mean ${JSON.stringify(meant)}?`}`,
  );
}

/** What says which reservation is meant: its SID, or its worker, its task, or both. */
export interface WhichReservation {
  readonly reservation?: string | undefined;
  readonly worker?: string | undefined;
  readonly task?: string | undefined;
}

/** The SID of the one open reservation that is meant. @throws {ToolError} where it is none, or several */
export async function findReservation(
  ask: Ask,
  which: WhichReservation,
  statuses: readonly string[],
): Promise<string> {
  if (which.reservation !== undefined) return which.reservation;
  if (which.worker === undefined && which.task === undefined) {
    throw new ToolError('which-reservation', 'Choose a reservation: give reservation, worker or task.');
  }
  const workers = which.worker === undefined ? await workerRows(ask) : [await findWorker(ask, which.worker)];
  const open = workers
    .flatMap(({ reservations }) => reservations)
    .filter(({ taskSid }) => which.task === undefined || taskSid === which.task);
  const fitting = open.filter(({ status }) => statuses.includes(status));
  const [only, ...others] = fitting;
  if (only && others.length === 0) return only.sid;
  const shown = (fitting.length > 0 ? fitting : open)
    .slice(0, 10)
    .map(({ sid, status, taskSid, worker }) => `${sid} (${status}, task ${taskSid}, ${worker.name})`)
    .join('; ');
  throw new ToolError(
    'which-reservation',
    only
      ? `${fitting.length} reservations match: ${shown}. Give the SID of one as reservation.`
      : `No reservation is ${statuses.join(' or ')} there${shown === '' ? '' : `, only ${shown}`}. Ask explain_task what the task is waiting for, or list_workers who is available.`,
  );
}
