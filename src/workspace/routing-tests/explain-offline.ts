import { EngineRefusal } from '../../emulator/engine/index.js';
import { ConfigurationError } from '../../errors.js';
import { nearMiss } from '../../near-miss.js';
import { formatMs } from '../checked-file/duration.js';
import { type CheckedDefinition, OWN_CHANNELS } from '../definition/index.js';
import type { Choices } from '../simulate/day/centre.js';
import { Stage } from './stage.js';

export interface OfflineTask {
  readonly attributes: object;
  /** Default: the only one. */
  readonly workflow?: string | undefined;
  readonly taskChannel?: string | undefined;
  readonly priority?: number | undefined;
  /** How long after its creation it is explained, in milliseconds. Default: 0. */
  readonly at?: number | undefined;
}

/** A task that nobody accepts is canceled after a day at the latest. */
const DAY_MS = 86_400_000;

/**
 * The way a task would take through a definition, without a server: why it is where it is at that time, and what would
 * happen next if nobody accepted it. Workers are those of the definition, in the activities they begin in.
 *
 * @throws {ConfigurationError} `unknown-name` for a workflow or channel that is not there, with the near miss, and
 *   `bad-task` for what TaskRouter would refuse.
 */
export function explainOffline(
  definition: CheckedDefinition,
  task: OfflineTask,
  choices: Choices = {},
): string {
  const { attributes, workflow, taskChannel, priority, at = 0 } = task;
  known('workflow', workflow, Object.keys(definition.workflows ?? {}));
  known('task channel', taskChannel, [...OWN_CHANNELS, ...Object.keys(definition.taskChannels ?? {})]);
  const stage = new Stage(definition, choices);
  const { engine, workspaceSid, sids } = stage;
  const created = attempt(() =>
    engine.dispatch('createTask', {
      workspaceSid,
      workflowSid: workflow === undefined ? undefined : sids.workflows.get(workflow),
      attributes: JSON.stringify(attributes),
      taskChannel,
      priority,
    }),
  );
  stage.advanceTo(at);
  const name = `at ${formatMs(at)}`;
  const now = stage.explain(created.sid, name);
  const before = engine.explain(workspaceSid, created.sid);
  const next: string[] = [];
  let seen = before.decisions.length + before.droppedDecisions;
  // Each timer may bring several decisions; a task that is offered again and again is not followed for ever.
  for (let ended = before.assignmentStatus === 'canceled'; !ended && next.length < MOST_LINES; ) {
    const due = engine.nextTimerAt();
    if (due === undefined) break;
    stage.advanceTo(Math.min(DAY_MS, stage.sinceBeginning(due)));
    const { decisions, droppedDecisions, assignmentStatus } = engine.explain(workspaceSid, created.sid);
    const fresh = decisions.slice(Math.max(0, seen - droppedDecisions));
    seen = decisions.length + droppedDecisions;
    next.push(...fresh.map((one) => `  ${formatMs(stage.sinceBeginning(one.at))} ${one.text}`));
    ended = assignmentStatus === 'canceled' || stage.time >= DAY_MS;
  }
  const more = next.length > MOST_LINES ? ['  and so on'] : [];
  return [
    now,
    ...(next.length > 0 ? ['If nobody accepts it', ...next.slice(0, MOST_LINES), ...more] : []),
  ].join('\n');
}

const MOST_LINES = 20;

function known(kind: string, name: string | undefined, names: readonly string[]): void {
  if (name === undefined || names.includes(name)) return;
  const meant = nearMiss(name, names);
  const hint =
    meant === undefined
      ? `There is ${names.join(', ') || 'none'}.`
      : `Did you mean ${JSON.stringify(meant)}?`;
  throw new ConfigurationError(
    'unknown-name',
    `The definition has no ${kind} named ${JSON.stringify(name)}. ${hint}`,
  );
}

function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    throw new ConfigurationError('bad-task', `TaskRouter would refuse this task: ${error.message}`, {
      cause: error,
    });
  }
}
