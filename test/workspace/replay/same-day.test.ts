import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EngineEvent, EngineOutput } from '../../../src/emulator/engine/index.js';
import { checkDefinition, type WorkspaceDefinition } from '../../../src/workspace/definition/index.js';
import { pastDayOf } from '../../../src/workspace/replay/past-day.js';
import { replayDay } from '../../../src/workspace/replay/replay.js';
import { demandOf } from '../../../src/workspace/simulate/day/demand.js';
import { rosterOf, workersOf } from '../../../src/workspace/simulate/day/roster.js';
import { runDay } from '../../../src/workspace/simulate/day/run-day.js';
import { DayLedger, RunLedger } from '../../../src/workspace/simulate/figures/day-ledger.js';
import { planOf, SMALL } from '../simulate/plans.js';
import { pastEvent } from './events.js';

const DEFINITION: WorkspaceDefinition = {
  taskQueues: {
    Red: { targetWorkers: "skills HAS 'red'" },
    Blue: { targetWorkers: "skills HAS 'blue'" },
    All: {},
  },
  workflows: {
    Calls: {
      filters: ['red', 'blue'].map((name) => ({
        expression: `type == '${name}'`,
        targets: [
          { queue: name === 'red' ? 'Red' : 'Blue', timeout: 20 },
          { queue: 'All', priority: 5, ...(name === 'red' ? { timeout: 60 } : {}) },
        ],
      })),
      defaultQueue: 'All',
    },
  },
};

function planFor(seed: number, perMinute: number) {
  const kind = (type: string) => ({
    attributes: { type },
    taskChannel: 'chat',
    arrivals: [{ from: '08:00', poisson: { perMinute } }],
    handling: { lognormal: { mean: '2m', sd: '3m' } },
    patience: { exponential: { mean: '50s' } },
  });
  return {
    ...SMALL,
    seed,
    tasks: { red: kind('red'), blue: kind('blue'), other: kind('other') },
    staff: {
      Red: {
        attributes: { skills: ['red'] },
        channels: { chat: { capacity: 2 } },
        schedule: [
          { from: '08:00', count: 2 },
          { from: '08:20', count: 1 },
          { from: '08:40', count: 3 },
        ],
      },
      Both: {
        attributes: { skills: ['red', 'blue'] },
        schedule: [
          { from: '08:05', count: 3 },
          { from: '08:50', count: 0 },
        ],
      },
    },
  };
}

/** A simulated day, and what its engine said. */
function simulatedDay(plan: object) {
  const definition = checkDefinition(DEFINITION);
  const read = planOf(plan);
  const { from, to } = read.period;
  const ledger = new DayLedger(
    new RunLedger({ queues: 3, groups: 2, serviceLevels: [], from, to, countFrom: from }),
  );
  const events: EngineEvent[] = [];
  runDay({
    definition,
    choices: {},
    period: read.period,
    kinds: read.tasks,
    demand: demandOf(read, 1),
    staff: read.staff.map(workersOf),
    roster: rosterOf(read),
    ledger,
    hear: keep(events),
  });
  return { definition, ledger, events };
}

const keep = (events: EngineEvent[]) => (output: EngineOutput) => {
  if (output.kind === 'event') events.push(output);
};

/** What happened to tasks and workers, without SIDs and without what counts since the creation of the engine. */
function story(events: readonly EngineEvent[]): readonly string[] {
  const [first] = events;
  return events
    .filter(({ type }) => /^(task|reservation|workflow|task-queue)\./.test(type))
    .map(({ type, at, data }) =>
      [at - first!.at, type, data.TaskQueueName, data.WorkerName, data.TaskAttributes, data.TaskAge].join(
        ' ',
      ),
    );
}

test('the replay of the events of a simulated day is that day: event by event, and figure by figure', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4_294_967_295 }),
      fc.double({ min: 0.3, max: 1.5, noNaN: true }),
      fc.integer({ min: 0, max: 1_000 }),
      (seed, perMinute, other) => {
        const { definition, ledger, events } = simulatedDay(planFor(seed, perMinute));
        const again: EngineEvent[] = [];
        const report = replayDay(pastDayOf(events.map(pastEvent)), definition, {
          seed: other,
          hear: keep(again),
        });
        expect(story(again)).toEqual(story(events));
        expect(report.replayed).toEqual(report.happened);
        expect(report.notes.filter((note) => !note.includes('drawn'))).toEqual([]);
        const { offered, answered, abandoned, waitMean } = report.happened.total;
        const { total } = ledger;
        expect({ offered, answered, abandoned }).toEqual({
          offered: total.offered,
          answered: total.answered,
          abandoned: total.abandoned,
        });
        expect(waitMean).toBeCloseTo(total.waitSum / total.offered / 1_000, 9);
        Object.values(report.happened.queues).forEach((queue, index) => {
          expect([queue.offered, queue.moved]).toEqual([
            ledger.queues[index]!.offered,
            ledger.queues[index]!.moved,
          ]);
        });
      },
    ),
    { numRuns: 4 },
  );
});
