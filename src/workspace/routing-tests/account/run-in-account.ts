import { setTimeout as sleep } from 'node:timers/promises';
import { TaskRouterApiError, type WorkspaceClient } from '../../../rest/index.js';
import { formatMs } from '../../checked-file/duration.js';
import type { CheckedDefinition, DefinitionPath } from '../../definition/index.js';
import type { Action, RoutingTest } from '../file-schema.js';
import type { Moment } from '../moments.js';
import type { TestFailure } from '../run-test.js';
import { judgeMoments } from './judge.js';
import { type AccountEvent, momentsOfEvents } from './moments-of-events.js';

export interface InAccountParts {
  /** The temporary workspace. */
  readonly workspace: WorkspaceClient;
  readonly test: RoutingTest;
  /** Its place in the file. */
  readonly index: number;
  readonly definition: CheckedDefinition;
  readonly tolerance: number;
  /** How long events may take to show, in milliseconds. */
  readonly settleMs: number;
  readonly signal: AbortSignal;
}

/** Runs one test in real time, in a workspace of its own. @throws the signal's reason once it is aborted. */
export async function runInAccount(parts: InAccountParts): Promise<readonly TestFailure[]> {
  return new AccountRun(parts).run();
}

/** How often to look whether an offer is there. */
const LOOK_MS = 250;

class AccountRun {
  readonly #parts: InAccountParts;
  readonly #sids = new Map<string, string>();
  readonly #workers = new Map<string, string>();
  readonly #began = performance.now();
  readonly #beganDate = Date.now();
  #firstTask: { readonly sid: string; readonly sentAt: number } | undefined;

  constructor(parts: InAccountParts) {
    this.#parts = parts;
  }

  async run(): Promise<readonly TestFailure[]> {
    const { test, index, workspace, tolerance, settleMs, signal } = this.#parts;
    for (const { sid, friendlyName } of await workspace.workers.list().all())
      this.#workers.set(friendlyName, sid);
    const steps = [
      ...Object.entries(test.tasks).map(([name, { at = 0 }]) => ({
        at,
        path: ['tasks', name] as DefinitionPath,
        take: () => this.#create(name),
      })),
      ...(test.do ?? []).map((action, number) => ({
        at: action.at,
        path: ['do', number] as DefinitionPath,
        take: () => this.#act(action),
      })),
    ].sort((a, b) => a.at - b.at);
    for (const { at, path, take } of steps) {
      await this.#until(at);
      const problem = await take().catch(refusal);
      if (problem === undefined) continue;
      const message = `at ${formatMs(at)}: ${problem}`;
      return [{ path: ['tests', index, ...path], message, explanation: '' }];
    }
    const end = Math.max(
      test.until ?? 0,
      ...steps.map(({ at }) => at),
      ...test.expect.map(({ at, by }) => at ?? by ?? 0),
    );
    await this.#until(end + tolerance);
    await sleep(settleMs, undefined, { signal });
    const moments = await this.#moments();
    return judgeMoments(test, index, (task) => moments.get(task) ?? [], { tolerance, end });
  }

  get #now(): number {
    return performance.now() - this.#began;
  }

  async #until(at: number): Promise<void> {
    const { signal } = this.#parts;
    signal.throwIfAborted();
    const left = at - this.#now;
    if (left > 0) await sleep(left, undefined, { signal });
  }

  async #create(name: string): Promise<undefined> {
    const { workspace, test } = this.#parts;
    const { workflow, attributes = {}, taskChannel, priority, timeout } = test.tasks[name]!;
    const sentAt = this.#now;
    const { sid } = await workspace.tasks.create({
      attributes,
      taskChannel,
      priority,
      ...(workflow === undefined ? {} : { workflowSid: workflow }),
      ...(timeout === undefined ? {} : { timeout: timeout / 1_000 }),
    });
    this.#firstTask ??= { sid, sentAt };
    this.#sids.set(name, sid);
    return undefined;
  }

  /** What a worker does, or what is changed about a task; a string: why it cannot be done. */
  async #act(action: Action): Promise<string | undefined> {
    const { workspace } = this.#parts;
    const { worker, task, activity, attributes, accept, reject, wrapUp, complete, priority, cancel } = action;
    if (task !== undefined) {
      const sid = this.#sids.get(task);
      if (sid === undefined) return `task ${task} does not exist yet.`;
      if (attributes !== undefined || priority !== undefined)
        await workspace.tasks.update(sid, { attributes, priority });
      if (cancel) await workspace.tasks.update(sid, { assignmentStatus: 'canceled' });
      return undefined;
    }
    const workerSid = this.#workers.get(worker!)!;
    const name = accept ?? reject ?? wrapUp ?? complete;
    if (name === undefined) {
      await workspace.workers.update(workerSid, {
        attributes,
        ...(activity === undefined ? {} : { activitySid: activity }),
      });
      return undefined;
    }
    const taskSid = this.#sids.get(name);
    if (taskSid === undefined) return `task ${name} does not exist yet.`;
    const open = accept !== undefined || reject !== undefined ? ['pending'] : ['accepted', 'wrapping'];
    const reservation = await this.#reservation(taskSid, workerSid, open);
    if (reservation === undefined)
      return `${worker} has no ${open.join(' or ')} reservation of task ${name}.`;
    await workspace.reservations.update(taskSid, reservation, {
      reservationStatus:
        accept !== undefined
          ? 'accepted'
          : reject !== undefined
            ? 'rejected'
            : wrapUp !== undefined
              ? 'wrapping'
              : 'completed',
      ...(reject !== undefined && activity !== undefined ? { workerActivitySid: activity } : {}),
    });
    return undefined;
  }

  /** An offer may come somewhat later than it is due. */
  async #reservation(
    taskSid: string,
    workerSid: string,
    open: readonly string[],
  ): Promise<string | undefined> {
    const { workspace, tolerance, signal } = this.#parts;
    const giveUpAt = this.#now + tolerance;
    for (;;) {
      const all = await workspace.reservations.list(taskSid).all();
      const found = all.find((one) => one.workerSid === workerSid && open.includes(one.reservationStatus));
      if (found || this.#now >= giveUpAt) return found?.sid;
      await sleep(LOOK_MS, undefined, { signal });
    }
  }

  /** By task. Times count from the beginning, by Twilio's clock: it has its own, and the first task tells the two apart. */
  async #moments(): Promise<ReadonlyMap<string, readonly Moment[]>> {
    const { workspace, test, definition } = this.#parts;
    const startDate = new Date(this.#beganDate - 60_000);
    const all: readonly AccountEvent[] = (await workspace.events.list({ startDate }).all())
      .map(({ eventDateMs, eventType, eventData }) => ({
        at: eventDateMs,
        type: eventType,
        data: eventData as Readonly<Record<string, unknown>>,
      }))
      .sort((a, b) => a.at - b.at);
    const first = all.find(
      ({ type, data }) => type === 'task.created' && data.taskSid === this.#firstTask?.sid,
    );
    const origin = (first?.at ?? this.#beganDate) - (this.#firstTask?.sentAt ?? 0);
    const [only] = Object.keys(definition.workflows ?? {});
    return new Map(
      [...this.#sids].map(([name, sid]) => {
        const workflow = definition.workflows![test.tasks[name]!.workflow ?? only!]!;
        const own = all.filter(({ data }) => data.taskSid === sid);
        return [name, momentsOfEvents(own, workflow, origin)];
      }),
    );
  }
}

/** What TaskRouter refuses fails the test; anything else ends the run. */
function refusal(error: unknown): string {
  if (
    error instanceof TaskRouterApiError &&
    error.status >= 400 &&
    error.status < 500 &&
    error.status !== 401
  )
    return error.message;
  throw error;
}
