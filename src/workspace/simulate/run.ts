import { EngineRefusal } from '../../emulator/engine/index.js';
import { nearMiss } from '../../near-miss.js';
import { type CheckedDefinition, type DefinitionProblem, OWN_CHANNELS } from '../definition/index.js';
import { type Choices, openCentre, taskFields } from './day/centre.js';
import { demandOf } from './day/demand.js';
import { Floor } from './day/floor.js';
import { rosterOf, workersOf } from './day/roster.js';
import { runDay } from './day/run-day.js';
import { DayLedger, RunLedger } from './figures/day-ledger.js';
import type { Plan } from './plan/plan.js';

/** What a run of all days brought. */
export interface Run {
  readonly plan: Plan;
  readonly queueNames: readonly string[];
  readonly ledger: RunLedger;
  readonly days: readonly DayLedger[];
}

/** What a simulation goes by. */
export interface RunParts {
  readonly plan: Plan;
  readonly definition: CheckedDefinition;
  readonly choices?: Choices | undefined;
  /** Hears how many days are done. */
  readonly onDay?: ((done: number, of: number) => void) | undefined;
}

/** Simulates every day of a plan, one after another. To be called with what {@link problemsOf} finds nothing wrong with. */
export function runDays({ plan, definition, choices = {}, onDay }: RunParts): Run {
  const queueNames = Object.keys(definition.taskQueues ?? {});
  const ledger = new RunLedger({
    queues: queueNames.length,
    groups: plan.staff.length,
    serviceLevels: plan.serviceLevels,
    from: plan.period.from,
    to: plan.period.to,
    countFrom: plan.countFrom,
  });
  const staff = plan.staff.map(workersOf);
  const roster = rosterOf(plan);
  const days = Array.from({ length: plan.replications }, (_, index) => {
    const day = new DayLedger(ledger);
    const demand = demandOf(plan, index + 1);
    runDay({
      definition,
      choices,
      period: plan.period,
      kinds: plan.tasks,
      demand,
      staff,
      roster,
      ledger: day,
    });
    onDay?.(index + 1, plan.replications);
    return day;
  });
  return { plan, queueNames, ledger, days };
}

/**
 * What is wrong with a plan for a definition: names that the definition does not have, and what TaskRouter would refuse.
 * Tried on an engine of its own, so that nothing has run by then.
 */
export function problemsOf({ plan, definition, choices = {} }: RunParts): readonly DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  const check = (
    path: DefinitionProblem['path'],
    what: string,
    name: string | undefined,
    known: readonly string[],
  ) => {
    if (name === undefined || known.includes(name)) return;
    const meant = nearMiss(name, known);
    const hint =
      meant === undefined
        ? `There is ${known.map(quoted).join(', ') || 'none'}.`
        : `Did you mean ${quoted(meant)}?`;
    problems.push({ path, message: `the definition has no ${what} named ${quoted(name)}. ${hint}` });
  };
  const workflows = Object.keys(definition.workflows ?? {});
  const channels = [...OWN_CHANNELS, ...Object.keys(definition.taskChannels ?? {})];
  for (const { name, workflow, taskChannel } of plan.tasks) {
    check(['tasks', name, 'workflow'], 'workflow', workflow, workflows);
    check(['tasks', name, 'taskChannel'], 'task channel', taskChannel, channels);
    if (workflow === undefined && workflows.length !== 1)
      problems.push({
        path: ['tasks', name],
        message: `must name its workflow: the definition has ${workflows.length}.`,
      });
  }
  for (const { name, channels: own = {} } of plan.staff)
    for (const channel of Object.keys(own))
      check(['staff', name, 'channels', channel], 'task channel', channel, channels);
  return problems.length > 0 ? problems : refusals({ plan, definition, choices });
}

function refusals({ plan, definition, choices = {} }: RunParts): readonly DefinitionProblem[] {
  const { from, to } = plan.period;
  const centre = openCentre(definition, choices, from);
  const frame = {
    queues: centre.queueNames.length,
    groups: plan.staff.length,
    serviceLevels: [],
    from,
    to,
    countFrom: from,
  };
  const floor = new Floor(centre, new DayLedger(new RunLedger(frame)));
  const problems: DefinitionProblem[] = [];
  const attempt = (path: DefinitionProblem['path'], run: () => void) => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof EngineRefusal)) throw error;
      problems.push({ path, message: `TaskRouter would refuse it: ${error.message}.` });
    }
  };
  plan.staff.forEach((group, index) => {
    const [first] = workersOf(group).toReversed();
    if (first) attempt(['staff', group.name], () => floor.add(index, first));
  });
  for (const kind of plan.tasks)
    attempt(['tasks', kind.name], () => centre.engine.dispatch('createTask', taskFields(centre, kind)));
  return problems;
}

const quoted = (name: string) => JSON.stringify(name);
