import { EngineRefusal } from '../../emulator/engine/index.js';
import { ConfigurationError } from '../../errors.js';
import { nearMiss } from '../../near-miss.js';
import { type CheckedDefinition, OWN_CHANNELS } from '../definition/index.js';
import type { Modules } from '../import-file.js';
import type { Choices } from '../simulate/day/centre.js';
import { type DayParts, runDay } from '../simulate/day/run-day.js';
import { DayLedger, RunLedger } from '../simulate/figures/day-ledger.js';
import type { Plan } from '../simulate/plan/plan.js';
import { figuresOf, type SimulationFigures } from '../simulate/report/report.js';
import type { Run } from '../simulate/run.js';
import { usableDefinition } from '../simulate/simulate.js';
import { arrivalsOf, isCounted } from './arrivals.js';
import { type PastDay, type PastTask, pastDayOf } from './past-day.js';
import { GROUP, staffOf } from './past-staff.js';
import { badEvents, readEvents } from './read-events.js';

const DAY_MS = 86_400_000;
/** Tasks are kept for a day or two: events of more are no day. */
const LONGEST_MS = 8 * DAY_MS;

export interface ReplayOptions {
  /** The workspace file. */
  readonly config: string;
  /** Workflows of the day that have another name in the workspace file. */
  readonly workflows?: Readonly<Record<string, string>> | undefined;
  /** How soon an answer is in time, in milliseconds. Default: 20,000. */
  readonly serviceLevels?: readonly number[] | undefined;
  /** For what the events do not show and is drawn. Default: 1. */
  readonly seed?: number | undefined;
  /** The choices that Twilio's documents leave open: docs/emulator-fidelity.md. */
  readonly choices?: Choices | undefined;
  /** The environment whose values the workspace file takes. */
  readonly environment?: string | undefined;
  /** What imports of this package in a workspace file are. */
  readonly modules?: Modules | undefined;
}

/** What `taskrouter replay --json` prints. The figures are those of a simulation: docs/simulation.md. */
export interface ReplayReport {
  readonly format: 1;
  /** The first and the last event, ISO 8601. */
  readonly from: string;
  readonly to: string;
  readonly seed: number;
  readonly happened: SimulationFigures;
  readonly replayed: SimulationFigures;
  /** Tasks that the workspace would refuse, by TaskRouter's words. */
  readonly refused: Readonly<Record<string, number>>;
  /** What to know before trusting the figures. */
  readonly notes: readonly string[];
}

/**
 * Replays a day: the tasks of exported events arrive again, and are routed as a workspace file says.
 *
 * @param files - Twilio's Event resources of a day: docs/simulation.md.
 * @throws {ConfigurationError} `bad-events` for events that cannot be used, `unknown-name` for a workflow or channel that
 *   the workspace file does not have; DefinitionError for a workspace file that cannot be used.
 * @example
 * const { happened, replayed } = await replay(['events.json'], { config: 'taskrouter.config.ts' });
 * console.log(happened.total.waitMean, replayed.total.waitMean);
 */
export async function replay(files: readonly string[], options: ReplayOptions): Promise<ReplayReport> {
  const day = pastDayOf(readEvents(files));
  const definition = await usableDefinition(options.config, options);
  return replayDay(day, definition, options);
}

export type DayOptions = Omit<ReplayOptions, 'config' | 'modules' | 'environment'> & Pick<DayParts, 'hear'>;

/** Replays what events tell of a day. @throws as {@link replay}. */
export function replayDay(
  day: PastDay,
  definition: CheckedDefinition,
  options: DayOptions = {},
): ReplayReport {
  const { seed = 1, serviceLevels = [20_000], choices = {} } = options;
  if (day.to - day.from > LONGEST_MS)
    throw badEvents(
      `The events are of ${Math.round((day.to - day.from) / DAY_MS)} days: replay at most a week.`,
    );
  const workflowOf = workflowNames(day, definition, options.workflows ?? {});
  checkChannels(day, definition);
  const midnight = Math.floor(day.from / DAY_MS) * DAY_MS;
  const timeOf = (at: number) => at - midnight;
  const staff = staffOf(day, definition, timeOf);
  const { kinds, arrivals, handlingDrawn } = arrivalsOf({ day, seed, workflowOf, timeOf });
  const period = { from: timeOf(day.from), to: timeOf(day.to) };
  const plan: Plan = {
    seed,
    replications: 1,
    period,
    countFrom: period.from,
    serviceLevels,
    busyness: undefined,
    tasks: kinds,
    staff: [{ name: GROUP, attributes: '{}', channels: undefined, schedule: [] }],
  };
  const newRun = (queueNames: readonly string[]): Run & { readonly day: DayLedger } => {
    const ledger = new RunLedger({
      ...period,
      queues: queueNames.length,
      groups: 1,
      serviceLevels,
      countFrom: period.from,
    });
    const own = new DayLedger(ledger);
    return { plan, queueNames, ledger, days: [own], day: own };
  };

  const replayed = newRun(Object.keys(definition.taskQueues ?? {}));
  const refused = new Map<string, number>();
  let next = 0;
  whatOnlyTaskRouterRefuses(() =>
    runDay({
      definition,
      choices,
      period,
      kinds,
      demand: () => arrivals[next++],
      staff: [staff.workers],
      roster: staff.roster,
      ledger: replayed.day,
      onRefused: (_arrival, why) => refused.set(why, (refused.get(why) ?? 0) + 1),
      hear: options.hear,
    }),
  );
  const names = new Set(day.tasks.flatMap(({ queues }) => queues.map(({ name }) => name)));
  const happened = newRun([...replayed.queueNames.filter((name) => names.delete(name)), ...names]);
  bookTasks(day, happened, timeOf);
  staff.attend(happened.day);
  return {
    format: 1,
    from: new Date(day.from).toISOString(),
    to: new Date(day.to).toISOString(),
    seed,
    happened: figuresOf(happened),
    replayed: figuresOf(replayed),
    refused: Object.fromEntries(refused),
    notes: notesOf(day, definition, staff.unknownActivities, handlingDrawn),
  };
}

/** Books what happened, as the simulation does. */
function bookTasks(
  day: PastDay,
  { queueNames, day: ledger }: Run & { readonly day: DayLedger },
  timeOf: (at: number) => number,
): void {
  const indexes = new Map(queueNames.map((name, index) => [name, index]));
  for (const task of day.tasks) {
    const { createdAt, answeredAt, leftAt, queues } = task;
    const end = answeredAt ?? leftAt;
    const created = isCounted(task) ? timeOf(createdAt) : Number.NEGATIVE_INFINITY;
    const how = answeredAt === undefined ? 'abandoned' : 'answered';
    queues.forEach(({ name, at }, index) => {
      const left = queues[index + 1]?.at ?? end;
      const departure = index + 1 < queues.length ? 'moved' : how;
      ledger.leftQueue(indexes.get(name)!, departure, created, timeOf(at), timeOf(left ?? day.to));
    });
    ledger.settled(how, created, timeOf(end ?? day.to));
  }
}

/** The workflow of each task in the workspace file. @throws {ConfigurationError} for one that is not there. */
function workflowNames(
  day: PastDay,
  { workflows = {} }: CheckedDefinition,
  renamed: Readonly<Record<string, string>>,
): (task: PastTask) => string | undefined {
  const known = Object.keys(workflows);
  const of = (name: string) => (Object.hasOwn(renamed, name) ? renamed[name]! : name);
  const had = new Set(day.tasks.flatMap(({ workflow }) => workflow ?? []));
  for (const name of Object.keys(renamed))
    if (!had.has(name)) throw unknownName('workflow', name, [...had], 'The events have', 'no task of a');
  for (const name of had) {
    if (known.includes(of(name))) continue;
    throw unknownName(
      'workflow',
      of(name),
      known,
      'The workspace file has',
      'no',
      ` Say which workflow stands for it: --workflow ${JSON.stringify(`${name}=NAME`)}.`,
    );
  }
  if (known.length !== 1 && day.tasks.some(({ workflow }) => workflow === undefined)) {
    throw badEvents(
      `Some tasks have no workflow_name in their events, and the workspace file has ${known.length} workflows: which one is meant cannot be told.`,
    );
  }
  return ({ workflow }) => (workflow === undefined ? known[0] : of(workflow));
}

function checkChannels(day: PastDay, { taskChannels = {} }: CheckedDefinition): void {
  const known = [...OWN_CHANNELS, ...Object.keys(taskChannels)];
  const has = (name: string) => known.some((one) => one.toLowerCase() === name.toLowerCase());
  for (const { channel } of day.tasks)
    if (channel !== undefined && !has(channel))
      throw unknownName('task channel', channel, known, 'The workspace file has', 'no', ' Add it there.');
}

function unknownName(
  kind: string,
  name: string,
  known: readonly string[],
  who: string,
  no: string,
  advice = '',
): ConfigurationError {
  const meant = nearMiss(name, known);
  const hint =
    meant === undefined
      ? `There is ${known.map((one) => JSON.stringify(one)).join(', ') || 'none'}.`
      : `Did you mean ${JSON.stringify(meant)}?`;
  return new ConfigurationError(
    'unknown-name',
    `${who} ${no} ${kind} named ${JSON.stringify(name)}. ${hint}${advice}`,
  );
}

/** A worker whom the workspace would not take, such as one with attributes that are no JSON. */
function whatOnlyTaskRouterRefuses(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    throw badEvents(`TaskRouter would refuse a worker of that day: ${error.message}.`, error);
  }
}

function notesOf(
  { tasks, inHand, workers }: PastDay,
  { taskQueues = {}, workers: named = {} }: CheckedDefinition,
  unknownActivities: readonly string[],
  handlingDrawn: number,
): readonly string[] {
  const before = tasks.filter(({ whole }) => !whole).length;
  const waiting = tasks.filter((task) => task.whole && !isCounted(task)).length;
  const gone = [...new Set(tasks.flatMap(({ queues }) => queues.map(({ name }) => name)))].filter(
    (name) => !Object.hasOwn(taskQueues, name),
  );
  const there = new Set(workers.map(({ name }) => name));
  const absent = Object.keys(named).filter((name) => !there.has(name));
  const many = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  const list = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ');
  return [
    ...(before > 0
      ? [
          `${many(before, 'task')} waited already as the events begin: replayed from then on, and not counted.`,
        ]
      : []),
    ...(inHand > 0
      ? [
          `${many(inHand, 'task')} had been accepted before the events begin: left out, so their workers are free too early. Export from before the first task.`,
        ]
      : []),
    ...(waiting > 0
      ? [`${many(waiting, 'task')} still waited as the events end: replayed, and not counted.`]
      : []),
    ...(handlingDrawn > 0
      ? [
          `${many(handlingDrawn, 'task')} ended without work, or after the last event: the time of their work is drawn from that of the others.`,
        ]
      : []),
    ...(gone.length > 0 ? [`Queues that the workspace file does not have: ${list(gone)}.`] : []),
    ...(absent.length > 0
      ? [`Workers of the workspace file without an event that day, who take no part: ${list(absent)}.`]
      : []),
    ...(unknownActivities.length > 0
      ? [
          `Activities that the workspace file does not have, taken as not available: ${list(unknownActivities)}.`,
        ]
      : []),
  ];
}
