import { resolve } from 'node:path';
import { SeedRefusal } from '../../emulator/apply-definition.js';
import { ConfigurationError } from '../../errors.js';
import { type CheckedDefinition, checkDefinition } from '../definition/index.js';
import type { Modules } from '../import-file.js';
import { loadDefinition } from '../load.js';
import { type Choices, openCentre } from './day/centre.js';
import { isPlanFile, type LoadedPlan, loadPlan } from './plan/load-plan.js';
import { reportOf, type SimulationReport } from './report/report.js';
import { problemsOf, type Run, runDays } from './run.js';

export interface SimulateOptions {
  /** The workspace file. Default: the one that the plan names. */
  readonly config?: string | undefined;
  /** Another workspace file, or another plan, to compare with: over the same days. */
  readonly compare?: string | undefined;
  /** In place of the plan's own. */
  readonly seed?: number | undefined;
  readonly replications?: number | undefined;
  /** The choices that Twilio's documents leave open: docs/emulator-fidelity.md. */
  readonly choices?: Choices | undefined;
  /** The environment whose values the workspace file takes. */
  readonly environment?: string | undefined;
  /** What imports of this package in a workspace file are. */
  readonly modules?: Modules | undefined;
  /** Hears how many days are done, of how many. */
  readonly onDay?: ((done: number, of: number) => void) | undefined;
}

/** What a simulation brought. */
export interface Simulation {
  readonly report: SimulationReport;
  readonly base: Run;
  readonly other: Run | undefined;
  /** The workspace files, as errors and reports name them. */
  readonly config: string;
  readonly otherName: string | undefined;
}

/**
 * Simulates the days of a plan with the routing of a workspace file.
 *
 * @param file - the plan, as YAML or JSON: docs/simulation.md.
 * @throws {FileError} `bad-plan` and DefinitionError with file, line and path of what is wrong; nothing was simulated then.
 * @throws {ConfigurationError} `no-definition` when no workspace file is named.
 * @example
 * const { report } = await simulate('plan.yaml', { config: 'taskrouter.config.ts' });
 * console.log(report.total.waitMean, report.queues.Support?.serviceLevel['20']);
 */
export async function simulate(file: string, options: SimulateOptions = {}): Promise<Simulation> {
  const { compare, onDay } = options;
  const base = await prepare(file, options.config, options);
  const other =
    compare === undefined
      ? undefined
      : isPlanFile(compare)
        ? await prepare(compare, options.config, options, base)
        : await prepare(file, compare, options, base);
  const { choices = {} } = options;
  const twice = other === undefined ? 1 : 2;
  const run = ({ loaded, definition }: Prepared, offset: number) =>
    runDays({
      plan: loaded.plan,
      definition,
      choices,
      onDay: onDay && ((done, of) => onDay(done + offset * of, of * twice)),
    });
  const baseRun = run(base, 0);
  const otherRun = other && run(other, 1);
  return {
    report: reportOf(baseRun, otherRun),
    base: baseRun,
    other: otherRun,
    config: base.configName,
    otherName: compare,
  };
}

interface Prepared {
  readonly loaded: LoadedPlan;
  readonly definition: CheckedDefinition;
  readonly configFile: string;
  /** As the user named it. */
  readonly configName: string;
}

/** Reads and checks everything a run needs. */
async function prepare(
  file: string,
  config: string | undefined,
  { seed, replications, choices = {}, modules, environment }: SimulateOptions,
  base?: Prepared,
): Promise<Prepared> {
  const read = loadPlan(file);
  const first = base?.loaded.plan;
  const plan = {
    ...read.plan,
    // Another seed would compare other days.
    seed: first?.seed ?? seed ?? read.plan.seed,
    replications: first?.replications ?? replications ?? read.plan.replications,
    serviceLevels: first?.serviceLevels ?? read.plan.serviceLevels,
  };
  if (
    first &&
    (first.period.from !== plan.period.from ||
      first.period.to !== plan.period.to ||
      first.countFrom !== plan.countFrom)
  ) {
    throw read.error([{ path: ['period'], message: 'must be that of the plan it is compared with.' }]);
  }
  const configFile = config ?? read.config ?? base?.configFile;
  if (configFile === undefined) {
    throw new ConfigurationError(
      'no-definition',
      `${file} names no workspace file: write config: taskrouter.config.ts into it, or give --config.`,
    );
  }
  const definition = await usableDefinition(configFile, { choices, modules, environment });
  const problems = problemsOf({ plan, definition, choices });
  if (problems.length > 0) throw read.error(problems);
  return {
    loaded: { ...read, plan },
    definition,
    configFile: resolve(configFile),
    configName: config ?? relativeName(configFile),
  };
}

/** Reads a workspace file and tries it on an engine. @throws {DefinitionError} also for what only TaskRouter refuses. */
export async function usableDefinition(
  file: string,
  { choices = {}, modules, environment }: Pick<SimulateOptions, 'choices' | 'modules' | 'environment'> = {},
): Promise<CheckedDefinition> {
  const loaded = await loadDefinition(file, modules, { environment });
  const definition = checkDefinition(loaded.definition);
  try {
    openCentre(definition, choices, 0);
  } catch (error) {
    if (!(error instanceof SeedRefusal)) throw error;
    throw loaded.error([{ path: error.path, message: error.reason }], error);
  }
  return definition;
}

function relativeName(file: string): string {
  const here = `${process.cwd()}/`;
  return file.startsWith(here) ? file.slice(here.length) : file;
}
