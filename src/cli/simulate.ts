import { compareText, figuresOf, reportText, simulate as simulateDays } from '../workspace/simulate/index.js';
import { EXIT } from './failure.js';
import { ownModules } from './own-modules.js';
import { print } from './print.js';

export interface SimulateOptions {
  readonly config?: string;
  readonly compare?: string;
  readonly seed?: number;
  readonly replications?: number;
  readonly json?: true;
}

/**
 * `taskrouter simulate`: waiting times and occupancy of a plan.
 *
 * @returns 0, whatever the figures are.
 * @throws {ConfigurationError} when the plan or the workspace file cannot be used; nothing was simulated then.
 */
export async function simulate(plan: string, options: SimulateOptions): Promise<number> {
  const { json, ...rest } = options;
  const progress = progressOn(process.stderr);
  const simulation = await simulateDays(plan, {
    ...rest,
    modules: await ownModules(),
    onDay: progress.show,
  }).finally(progress.clear);
  const { report, base, other, config, otherName } = simulation;
  if (json) print(JSON.stringify(report, null, 2));
  else if (other) {
    const origin = { planFile: plan, config, other: otherName };
    print(compareText(report, figuresOf(other), base.plan, origin));
  } else print(reportText(report, base.plan, { planFile: plan, config }));
  return EXIT.ok;
}

/** One line that is written again and again, on a terminal alone. */
function progressOn(stream: NodeJS.WriteStream) {
  let shown = '';
  return {
    show(done: number, of: number) {
      const text = `day ${done} of ${of}`;
      if (!stream.isTTY || (done % Math.ceil(of / 100) !== 0 && done !== of)) return;
      shown = text;
      stream.write(`\r${text}`);
    },
    clear() {
      if (shown !== '') stream.write(`\r${' '.repeat(shown.length)}\r`);
    },
  };
}
