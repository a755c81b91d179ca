import {
  compareQueues,
  compareStaff,
  type QueueFigures,
  queueFigures,
  type StaffFigures,
  staffFigures,
  type Tallies,
  talliesOf,
} from '../figures/figures.js';
import type { Run } from '../run.js';

/** The figures of one run, or the differences between two. */
export interface SimulationFigures {
  /** All tasks, as a queue: waits from creation. */
  readonly total: QueueFigures;
  /** By the name of the task queue. */
  readonly queues: Readonly<Record<string, QueueFigures>>;
  /** By the name of the group. */
  readonly staff: Readonly<Record<string, StaffFigures>>;
}

/** What `taskrouter simulate --json` prints. docs/simulation.md defines each figure. */
export interface SimulationReport extends SimulationFigures {
  readonly format: 1;
  readonly seed: number;
  readonly replications: number;
  /** The other run less this one: queues and groups that both have. */
  readonly compare?: SimulationFigures;
}

/** The figures of a run, and how another one over the same days differs. */
export function reportOf(base: Run, other?: Run): SimulationReport {
  const { seed, replications } = base.plan;
  return {
    format: 1,
    seed,
    replications,
    ...figuresOf(base),
    ...(other === undefined ? {} : { compare: differences(base, other) }),
  };
}

export function figuresOf(run: Run): SimulationFigures {
  const { serviceLevels } = run.plan;
  const counted = countedMs(run);
  return {
    total: queueFigures(totals(run), serviceLevels, counted),
    queues: byName(run.queueNames, (_name, index) =>
      queueFigures(queueTallies(run, index), serviceLevels, counted),
    ),
    staff: byName(groupNames(run), (_name, index) =>
      staffFigures(run.days.map(({ staff }) => staff[index]!)),
    ),
  };
}

function differences(base: Run, other: Run): SimulationFigures {
  const { serviceLevels } = base.plan;
  const counted = countedMs(base);
  const compare = (a: Tallies, b: Tallies) => compareQueues(a, b, serviceLevels, counted);
  const queues = base.queueNames.filter((name) => other.queueNames.includes(name));
  const groups = groupNames(base).filter((name) => groupNames(other).includes(name));
  return {
    total: compare(totals(base), totals(other)),
    queues: byName(queues, (name) =>
      compare(
        queueTallies(base, base.queueNames.indexOf(name)),
        queueTallies(other, other.queueNames.indexOf(name)),
      ),
    ),
    staff: byName(groups, (name) => {
      const of = (run: Run) => {
        const index = groupNames(run).indexOf(name);
        return run.days.map(({ staff }) => staff[index]!);
      };
      return compareStaff(of(base), of(other));
    }),
  };
}

const totals = ({ days, ledger }: Run): Tallies => talliesOf(days, ledger.totalWaits, ({ total }) => total);

const queueTallies = ({ days, ledger }: Run, index: number): Tallies =>
  talliesOf(days, ledger.waits[index]!, ({ queues }) => queues[index]!);

const groupNames = ({ plan }: Run): readonly string[] => plan.staff.map(({ name }) => name);

const countedMs = ({ plan }: Run): number => plan.period.to - plan.countFrom;

function byName<T>(names: readonly string[], of: (name: string, index: number) => T): Record<string, T> {
  return Object.fromEntries(names.map((name, index) => [name, of(name, index)]));
}
