import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { checkDefinition, type WorkspaceDefinition } from '../../../src/workspace/definition/index.js';
import { loadPlan } from '../../../src/workspace/simulate/plan/load-plan.js';
import type { Plan } from '../../../src/workspace/simulate/plan/plan.js';
import { reportOf, type SimulationReport } from '../../../src/workspace/simulate/report/report.js';
import { type Run, runDays } from '../../../src/workspace/simulate/run.js';

/** One queue for everybody. */
export const ONE_QUEUE = {
  taskQueues: { Calls: {} },
  workflows: { Calls: { defaultQueue: 'Calls' } },
} satisfies WorkspaceDefinition;

/** A plan of one kind of task and one group, in hours and seconds. */
export const SMALL = {
  seed: 1,
  replications: 2,
  period: { from: '08:00', to: '09:00' },
  tasks: {
    Calls: {
      arrivals: [{ from: '08:00', poisson: { perMinute: 2 } }],
      handling: { exponential: { mean: '2m' } },
    },
  },
  staff: { Day: { schedule: [{ from: '08:00', count: 6 }] } },
};

/** A folder that goes with the test. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'simulate-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** A plan as it is read from its file. */
export function planOf(plan: object, files: Readonly<Record<string, string>> = {}): Plan {
  const folder = folderWith({ ...files, 'plan.json': JSON.stringify(plan) });
  return loadPlan(join(folder, 'plan.json')).plan;
}

export const run = (plan: object, definition: WorkspaceDefinition = ONE_QUEUE): Run =>
  runDays({ plan: planOf(plan), definition: checkDefinition(definition) });

export const report = (plan: object, definition: WorkspaceDefinition = ONE_QUEUE): SimulationReport =>
  reportOf(run(plan, definition));
