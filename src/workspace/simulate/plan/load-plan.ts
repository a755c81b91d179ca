import {
  beside,
  type CheckedFile,
  type FileError,
  readCheckedFile,
  readUncheckedFile,
} from '../../checked-file/checked-file.js';
import type { DefinitionPath, DefinitionProblem } from '../../definition/index.js';
import { type Distribution, meanOf } from './distribution.js';
import type { ArrivalPhase, Phase, Plan, StaffGroup, TaskKind } from './plan.js';
import { type PlanFile, planSchema } from './plan-schema.js';
import { readCsv } from './read-csv.js';
import { type Period, periodOf, timeWithin } from './time-of-day.js';

const KIND = { noun: 'plan', code: 'bad-plan' };

/** A day of so many tasks takes ten minutes; more is a slip in a rate. */
const MOST_TASKS = 10_000_000;
/** How many workers a workspace holds. */
const MOST_STAFF = 15_000;

export interface LoadedPlan {
  readonly file: string;
  readonly plan: Plan;
  /** The whole path of the workspace file that the plan names. */
  readonly config: string | undefined;
  /** Puts file, line and path in front of problems that show only when the plan is used. */
  error(problems: readonly DefinitionProblem[]): FileError;
}

/** Does a file look like a plan, and not like a workspace file? */
export function isPlanFile(file: string): boolean {
  if (!/\.(ya?ml|json)$/i.test(file)) return false;
  const value = readUncheckedFile(file, KIND);
  return typeof value === 'object' && value !== null && ('period' in value || 'staff' in value);
}

/**
 * Reads a plan from a YAML or JSON file.
 * @throws {FileError} `bad-plan` with file, line and path of each problem.
 */
export function loadPlan(file: string): LoadedPlan {
  const checked = readCheckedFile(file, planSchema, KIND);
  const reader = new PlanReader(checked);
  const plan = reader.plan();
  if (reader.problems.length > 0) throw checked.error(reader.problems);
  const { config } = checked.value;
  return {
    file,
    plan,
    config: config === undefined ? undefined : beside(file, config),
    error: (problems) => checked.error(problems),
  };
}

/** Times of day and files made into what a run needs; whatever is wrong with them is gathered. */
class PlanReader {
  readonly problems: DefinitionProblem[] = [];
  readonly #checked: CheckedFile<PlanFile>;
  readonly #period: Period;

  constructor(checked: CheckedFile<PlanFile>) {
    this.#checked = checked;
    const { from, to } = checked.value.period;
    this.#period = periodOf(from, to);
    if (from === to) this.#say(['period', 'to'], 'must be another time than from.');
  }

  plan(): Plan {
    const { value } = this.#checked;
    const { from, to } = this.#period;
    const { warmUp = 0 } = value.period;
    if (warmUp >= to - from) this.#say(['period', 'warmUp'], 'must be shorter than the period.');
    const serviceLevels = value.serviceLevel ?? [20_000];
    if (new Set(serviceLevels).size < serviceLevels.length)
      this.#say(['serviceLevel'], 'holds the same time twice.');
    const busyness = value.busyness && this.#distribution(['busyness'], value.busyness);
    const tasks = Object.entries(value.tasks).map(([name, kind]) => this.#kind(name, kind));
    if (tasks.length === 0) this.#say(['tasks'], 'must hold at least one kind of task.');
    const staff = Object.entries(value.staff).map(([name, group]) => this.#group(name, group));
    this.#sameNames(staff);
    const all = staff.reduce((sum, { schedule }) => sum + mostOf(schedule), 0);
    if (all > MOST_STAFF)
      this.#say(['staff'], `holds ${all} workers: a workspace has at most ${MOST_STAFF}.`);
    const expected = this.#expected(tasks) * (busyness === undefined ? 1 : meanOf(busyness));
    if (expected > MOST_TASKS) {
      const count =
        expected === Number.POSITIVE_INFINITY ? 'without end' : `about ${Math.round(expected)} a day`;
      this.#say(['tasks'], `arrive ${count}: at most ${MOST_TASKS} can be simulated.`);
    }
    return {
      seed: value.seed ?? 1,
      replications: value.replications ?? 20,
      period: this.#period,
      countFrom: from + warmUp,
      serviceLevels,
      busyness,
      tasks,
      staff,
    };
  }

  #say(path: DefinitionPath, message: string): void {
    this.problems.push({ path, message });
  }

  /** Workers are named after their group, and TaskRouter takes a name once, whatever its case. */
  #sameNames(staff: readonly StaffGroup[]): void {
    const taken = new Map<string, string>();
    for (const { name } of staff) {
      const other = taken.get(name.toLowerCase());
      if (other !== undefined)
        this.#say(
          ['staff', name],
          `differs from ${JSON.stringify(other)} in case alone: its workers would have the same names. Choose another one.`,
        );
      taken.set(name.toLowerCase(), name);
    }
  }

  #kind(name: string, kind: PlanFile['tasks'][string]): TaskKind {
    const at = ['tasks', name];
    const { timeout } = kind;
    if (timeout !== undefined && (timeout % 1_000 !== 0 || timeout < 1_000 || timeout > 1_209_600_000))
      this.#say([...at, 'timeout'], 'must be a time from 1s to 14d, in whole seconds.');
    if (kind.arrivals.length === 0)
      this.#say(
        [...at, 'arrivals'],
        "must hold at least one entry, such as { from: '08:00', poisson: { perMinute: 4 } }.",
      );
    return {
      name,
      workflow: kind.workflow,
      taskChannel: kind.taskChannel,
      attributes: JSON.stringify(kind.attributes ?? {}),
      priority: kind.priority,
      timeout: timeout === undefined ? undefined : timeout / 1_000,
      arrivals: this.#phases([...at, 'arrivals'], kind.arrivals, (entry, path) => ({
        from: entry.from,
        rate: entry.poisson,
        every: entry.every && this.#distribution([...path, 'every'], entry.every),
      })),
      handling: this.#changing([...at, 'handling'], kind.handling),
      patience: kind.patience && this.#changing([...at, 'patience'], kind.patience),
    };
  }

  #group(name: string, group: PlanFile['staff'][string]): StaffGroup {
    const { attributes = {}, channels, schedule } = group;
    return {
      name,
      attributes: JSON.stringify(attributes),
      channels,
      schedule: this.#phases(['staff', name, 'schedule'], schedule, ({ from, count }) => ({
        from,
        value: count,
      })),
    };
  }

  /** Phases with their times in the period. Each must come after the one before. */
  #phases<P extends { readonly from: number }, R extends { readonly from: number }>(
    at: DefinitionPath,
    phases: readonly P[],
    read: (phase: P, path: DefinitionPath) => R,
  ): readonly R[] {
    let before = Number.NEGATIVE_INFINITY;
    return phases.map((phase, index) => {
      const path = [...at, index];
      const from = timeWithin(this.#period, phase.from);
      if (from <= before)
        this.#say(
          [...path, 'from'],
          'must be later than the entry before: write the entries in the order of time.',
        );
      before = from;
      return { ...read(phase, path), from };
    });
  }

  #changing(
    at: DefinitionPath,
    phases: readonly { readonly from: number | undefined; readonly distribution: Distribution }[],
  ): readonly Phase<Distribution>[] {
    const [first] = phases;
    if (first === undefined) {
      this.#say(at, 'must hold at least one distribution.');
      return [];
    }
    if (first.from === undefined)
      return [{ from: Number.NEGATIVE_INFINITY, value: this.#distribution(at, first.distribution) }];
    const read = this.#phases(
      at,
      phases.map(({ from = 0, distribution }) => ({ from, distribution })),
      ({ from, distribution }, path) => ({ from, value: this.#distribution(path, distribution) }),
    );
    if (read[0]!.from > this.#period.from)
      this.#say(
        [...at, 0, 'from'],
        'must not be later than the beginning of the period: what arrives before it has no time.',
      );
    return read;
  }

  /** Puts the values of a file in its place. */
  #distribution(at: DefinitionPath, distribution: Distribution): Distribution {
    if (distribution.kind !== 'file') return distribution;
    const { file, column } = distribution;
    try {
      return { kind: 'empirical', values: readCsv({ file: beside(this.#checked.file, file), column }) };
    } catch (error) {
      this.#say([...at, 'empirical'], (error as Error).message);
      return { kind: 'deterministic', value: 1 };
    }
  }

  /** How many tasks a day brings. */
  #expected(tasks: readonly TaskKind[]): number {
    return tasks.reduce((sum, { arrivals }) => sum + arrivalsOf(arrivals, this.#period), 0);
  }
}

function arrivalsOf(phases: readonly ArrivalPhase[], { from, to }: Period): number {
  return phases.reduce((sum, phase, index) => {
    const start = Math.max(from, phase.from);
    const end = Math.min(to, phases[index + 1]?.from ?? to);
    if (end <= start) return sum;
    const rate = phase.every === undefined ? phase.rate! : 1 / meanOf(phase.every);
    return sum + (end - start) * rate;
  }, 0);
}

const mostOf = (schedule: readonly Phase<number>[]): number =>
  schedule.reduce((most, { value }) => Math.max(most, value), 0);
