import { nearMiss } from '../../near-miss.js';
import {
  type CheckedDefinition,
  checkDefinition,
  DefinitionError,
  type DefinitionPath,
  type DefinitionProblem,
  likewise,
  OWN_ACTIVITIES,
  OWN_CHANNELS,
  workflowConfiguration,
} from '../definition/index.js';
import type { Conditions, RoutingTest, TestFile } from './file-schema.js';

/** The definition with the workers of a test in it: fields of the test's go before the file's, and these before the definition's. */
export function withWorkers(
  definition: CheckedDefinition,
  file: Pick<TestFile, 'workers'>,
  test: Pick<RoutingTest, 'workers'>,
): CheckedDefinition {
  const workers: Record<string, object> = { ...definition.workers };
  for (const more of [file.workers, test.workers])
    for (const [name, worker] of Object.entries(more ?? {})) workers[name] = { ...workers[name], ...worker };
  return likewise({ ...definition, workers }, definition);
}

/** Everything in a file of tests that names what the definition, or the test, does not have. */
export function unknownNames(file: TestFile, definition: CheckedDefinition): readonly DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  if (file.tests.length === 0) problems.push({ path: ['tests'], message: 'must hold at least one test.' });
  file.tests.forEach((test, index) => {
    problems.push(...problemsOfTest(file, test, ['tests', index], definition));
  });
  return problems;
}

function problemsOfTest(
  file: TestFile,
  test: RoutingTest,
  at: DefinitionPath,
  definition: CheckedDefinition,
): readonly DefinitionProblem[] {
  const whole = withWorkers(definition, file, test);
  const problems: DefinitionProblem[] = [];
  try {
    checkDefinition(whole);
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    for (const { path, message } of error.problems) {
      const own = test.workers !== undefined && String(path[1]) in test.workers;
      problems.push({ path: path[0] === 'workers' && own ? [...at, ...path] : path, message });
    }
  }
  const known = {
    worker: Object.keys(whole.workers ?? {}),
    task: Object.keys(test.tasks),
    activity: [...OWN_ACTIVITIES, ...Object.keys(definition.activities ?? {})],
    'task queue': Object.keys(definition.taskQueues ?? {}),
    'task channel': [...OWN_CHANNELS, ...Object.keys(definition.taskChannels ?? {})],
    workflow: Object.keys(definition.workflows ?? {}),
    filter: filterNames(definition),
  };
  const say = (path: DefinitionPath, message: string) => problems.push({ path: [...at, ...path], message });
  const check = (path: DefinitionPath, kind: keyof typeof known, name: string | undefined) => {
    if (name === undefined || known[kind].includes(name)) return;
    const meant = nearMiss(name, known[kind]);
    const all = known[kind].map((one) => JSON.stringify(one)).join(', ');
    const hint =
      meant !== undefined
        ? `Did you mean ${JSON.stringify(meant)}?`
        : all === ''
          ? `There is no ${kind} at all.`
          : `There is ${all}.`;
    say(path, `there is no ${kind} named ${JSON.stringify(name)}. ${hint}`);
  };
  const checkConditions = (path: DefinitionPath, conditions: Conditions) => {
    check([...path, 'in'], 'task queue', conditions.in);
    check([...path, 'filter'], 'filter', conditions.filter);
    check([...path, 'offeredTo'], 'worker', conditions.offeredTo);
    check([...path, 'assignedTo'], 'worker', conditions.assignedTo);
    if (hasNone(conditions))
      say(path, 'expects nothing: add status, in, filter, step, offeredTo, assignedTo or priority.');
  };

  if (known.task.length === 0) say(['tasks'], 'must hold at least one task.');
  for (const [name, { workflow, taskChannel, timeout }] of Object.entries(test.tasks)) {
    check(['tasks', name, 'workflow'], 'workflow', workflow);
    check(['tasks', name, 'taskChannel'], 'task channel', taskChannel);
    if (workflow === undefined && known.workflow.length !== 1)
      say(['tasks', name], `must name its workflow: the definition has ${known.workflow.length}.`);
    if (timeout !== undefined && (timeout < 1_000 || timeout % 1_000 !== 0 || timeout > 1_209_600_000))
      say(['tasks', name, 'timeout'], 'must be a time from 1s to 14d, in whole seconds.');
  }
  test.do?.forEach((action, index) => {
    const path = ['do', index];
    check([...path, 'worker'], 'worker', action.worker);
    check([...path, 'task'], 'task', action.task);
    check([...path, 'activity'], 'activity', action.activity);
    for (const deed of ['accept', 'reject', 'wrapUp', 'complete'] as const)
      check([...path, deed], 'task', action[deed]);
    const { accept, reject, wrapUp, complete, activity, attributes, priority, cancel } = action;
    const deeds = [accept, reject, wrapUp, complete].filter((one) => one !== undefined).length;
    const ofWorker = deeds === 1 || (deeds === 0 && (activity !== undefined || attributes !== undefined));
    const ofTask = attributes !== undefined || priority !== undefined || cancel !== undefined;
    if (action.worker !== undefined && action.task === undefined) {
      if (
        !ofWorker ||
        priority !== undefined ||
        cancel !== undefined ||
        (deeds === 1 && attributes !== undefined) ||
        (deeds === 1 && activity !== undefined && reject === undefined)
      )
        say(
          path,
          'must have one of activity, attributes, accept, reject (also with activity), wrapUp, complete beside worker.',
        );
    } else if (action.task !== undefined && action.worker === undefined) {
      if (!ofTask || deeds > 0 || activity !== undefined)
        say(path, 'must have attributes, priority or cancel beside task.');
    } else say(path, 'must have worker or task: who does something, or what is changed.');
  });
  if (test.expect.length === 0) say(['expect'], 'must hold at least one expectation.');
  test.expect.forEach(({ task, at: instant, by, never, ...conditions }, index) => {
    const path = ['expect', index];
    check([...path, 'task'], 'task', task);
    const kinds = [instant, by, never].filter((one) => one !== undefined).length;
    if (kinds !== 1)
      say(path, 'must have one of at (the state then), by (at some moment until then) and never.');
    if (never === undefined) checkConditions(path, conditions);
    else {
      checkConditions([...path, 'never'], never);
      if (!hasNone(conditions)) say(path, 'must have its conditions inside never.');
    }
  });
  return problems;
}

const hasNone = (conditions: Conditions): boolean =>
  Object.values(conditions).every((one) => one === undefined);

/** What the filters of all workflows are called; one without a name is `filter 1`, …. */
function filterNames({ workflows = {} }: CheckedDefinition): readonly string[] {
  return Object.values(workflows).flatMap((workflow) => [
    ...filtersOf(workflow).map(({ name }) => name),
    'default filter',
  ]);
}

interface NamedFilter {
  readonly name: string;
  readonly targets: readonly { readonly queue?: string; readonly skip_if?: string }[];
}

/** The filters of a workflow as TaskRouter sees them, with the names that explanations give them. */
export function filtersOf(
  workflow: NonNullable<CheckedDefinition['workflows']>[string],
): readonly NamedFilter[] {
  const { task_routing: routing } = JSON.parse(workflowConfiguration(workflow, (name) => name));
  return (routing.filters ?? []).map(
    (
      filter: { filter_friendly_name?: string; friendly_name?: string; targets: NamedFilter['targets'] },
      index: number,
    ) => ({
      name: filter.filter_friendly_name ?? filter.friendly_name ?? `filter ${index + 1}`,
      targets: filter.targets,
    }),
  );
}
