import type { TaskRouterClient } from '../../rest/index.js';
import { TaskRouterApiError } from '../../rest/index.js';
import { eachAtOnce } from '../live/read-live.js';
import { KIND_KEYS, KINDS } from '../plan/kind-names.js';
import { wantedWorkspace } from '../plan/kinds.js';
import type { WorkspacePlan } from '../plan/plan.js';
import { hashesOf, type RecordedKinds } from '../plan/state.js';
import type { PlanChange } from '../plan/types.js';
import type { Patience } from './repeat.js';
import { Writer } from './writer.js';

/** One change of an apply, as it begins and ends. */
export interface ApplyStep {
  readonly change: PlanChange;
  readonly state: 'started' | 'done' | 'kept' | 'failed';
  /** From 1, in the order of beginning. */
  readonly number: number;
  readonly of: number;
  /** Why it failed, or why it was kept. */
  readonly error?: unknown;
}

export interface ApplyOptions {
  readonly onStep?: ((step: ApplyStep) => void) | undefined;
  /** No further step begins once it is aborted; those under way end. */
  readonly signal?: AbortSignal | undefined;
  /** Called with what is to be recorded, at the end and also after a failure. */
  readonly record?: ((workspaceSid: string, kinds: RecordedKinds) => Promise<void>) | undefined;
  readonly previous?: ((workspaceSid: string) => RecordedKinds | undefined) | undefined;
  /** How often a change is tried whose answer is lost. Default: 5. */
  readonly tries?: number | undefined;
  /** How long a creation whose answer was lost gets to show, in milliseconds. Default: 1,000. */
  readonly settleMs?: number | undefined;
  /** For tests. */
  readonly random?: (() => number) | undefined;
}

export interface Applied {
  readonly workspaceSid: string | undefined;
  readonly done: number;
  /** Changes that were not done because something blocks them, or because Twilio refused to delete. */
  readonly kept: number;
  /** Changes that were not begun: the signal was aborted. */
  readonly left: number;
}

/**
 * Applies a plan, in the order in which resources depend on each other. It can be stopped at any step, and killed: a new
 * plan goes on from wherever it was.
 *
 * @throws whatever the first failed request throws; what was done until then stays.
 * @example
 * const planned = await planWorkspace(client, definition);
 * await applyPlan(client, planned, { onStep: ({ change, state }) => console.log(state, change.kind, change.name) });
 */
export async function applyPlan(
  client: TaskRouterClient,
  planned: WorkspacePlan,
  options: ApplyOptions = {},
): Promise<Applied> {
  const patience: Patience = {
    tries: options.tries ?? 5,
    settleMs: options.settleMs ?? 1_000,
    random: options.random ?? Math.random,
  };
  const writer = new Writer(client, planned, patience);
  const todo = planned.plan.changes.filter(({ blockedBy }) => blockedBy === undefined);
  const run = new Run(todo, options);
  const record = async () => {
    const { workspaceSid } = writer;
    if (!options.record || workspaceSid === undefined) return;
    await options.record(workspaceSid, recordOf(planned, writer, run, options.previous?.(workspaceSid)));
  };
  try {
    for (const stage of stagesOf(todo)) {
      await eachAtOnce(stage, (change) => run.step(change, () => writer.write(change)));
    }
  } catch (error) {
    // Why it failed matters more than a record that cannot be kept.
    await record().catch(() => {});
    throw error;
  }
  await record();
  const blocked = planned.plan.changes.length - todo.length;
  return {
    workspaceSid: writer.workspaceSid,
    done: run.done.size,
    kept: run.kept + blocked,
    left: todo.length - run.done.size - run.kept,
  };
}

/** The changes that may run at the same time, one group after the other. */
function stagesOf(changes: readonly PlanChange[]): readonly (readonly PlanChange[])[] {
  const of = (kind: string, deletes: boolean) =>
    changes.filter((one) => one.kind === kind && (one.action === 'delete') === deletes);
  const kinds = KIND_KEYS.map((key) => KINDS[key]);
  const workspace = of('workspace', false);
  const creation = workspace.filter(({ action }) => action === 'create');
  return [
    creation,
    of('activity', false),
    // After the activities it may name.
    workspace,
    ...kinds.slice(1).map((kind) => of(kind, false)),
    ...[...kinds].reverse().map((kind) => of(kind, true)),
  ];
}

class Run {
  readonly done = new Set<PlanChange>();
  kept = 0;
  #begun = 0;
  readonly #todo: readonly PlanChange[];
  readonly #options: ApplyOptions;

  constructor(todo: readonly PlanChange[], options: ApplyOptions) {
    this.#todo = todo;
    this.#options = options;
  }

  async step(change: PlanChange, write: () => Promise<void>): Promise<void> {
    if (this.#options.signal?.aborted) return;
    const again = this.done.has(change);
    if (!again) this.#begun += 1;
    const step = { change, number: this.#begun, of: this.#todo.length };
    const tell = (state: ApplyStep['state'], error?: unknown) => {
      if (!again || state === 'failed')
        this.#options.onStep?.({ ...step, state, ...(error === undefined ? {} : { error }) });
    };
    tell('started');
    try {
      await write();
      this.done.add(change);
      tell('done');
    } catch (error) {
      // What Twilio will not delete, because it has come into use, does not keep the rest from being done.
      if (change.action === 'delete' && error instanceof TaskRouterApiError && error.status < 429) {
        this.kept += 1;
        tell('kept', error);
        return;
      }
      tell('failed', error);
      throw error;
    }
  }
}

/** What is recorded: everything that is as the definition says, by now. */
function recordOf(
  { plan, found, wanted, definition }: WorkspacePlan,
  writer: Writer,
  run: Run,
  previous: RecordedKinds | undefined,
): RecordedKinds {
  const record: Record<
    string,
    Record<string, { sid: string; fields: Readonly<Record<string, string>> }>
  > = {};
  const pending = (kind: string, name: string) =>
    plan.changes.some((one) => one.kind === kind && one.name === name && !run.done.has(one));
  for (const key of KIND_KEYS) {
    const kind: Record<string, { sid: string; fields: Readonly<Record<string, string>> }> = {};
    for (const [name, fields] of wanted[key]) {
      const sid = writer.sidOf(key, name) ?? found[key].get(name);
      if (sid === undefined) continue;
      const before = previous?.[key]?.[name];
      if (!pending(KINDS[key], name)) kind[name] = { sid, fields: hashesOf(fields) };
      else if (before?.sid === sid) kind[name] = before;
    }
    record[key] = kind;
  }
  const sid = writer.workspaceSid!;
  record.workspace = { workspace: { sid, fields: hashesOf(wantedWorkspace(definition)) } };
  return record;
}
